"""The service as a process: it obeys signals, and no accepted frame is lost."""

import signal
import threading
from pathlib import Path

import pytest

from tests.data.videos import write_video
from tests.serving.processes import ServeProcess, read_records, serve_process
from tests.serving.waiting import until
from tests.small_dataset import write_street
from turbo_cli.data import open_dataset
from turbo_cli.serving.replay import ReplayOptions, replay
from turbo_cli.serving.replay.outcome import Outcome

pytestmark = pytest.mark.slow

PROJECT = """
serve:
  port: 0
  window_ms: 200
  results: {ndjson: {path: results.ndjson}}
  cameras:
    - {name: film, url: film.mp4}
    - {name: street, url: "post:"}
"""
ANOTHER = "    - {name: second, url: film.mp4}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_video(tmp_path / "film.mp4", codec="mpeg4", options={})
    write_street(tmp_path / "street")
    (tmp_path / "turbo.yaml").write_text(PROJECT)
    return tmp_path


def play(served: ServeProcess) -> tuple[threading.Thread, list[Outcome]]:
    """Post frames for half a minute in a thread; what became of them is in the list once it has ended."""
    outcomes: list[Outcome] = []
    dataset = open_dataset(served.folder / "street")
    options = ReplayOptions(fps=20, seconds=30)
    thread = threading.Thread(target=lambda: outcomes.extend(replay(dataset, served.url, options)[1]))
    thread.start()
    return thread, outcomes


def records_of(served: ServeProcess, camera: str) -> list[int]:
    """The indices of the frames of one camera that have a record."""
    records = read_records(served.folder / "results.ndjson")
    return [record["index"] for record in records if record["camera"] == camera]


def test_sigterm_under_load_loses_no_accepted_frame(folder: Path) -> None:
    with serve_process(folder) as served:
        thread, outcomes = play(served)
        until(lambda: len(records_of(served, "street")) > 20 and len(records_of(served, "film")) > 5, 60)
        assert served.end(signal.SIGTERM) == 0
        (ended,) = served.said("ended: ")
        thread.join(120)
    records = read_records(folder / "results.ndjson")
    assert ended.startswith(f"ended: {len(records)} frames accepted")
    assert len({(record["camera"], record["index"]) for record in records}) == len(records)
    answered = [outcome.record.index for outcome in outcomes if outcome.record]
    assert len(answered) > 20
    assert sorted(answered) == sorted(records_of(served, "street"))
    assert all(outcome.refusal for outcome in outcomes if outcome.whole and not outcome.record)


def test_sigkill_leaves_a_file_that_a_restart_continues(folder: Path) -> None:
    results = folder / "results.ndjson"
    with serve_process(folder) as served:
        until(lambda: results.exists() and len(read_records(results)) > 10, 60)
        assert served.end(signal.SIGKILL) == -signal.SIGKILL
    before = read_records(results)
    with results.open("a") as file:
        file.write('{"torn": ')
    with serve_process(folder) as served:
        until(lambda: len(results.read_text().split("\n")) > len(before) + 10, 60)
        assert served.end(signal.SIGTERM) == 0
    after = read_records(results)
    assert after[: len(before)] == before
    assert [record["camera"] for record in after] == ["film"] * len(after)


def test_sighup_adds_a_camera_and_leaves_the_others_alone(folder: Path) -> None:
    with serve_process(folder) as served:
        until(lambda: (served.camera("film") or {}).get("frames", 0) > 5, 60)
        (folder / "turbo.yaml").write_text(PROJECT + ANOTHER)
        served.process.send_signal(signal.SIGHUP)
        until(lambda: served.said("reload: 3 cameras"), 60)
        until(lambda: (served.camera("second") or {}).get("frames", 0) > 5, 60)
        film = served.camera("film")
        assert film and film["state"] == "live" and film["reconnects"] == 0
        indices = records_of(served, "film")
        assert len(set(indices)) == len(indices), "it did not begin anew"

        (folder / "turbo.yaml").write_text(PROJECT + ANOTHER + ANOTHER)
        served.process.send_signal(signal.SIGHUP)
        until(
            lambda: served.said("reload: nothing was changed: turbo.yaml: line 10: key serve.cameras[3].name")
        )
        assert served.camera("second")
        assert served.end(signal.SIGINT) == 0
