"""Four cameras for a while, without and with Turbo: misses, records, memory, and mAP end to end.

    turbo data synth street/ --cameras 4 --frames 200 --fps 5 --seed 77
    python -m benchmarks.soak street/ [MINUTES]

One camera of the dataset each comes by RTSP, as MJPEG, by POST and from a file, at 5 frames a second, to
`turbo serve`. Then all four are posted once by `turbo replay`, and scored. Needs GStreamer's RTSP server.
"""

import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.served import (
    TURBO,
    Watch,
    difference,
    points,
    print_table,
    watching,
    write_film,
    write_project,
)
from scipy.stats import linregress
from tests.serving.cameras.rtsp import rtsp_camera
from tests.serving.processes import ServeProcess, read_records, serve_process

from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.selection import split_off_cameras
from turbo_cli.serving.replay import ReplayOptions, ReplayReport, replay
from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.replay.timetable import camera_name

FPS = 5
WINDOW_MS = 400
TOKEN = "correct-horse-battery-staple"
WARM_UP = 0.3
"""Share of the memory's samples that are left out."""


@dataclass
class Soaked:
    """sent: frames that cameras delivered, less those that newer ones pushed out, by camera. records: theirs.

    ended: what the service said last. all_records: at the end, with those of the replay.
    """

    watch: Watch
    sent: dict[str, int]
    records: list[dict[str, Any]]
    ended: str
    all_records: list[dict[str, Any]]
    report: ReplayReport
    outcomes: list[Outcome]


def main() -> None:
    dataset = open_dataset(Path(sys.argv[1]))
    seconds = 60 * (float(sys.argv[2]) if sys.argv[2:] else 10)
    with tempfile.TemporaryDirectory() as folder:
        plain = soak(dataset, Path(folder) / "plain", seconds, {})
        turbo = soak(dataset, Path(folder) / "turbo", seconds, TURBO)
    cells = [list(show(run).values()) for run in (plain, turbo)]
    print_table(dict(zip(show(plain), zip(*cells, strict=True), strict=True)), "level 0", "Turbo")
    print(f"Turbo's mAP above level 0: {points(difference(dataset, plain.outcomes, turbo.outcomes))}")


def soak(dataset: Dataset, folder: Path, seconds: float, top: dict[str, str]) -> Soaked:
    """One run. top: keys of the project's top level."""
    os.environ["SOAK_TOKEN"] = TOKEN
    folder.mkdir()
    names = list(dict.fromkeys(frame.camera for frame in dataset.frames))
    by_rtsp, as_mjpeg, posted, from_file = (split_off_cameras(dataset, [name])[1] for name in names[:4])
    write_film(folder / "rtsp.mp4", by_rtsp, FPS)
    write_film(folder / "file.mp4", from_file, FPS)
    with rtsp_camera(folder / "rtsp.mp4") as rtsp:
        urls = {"rtsp": rtsp.url(), "file": "file.mp4", camera_name(names[2]): "post:"}
        cameras = [{"name": name, "url": url} for name, url in urls.items()]
        write_project(folder, cameras, top, window_ms=WINDOW_MS, frames_a_camera=10, tokens=["${SOAK_TOKEN}"])
        with serve_process(folder) as served:
            served.client.headers["Authorization"] = f"Bearer {TOKEN}"
            with watching(served) as watch:
                sent = _load(served, as_mjpeg, posted, seconds)
            records = read_records(folder / "results.ndjson")
            report, outcomes = replay(dataset, served.url, ReplayOptions(token=TOKEN, fps=FPS))
            assert served.end(signal.SIGTERM) == 0
            (ended,) = served.said("ended: ")
    return Soaked(watch, sent, records, ended, read_records(folder / "results.ndjson"), report, outcomes)


def _load(served: ServeProcess, as_mjpeg: Dataset, posted: Dataset, seconds: float) -> dict[str, int]:
    """All four cameras for so long; then they are silent, and what they sent is done."""
    with ThreadPoolExecutor() as pool:
        options = ReplayOptions(token=TOKEN, fps=FPS, seconds=seconds)
        streamed = pool.submit(replay, as_mjpeg, served.url, replace(options, via="mjpeg"))
        replay(posted, served.url, options)
        report, outcomes = streamed.result()
    for name in ("rtsp", "file"):
        served.client.post(f"/v1/cameras/{name}/pause").raise_for_status()
    time.sleep(3 * WINDOW_MS / 1000)
    cameras = [figures["camera"] for figures in served.client.get("/v1/cameras").json()]
    sent = {camera["camera"]: camera["frames"] - camera["skipped"] for camera in cameras}
    return sent | {outcomes[0].shot.camera: report.whole}


def show(run: Soaked) -> dict[str, object]:
    """What the table says of a run."""
    watch, report, counts = run.watch, run.report, Counter(record["camera"] for record in run.records)
    missing = sum((Counter(run.sent) - counts).values())
    keys = {(record["camera"], record["index"], record["arrived_at"]) for record in run.all_records}
    accepted = int(run.ended.split()[1])
    latencies = [1000 * (r["done_at"] - r["arrived_at"]) for r in run.records if r["level"] is not None]
    levels = Counter(record["level"] for record in run.records)
    slope = _slope(watch.memory)
    missed = {
        overloaded: f"{watch.count('late', overloaded)}, {watch.count('dropped', overloaded)}"
        for overloaded in (True, False)
    }
    return {
        "frames sent, of them without a record": f"{sum(run.sent.values())}, {missing}",
        "frames accepted, records, different ones": f"{accepted}, {len(run.all_records)}, {len(keys)}",
        "windows, overloaded": f"{len(watch.windows)}, {sum(w['overloaded'] for w in watch.windows)}",
        "frames late, dropped in overloaded windows": missed[True],
        "frames late, dropped in other windows": missed[False],
        "level 0, 1, … 5": ", ".join(str(levels[level]) for level in range(6)),
        "latency, median and 95 %, ms": "{:.0f}, {:.0f}".format(*np.quantile(latencies, [0.5, 0.95])),
        "memory at the end, MiB": f"{watch.memory[-1][1]:.0f}",
        "its slope after warm-up, MiB/h": f"{slope[0]:+.1f} ± {slope[1]:.1f}",
        "replay: answered, late, dropped, lost": "{answered}, {late}, {dropped}, {lost}".format(
            **vars(run.report)
        ),
        "replay: mAP": points(report.map),
    }


def _slope(samples: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Least squares over the samples after warm-up, and twice its standard error, in MiB an hour."""
    seconds, mebibytes = np.array(samples[round(len(samples) * WARM_UP) :]).T
    if len(seconds) < 3:
        return np.nan, np.nan
    found = linregress(seconds / 3600, mebibytes)
    return found.slope, 2 * found.stderr


if __name__ == "__main__":
    main()
