"""Which frame of which camera is sent when: a pure function of the recordings."""

import itertools
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from turbo_cli.data.dataset import FrameInfo


@dataclass(frozen=True)
class Shot:
    """One frame that is sent. row: of the dataset. at_s: seconds from the start of the replay."""

    camera: str
    row: int
    at_s: float


def make_timetable(
    frames: Sequence[FrameInfo],
    cameras: int | None = None,
    fps: float | None = None,
    seconds: float | None = None,
) -> list[Shot]:
    """All shots in order of time.

    cameras: as many as the recordings have by default; of more, several play the same recording.
    fps: of each camera, by default the recording's own. seconds: recordings repeat until then, by default
    each plays once. Cameras start a fraction of a frame apart, as real ones do.
    """
    recordings: dict[str, list[int]] = {}
    for row, frame in enumerate(frames):
        recordings.setdefault(frame.camera, []).append(row)
    count = cameras or len(recordings)
    shots: list[Shot] = []
    names: set[str] = set()
    for number, (sequence, rows) in zip(range(count), itertools.cycle(recordings.items()), strict=False):
        moments = _moments([frames[row].timestamp for row in rows], fps)
        name = _free_name(camera_name(sequence), names)
        names.add(name)
        delay_s = moments[1] * number / count
        shots += _play(name, rows, moments, delay_s, seconds)
    return sorted(shots, key=lambda shot: shot.at_s)


def camera_name(sequence: str) -> str:
    """A sequence's name as one that a service's camera may have."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", sequence).lstrip("._-")[:60] or "camera"


def _free_name(name: str, taken: Container[str]) -> str:
    """The name itself, or with a number behind it."""
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], numbered) if one not in taken)


def _moments(timestamps: Sequence[float], fps: float | None) -> list[float]:
    """When each frame is shown, from 0, and one more: when the recording is over."""
    if fps is None and len(timestamps) > 1 and timestamps[-1] > timestamps[0]:
        shown = [moment - timestamps[0] for moment in timestamps]
        return [*shown, shown[-1] * len(shown) / (len(shown) - 1)]
    return [number / (fps or 1.0) for number in range(len(timestamps) + 1)]


def _play(
    camera: str, rows: Sequence[int], moments: Sequence[float], delay_s: float, seconds: float | None
) -> Iterator[Shot]:
    *shown, length_s = moments
    for round_ in itertools.count() if seconds else range(1):
        for row, moment in zip(rows, shown, strict=True):
            at_s = delay_s + round_ * length_s + moment
            if seconds and at_s >= seconds:
                return
            yield Shot(camera, row, at_s)
