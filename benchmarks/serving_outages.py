"""Faults around the process of `turbo serve`: its webhook goes away, and it is ended under load."""

import contextlib
import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.repeating import WITHIN_S, Rows, repeat
from benchmarks.served import write_project
from tests.serving.processes import ServeProcess, read_records, serve_process
from tests.serving.results.receiver import Receiver, receiving
from tests.serving.waiting import until

from turbo_cli.data import Dataset
from turbo_cli.serving.replay import ReplayOptions, replay
from turbo_cli.serving.replay.outcome import Outcome

WINDOW_MS = 200
OUTAGE_S, LONG_OUTAGE_S = 3.0, 60.0


def webhook_outages(folder: Path, film: Path, dataset: Dataset, repetitions: int) -> Rows:
    """The receiver is gone for a while: every record comes, and none is given up."""
    with receiving() as receiver:
        ways_out = {
            "ndjson": {"path": "results.ndjson"},
            "webhook": {"url": receiver.url(), "private": True, "dead_letters": "dead.ndjson"},
        }
        cameras = [{"name": "camera", "url": str(film)}]
        write_project(folder, cameras, {}, window_ms=WINDOW_MS, results=ways_out)
        with serve_process(folder) as served:
            short = repeat(lambda: outage(receiver, folder, OUTAGE_S), repetitions)
            long = repeat(lambda: outage(receiver, folder, LONG_OUTAGE_S), 1)
            assert served.end(signal.SIGTERM) == 0
        records = [record["index"] for record in read_records(folder / "results.ndjson")]
        lost = set(records) - set(receiver.taken)
        dead = len(read_records(folder / "dead.ndjson"))
        twice = sum((Counter(receiver.taken) - Counter(records)).values())
    note = f"{len(records)} records, {len(lost)} lost, {dead} dead letters, {twice} sent twice"
    return {
        f"webhook down for {OUTAGE_S:g} s": [*short, note],
        f"webhook down for {LONG_OUTAGE_S:g} s": [*long, ""],
    }


def outage(receiver: Receiver, folder: Path, seconds: float) -> None:
    receiver.kill()
    time.sleep(seconds)
    written = read_records(folder / "results.ndjson")[-1]["index"]
    receiver.start()
    until(lambda: written in receiver.taken, WITHIN_S)


def ends(folder: Path, film: Path, dataset: Dataset, repetitions: int) -> Rows:
    """SIGKILL under load, a start that goes on, and SIGTERM under load, over and over on one file."""
    write_project(folder, [{"name": "film", "url": str(film)}], {}, window_ms=WINDOW_MS)
    results, torn = folder / "results.ndjson", []

    def kill() -> None:
        with loaded(folder, dataset) as (served, _):
            served.end(signal.SIGKILL)
        *whole, last = results.read_bytes().split(b"\n")
        assert all(json.loads(line) for line in whole)
        torn.append(bool(last))

    def terminate() -> None:
        before = results.read_bytes().rpartition(b"\n")[0]
        with loaded(folder, dataset) as (served, outcomes):
            assert served.end(signal.SIGTERM) == 0
            (ended,) = served.said("ended: ")
        assert results.read_bytes().startswith(before), "it goes on where it was killed"
        own = [json.loads(line) for line in results.read_bytes()[len(before) :].split(b"\n") if line]
        assert int(ended.split()[1]) == len(own) == len({(r["camera"], r["index"]) for r in own})
        answered = [outcome.record.index for outcome in outcomes if outcome.record]
        assert set(answered) <= {record["index"] for record in own if record["camera"] != "film"}
        assert all(outcome.record or outcome.refusal for outcome in outcomes)

    rows: dict[str, list[list[str]]] = {"SIGKILL under load": [], "SIGTERM under load": []}
    for _ in range(repetitions):
        for cells, fault in zip(rows.values(), (kill, terminate), strict=True):
            cells.append(list(repeat(fault, 1)))
    notes = (f"the file went on each time, {sum(torn)} times behind a torn line that was cut off", "")
    return {
        name: [f"{sum(cell[0][0] == '1' for cell in cells)} of {repetitions}", "", note]
        for (name, cells), note in zip(rows.items(), notes, strict=True)
    }


@contextlib.contextmanager
def loaded(folder: Path, dataset: Dataset) -> Iterator[tuple[ServeProcess, list[Outcome]]]:
    """A service that has answered some posts, and is posted more; the outcomes are there after the block."""
    outcomes: list[Outcome] = []
    with serve_process(folder) as served, ThreadPoolExecutor() as pool:
        options = ReplayOptions(fps=10, seconds=8, cameras=2)
        playing = pool.submit(lambda: outcomes.extend(replay(dataset, served.url, options)[1]))
        until(lambda: served.client.get("/v1/status").json()["frames"]["levels"][0] > 20, WITHIN_S)
        yield served, outcomes
        playing.result()
