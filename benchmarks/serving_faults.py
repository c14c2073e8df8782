"""Faults around `turbo serve`, counted over repetitions: cameras, the webhook, and the end of the process.

    turbo data synth street/ --cameras 4 --frames 250 --fps 5 --seed 77
    python -m benchmarks.serving_faults street/ [REPETITIONS]

Each repetition passes if what should happen does so within a minute. Needs GStreamer's RTSP server.
"""

import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from benchmarks.repeating import WITHIN_S, Fault, Rows, repeat
from benchmarks.served import print_table, write_film, write_project
from benchmarks.serving_outages import ends, webhook_outages
from tests.serving.cameras.http_server import HttpCamera, http_camera
from tests.serving.cameras.rtsp import RtspCamera, rtsp_camera
from tests.serving.processes import ServeProcess, read_records, serve_process
from tests.serving.waiting import until

from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.selection import split_off_cameras

FPS, WINDOW_MS = 5, 200
SILENCE_S = 3.0
"""After which a camera is given up."""
LOOK_S = 4.0
"""For how long the others' latencies are looked at, before and after a camera is lost."""

PATIENCE = {"connect_timeout_s": SILENCE_S, "read_timeout_s": SILENCE_S, "longest_pause_s": 1}


def main() -> None:
    dataset = open_dataset(Path(sys.argv[1]))
    repetitions = int(sys.argv[2]) if sys.argv[2:] else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = write_film(folder / "film.mp4", one_camera(dataset), FPS)
        for part in (camera_faults, lost_of_four, webhook_outages, ends):
            rows = part(folder / part.__name__, film, dataset, repetitions)
            print_table(rows, "passed", "seconds: median, most", "besides")


def one_camera(dataset: Dataset) -> Dataset:
    """The first."""
    return split_off_cameras(dataset, [dataset.frames[0].camera])[1]


def camera_faults(folder: Path, film: Path, dataset: Dataset, repetitions: int) -> Rows:
    """Every fault befalls a camera of its own, all at once; one more camera is left alone."""
    with rtsp_camera(film) as killed, rtsp_camera(film) as frozen, http_camera() as rubbish:
        urls = {"killed": killed.url(), "frozen": frozen.url(), "garbage": rubbish.url("/mjpeg")}
        urls |= {"steady": str(film), "nowhere": "rtsp://no-such-host.invalid/camera"}
        cameras = [{"name": name, "url": url, **PATIENCE} for name, url in urls.items()]
        write_project(folder, cameras, {}, window_ms=WINDOW_MS, frames_a_camera=1)
        with serve_process(folder) as served, ThreadPoolExecutor() as pool:
            faults: dict[str, Fault] = {
                "camera's server killed and started again": lambda: kill_and_start(served, killed),
                "stream frozen (SIGSTOP) and thawed": lambda: freeze_and_thaw(served, frozen),
                "rubbish in the middle of a stream": lambda: send_rubbish(served, rubbish),
                "a name that does not resolve": lambda: look_up_again(served),
            }
            running = {name: pool.submit(repeat, fault, repetitions) for name, fault in faults.items()}
            rows = {name: list(done.result()) for name, done in running.items()}
            steady, damaged = camera(served, "steady"), camera(served, "garbage")
            assert served.end(signal.SIGTERM) == 0
    beside = f"a camera left alone: {steady['frames']} frames, {steady['reconnects']} reconnects"
    errors = f"{damaged['decode_errors']} decode errors, {damaged['reconnects']} reconnects"
    notes = [beside, "", errors, ""]
    return {name: [*cells, note] for (name, cells), note in zip(rows.items(), notes, strict=True)}


def camera(served: ServeProcess, name: str) -> dict[str, Any]:
    """Its figures."""
    figures = served.camera(name)
    assert figures
    return figures


def back_again(served: ServeProcess, name: str) -> None:
    """The camera is live, and frames come."""
    before = camera(served, name)["frames"]
    until(lambda: camera(served, name)["frames"] > before + FPS, WITHIN_S)
    assert camera(served, name)["state"] == "live"


def kill_and_start(served: ServeProcess, server: RtspCamera) -> None:
    back_again(served, "killed")
    server.kill()
    until(lambda: camera(served, "killed")["state"] == "lost", WITHIN_S)
    server.start()
    back_again(served, "killed")


def freeze_and_thaw(served: ServeProcess, server: RtspCamera) -> None:
    back_again(served, "frozen")
    server.freeze()
    until(lambda: camera(served, "frozen")["state"] == "stalled", WITHIN_S)
    until(lambda: camera(served, "frozen")["state"] == "lost", WITHIN_S)
    server.thaw()
    back_again(served, "frozen")


def send_rubbish(served: ServeProcess, server: HttpCamera) -> None:
    before = camera(served, "garbage")["frames"]
    server.garbage = True
    until(lambda: not server.garbage, WITHIN_S)
    until(lambda: camera(served, "garbage")["frames"] > before + 50, WITHIN_S)


def look_up_again(served: ServeProcess) -> None:
    """A paused camera that is taken up again looks its name up anew."""
    for action in ("pause", "resume"):
        served.client.post(f"/v1/cameras/nowhere/{action}").raise_for_status()
    until(lambda: camera(served, "nowhere")["state"] == "lost", WITHIN_S)
    assert camera(served, "nowhere")["last_error"] == "its host's name does not resolve"


def lost_of_four(folder: Path, film: Path, dataset: Dataset, repetitions: int) -> Rows:
    """One of four cameras is lost; the latencies of the others before and after."""
    before: list[float] = []
    after: list[float] = []
    with rtsp_camera(film) as server:
        urls = {f"camera-{number}": str(film) for number in range(3)} | {"killed": server.url()}
        cameras = [{"name": name, "url": url, **PATIENCE} for name, url in urls.items()]
        write_project(folder, cameras, {}, window_ms=WINDOW_MS)
        with serve_process(folder) as served:

            def lose() -> None:
                back_again(served, "killed")
                before.append(latency_ms(folder, LOOK_S))
                server.kill()
                until(lambda: camera(served, "killed")["state"] == "lost", WITHIN_S)
                after.append(latency_ms(folder, LOOK_S))
                server.start()

            passed, took = repeat(lose, repetitions)
            reconnects = sum(camera(served, f"camera-{number}")["reconnects"] for number in range(3))
    change = np.subtract(after, before)
    note = f"the others' median latency {median(before):.0f} ms before, {median(after):.0f} ms after: change "
    note += "{:+.0f} ms, quartiles {:+.0f} and {:+.0f}".format(*np.quantile(change, [0.5, 0.25, 0.75]))
    return {"1 of 4 cameras lost": [passed, took, f"{note}; {reconnects} reconnects of theirs"]}


def latency_ms(folder: Path, seconds: float) -> float:
    """The median from arrival to boxes over the next seconds, of the cameras that stay."""
    begun = time.time()
    time.sleep(seconds)
    records = read_records(folder / "results.ndjson")
    others = [r for r in records if r["arrived_at"] > begun and r["camera"] != "killed"]
    return median(1000.0 * (float(r["done_at"]) - float(r["arrived_at"])) for r in others)


if __name__ == "__main__":
    main()
