"""A dataset to look at: a contact sheet or a video, with boxes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.data.annotating import Found, annotated_frame, check_found
from turbo_cli.data.contact_sheet import contact_sheet
from turbo_cli.data.dataset import Dataset, check_output
from turbo_cli.data.images import Frame
from turbo_cli.data.video_index import DEFAULT_FPS
from turbo_cli.data.video_writer import write_video
from turbo_cli.errors import TurboError
from turbo_cli.progress import Track, untracked

TILES = 12


def write_view(
    dataset: Dataset,
    out: Path,
    frames: int | None = None,
    found: Found | None = None,
    track: Track = untracked,
) -> None:
    """Write a contact sheet (.png) of `frames` frames, default 12, or a video (.mp4) of the first `frames`.

    Raises `TurboError` for another suffix, if `out` is what the dataset is read from, and if `found` is of
    other images.
    """
    if out.suffix.lower() not in {".png", ".mp4"}:
        raise TurboError(
            f"{out}: cannot write a view with the suffix {out.suffix!r}", "name a .png or .mp4 file"
        )
    check_output(dataset, out)
    check_found(dataset, found or {})
    with replacing_file(out) as temporary:
        if out.suffix.lower() == ".png":
            contact_sheet(dataset, frames or TILES, found, track).save(temporary, format="PNG")
        else:
            write_video(temporary, _film(dataset, frames or len(dataset), found, track), frame_rate(dataset))


def _film(dataset: Dataset, count: int, found: Found | None, track: Track) -> Iterator[Frame]:
    """The first `count` frames with boxes, all laid into the size of the first one."""
    size = (dataset.frames[0].width, dataset.frames[0].height)
    chosen = range(min(count, len(dataset)))
    for index in track(chosen, "drawing", len(chosen)):
        yield padded(annotated_frame(dataset, index, found), size)


def padded(frame: Frame, size: tuple[int, int]) -> Frame:
    """The frame, scaled and laid into `size` (width, height) where it has another."""
    if frame.shape[1::-1] == size:
        return frame
    return np.array(ImageOps.pad(Image.fromarray(frame), size))


def frame_rate(dataset: Dataset) -> float:
    """Frames a second, from the median step between frames of one camera."""
    times = np.array([info.timestamp for info in dataset.frames])
    steps = np.diff(times)
    forward = steps[steps > 0]
    return 1 / float(np.median(forward)) if len(forward) else DEFAULT_FPS
