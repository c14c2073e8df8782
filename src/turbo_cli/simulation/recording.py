"""Writing a simulation down as it goes: `trace.csv` and `plan.jsonl`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from turbo_cli.artifacts import plan, trace
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.simulation.windows import TracedWindow


def recorded(windows: Iterable[TracedWindow], folder: Path, provenance: Provenance) -> Iterator[TracedWindow]:
    """The windows unchanged; both files are there once all have passed."""
    with (
        trace.writing(folder / "trace.csv", provenance) as frames,
        plan.writing(folder / "plan.jsonl", provenance) as plans,
    ):
        for window in windows:
            for frame in window.frames:
                frames.append(frame)
            if window.plan:
                plans.append(window.plan)
            yield window
