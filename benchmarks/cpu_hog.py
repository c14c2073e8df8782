"""A CPU hog for a minute: misses with the correction off and on, in both orders, and how plans follow.

    turbo data synth street/ --cameras 4 --frames 250 --fps 5 --seed 77
    python -m benchmarks.cpu_hog street/ [HOGS [SECONDS]]

Four cameras come from files to `turbo serve`: half a minute alone, a minute beside so many hogs (one a core,
unless told otherwise), half a minute alone.
"""

import contextlib
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import Any, get_args

from benchmarks.served import TURBO, print_table, watching, write_film, write_project
from tests.serving.processes import serve_process

from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.selection import split_off_cameras
from turbo_cli.scheduling.costs import Order

FPS = 4
WINDOW_MS = 400
PHASES = ("before", "beside the hog", "after")

Windows = list[dict[str, Any]]


def main() -> None:
    dataset = open_dataset(Path(sys.argv[1]))
    hogs = int(sys.argv[2]) if sys.argv[2:] else multiprocessing.cpu_count()
    seconds = float(sys.argv[3]) if sys.argv[3:] else 60.0
    print(f"{hogs} hogs for {seconds:g} s, T = {WINDOW_MS} ms, 4 cameras at {FPS} frames a second")
    with tempfile.TemporaryDirectory() as folder:
        films = write_films(dataset, Path(folder))
        for order, corrects in product(get_args(Order), (False, True)):
            phases = run(films, Path(folder), order, corrects, hogs, seconds)
            title = f"{order}, correction {'on' if corrects else 'off'}"
            print_table(
                {f"{title}, {phase}": cells(windows) for phase, windows in zip(PHASES, phases, strict=True)},
                *COLUMNS,
            )


COLUMNS = (
    "windows",
    "of them level 0 too slow",
    "frames",
    "dropped",
    "late with level 0",
    "late by enhancement",
    "mean level",
    "level 0 takes, of T",
)


def cells(windows: Windows) -> list[object]:
    """What the table says of a phase."""
    slow = [window for window in windows if window["level_0_ms"] > WINDOW_MS]
    fine = [window for window in windows if window["level_0_ms"] <= WINDOW_MS]
    levels = [sum(window["levels"][level] for window in windows) for level in range(6)]
    return [
        len(windows),
        len(slow),
        sum(window["sent"] for window in windows),
        sum(window["dropped"] for window in windows),
        sum(window["late"] for window in slow),
        sum(window["late"] for window in fine),
        f"{sum(level * count for level, count in enumerate(levels)) / max(1, sum(levels)):.2f}",
        f"{sum(window['level_0_ms'] for window in windows) / max(1, len(windows)) / WINDOW_MS:.0%}",
    ]


def write_films(dataset: Dataset, folder: Path) -> list[Path]:
    """Those of the first four cameras."""
    names = list(dict.fromkeys(frame.camera for frame in dataset.frames))[:4]
    return [write_film(folder / f"{name}.mp4", split_off_cameras(dataset, [name])[1], FPS) for name in names]


def run(
    films: list[Path], folder: Path, order: Order, corrects: bool, hogs: int, seconds: float
) -> list[Windows]:
    """The windows of each phase."""
    cameras = [{"name": film.stem, "url": str(film)} for film in films]
    serve = {"window_ms": WINDOW_MS, "order": order, "correction": corrects, "guard": False, "gain": "mean"}
    write_project(folder, cameras, TURBO, frames_a_camera=10, **serve)
    with serve_process(folder) as served, watching(served) as watch:
        time.sleep(10)  # in which films open and the correction learns
        marks = [time.time()]
        for count, length in ((0, seconds / 2), (hogs, seconds), (0, seconds / 2)):
            with hogging(count):
                time.sleep(length)
            marks.append(time.time())
    return [
        [window for window in watch.windows if start <= window["closed_at"] < end]
        for start, end in pairwise(marks)
    ]


@contextlib.contextmanager
def hogging(count: int) -> Iterator[None]:
    """So many processes that do nothing but work."""
    hogs = [multiprocessing.Process(target=_hog, daemon=True) for _ in range(count)]
    for hog in hogs:
        hog.start()
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.join()


def _hog() -> None:
    while True:
        pass


if __name__ == "__main__":
    main()
