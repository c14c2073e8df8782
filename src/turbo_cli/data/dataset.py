"""The one internal dataset: COCO JSON plus sequences, frames read lazily."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from turbo_cli.artifacts.atomic import check_file
from turbo_cli.artifacts.dataset import FILE_NAME, Image
from turbo_cli.boxes import Targets
from turbo_cli.data.ground_truth import GroundTruth
from turbo_cli.data.images import Frame, read_image
from turbo_cli.data.sources import Source, find_source
from turbo_cli.data.video import VideoReader
from turbo_cli.errors import TurboError

__all__ = ["Dataset", "Frame", "FrameInfo", "check_output", "open_dataset"]


OPEN_VIDEOS = 32
"""Decoders kept open at once; one holds some tens of megabytes."""


@dataclass(frozen=True)
class FrameInfo:
    """What is known of a frame without decoding it.

    image_id: the id in COCO JSON (frame index + 1 for a video without labels).
    index: position in its camera's sequence, from 0. timestamp: seconds from the sequence's start.
    """

    image_id: int
    camera: str
    index: int
    timestamp: float
    width: int
    height: int


class Dataset(Protocol):
    """Frames in order, camera by camera, each decoded only when asked for."""

    @property
    def path(self) -> Path:
        """Where it was opened from."""
        ...

    @property
    def categories(self) -> dict[int, str]:
        """Class names by COCO id (1000 and up for classes that COCO lacks)."""
        ...

    @property
    def frames(self) -> Sequence[FrameInfo]:
        """One entry a frame; `frame(i)` and `targets(i)` belong to `frames[i]`."""
        ...

    @property
    def labelled(self) -> bool:
        """Whether there is ground truth (a dataset may have frames only)."""
        ...

    def __len__(self) -> int: ...

    def frame(self, index: int) -> Frame:
        """Decode one frame. Raises `TurboError` if it cannot be read."""
        ...

    def targets(self, index: int) -> Targets:
        """The ground truth of one frame; empty if there is none."""
        ...

    def reads(self, path: Path) -> bool:
        """Whether the dataset is read from the file at `path`, labels, images and videos alike."""
        ...


def open_dataset(path: str | Path) -> Dataset:
    """Open a dataset folder, a COCO JSON file, an image, any video that PyAV opens, or a folder of these.

    A COCO JSON file of another maker works too: its images lie beside it or in `images/`, or carry `frame`
    numbers of the video that they name or that lies beside the file. In a folder without `dataset.json`
    every subfolder with images and every video is a camera.

    Raises `TurboError` where nothing usable is found.
    """
    return StoredDataset(Path(path), find_source(Path(path)))


def check_output(dataset: Dataset, out: Path) -> None:
    """Raise `TurboError` at once if `out` cannot be written, or is what the dataset is read from."""
    if dataset.reads(out):
        raise TurboError(f"{out}: is part of the source {dataset.path}", "name another file")
    check_file(out)


class StoredDataset:
    """The `Dataset` found at a path. It pickles and survives a fork: decoders do not cross, they reopen."""

    def __init__(self, path: Path, source: Source) -> None:
        content = source.content
        self.path = path
        self.categories = {category.id: category.name for category in content.categories}
        self.labelled = content.labelled
        self.frames = [_frame_info(image) for image in content.images]
        self._places = [(image.file_name or "", image.video, image.frame or 0) for image in content.images]
        self._truth = GroundTruth(content)
        self._videos = source.videos
        self._readers: dict[str, VideoReader] = {}
        self._process = os.getpid()

    def __len__(self) -> int:
        return len(self.frames)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_readers": {}}

    def frame(self, index: int) -> Frame:
        """Decode one frame. Raises `TurboError` if it cannot be read or has another size than described."""
        file_name, video, number = self._places[index]
        frame = self._reader(video).frame(number) if video else read_image(Path(file_name))
        height, width = frame.shape[:2]
        info = self.frames[index]
        if (width, height) != (info.width, info.height):
            expected = f"expected {info.width}×{info.height} as in {self.path}"
            raise TurboError(f"{video or file_name}: image is {width}×{height}, {expected}")
        return frame

    def targets(self, index: int) -> Targets:
        """The ground truth of one frame."""
        return self._truth.targets(index)

    def reads(self, path: Path) -> bool:
        """Whether the dataset is read from the file at `path`."""
        if not path.is_file():
            return False
        frames = {Path(video or file_name) for file_name, video, _ in self._places}
        files = {self.path, self.path / FILE_NAME, *frames}
        return any(file.exists() and file.samefile(path) for file in files)

    def _reader(self, video: str) -> VideoReader:
        if self._process != os.getpid():
            self._readers, self._process = {}, os.getpid()
        if video not in self._readers:
            if len(self._readers) == OPEN_VIDEOS:
                self._readers.pop(next(iter(self._readers))).close()
            self._readers[video] = VideoReader(self._videos[Path(video)])
        return self._readers[video]


def _frame_info(image: Image) -> FrameInfo:
    return FrameInfo(image.id, image.camera, image.frame_index, image.timestamp, image.width, image.height)
