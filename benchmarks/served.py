"""What the benchmarks of `turbo serve` share: a project file, cameras out of a dataset, and a watch."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import av
import numpy as np
import psutil
from tests.serving.processes import ServeProcess

from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.metrics import evaluate
from turbo_cli.profiling.bootstrap import Interval, average_precisions, interval, mean_over_classes, resample
from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.replay.report import RESAMPLES, shown_boxes

TURBO = {"enhancer": "tiny", "profile": "cpu/tiny"}

SAMPLE_S = 5.0
"""Between two looks of a watch; the service remembers 300 windows."""


def write_project(
    folder: Path, cameras: Sequence[Mapping[str, Any]], top: Mapping[str, Any], **serve: Any
) -> None:
    """`folder/turbo.yaml` for `tiny`; top: further keys of the top level."""
    serve = {"port": 0, "results": {"ndjson": {"path": "results.ndjson"}}, "cameras": cameras, **serve}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "turbo.yaml").write_text(json.dumps({"detector": "tiny", **top, "serve": serve}))


def write_film(path: Path, dataset: Dataset, fps: int) -> Path:
    """All frames as H.264 without B-frames, as cameras send it."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps), options={"g": "10", "bf": "0"})
        stream.pix_fmt = "yuv420p"
        stream.width, stream.height = dataset.frames[0].width, dataset.frames[0].height
        for row in range(len(dataset)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(dataset.frame(row), format="rgb24")))
        container.mux(stream.encode())
    return path


@dataclass
class Watch:
    """windows: their reports, in order, as `/v1/windows` has them. memory: (seconds, MiB) of the process."""

    windows: list[dict[str, Any]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    def look(self, served: ServeProcess) -> None:
        """See what is new."""
        after = self.windows[-1]["number"] if self.windows else -1
        self.windows += served.client.get("/v1/windows", params={"after": after}).json()
        self.memory.append((monotonic(), psutil.Process(served.process.pid).memory_info().rss / 2**20))

    def count(self, key: str, overloaded: bool | None = None) -> int:
        """The sum over windows, over those only that were overloaded or not."""
        return sum(w[key] for w in self.windows if overloaded in (None, w["overloaded"]))


@contextlib.contextmanager
def watching(served: ServeProcess) -> Iterator[Watch]:
    """Inside, a thread looks every few seconds, and once more at the end."""
    watch, halt = Watch(), Event()

    def run() -> None:
        while not halt.wait(SAMPLE_S):
            watch.look(served)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        halt.set()
        thread.join()
        watch.look(served)


def difference(dataset: Dataset, before: Sequence[Outcome], after: Sequence[Outcome]) -> Interval:
    """How much more mAP the second replay of a dataset showed than the first, over the frames of both."""
    shown = [shown_boxes([outcome for outcome in played if outcome.whole]) for played in (before, after)]
    rows = sorted(shown[0].keys() & shown[1].keys())
    weights = np.zeros((RESAMPLES + 1, len(dataset)))
    weights[:, rows] = np.vstack([np.ones((1, len(rows))), resample(len(rows), RESAMPLES, 0)])
    scores = []
    for boxes in shown:
        found = [boxes.get(row, Detections.empty()) for row in range(len(dataset))]
        matches = evaluate(dataset, found).matches()
        scores.append(mean_over_classes(average_precisions(matches, weights))[:, 0])
    gained = scores[1] - scores[0]
    return interval(float(gained[0]), gained[1:])


def points(score: Interval | None) -> str:
    """In points of mAP, with the interval."""
    return f"{100 * score.value:.1f} [{100 * score.low:.1f}, {100 * score.high:.1f}]" if score else "–"


def print_table(rows: Mapping[str, Sequence[object]], *columns: str) -> None:
    """As Markdown."""
    print(f"| | {' | '.join(columns)} |\n| --- |{' --- |' * len(columns)}")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(map(str, cells))} |")
