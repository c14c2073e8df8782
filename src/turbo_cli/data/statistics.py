"""What is in a dataset: counts, box sizes, brightness and sharpness."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import laplace

from turbo_cli.boxes import FloatArray
from turbo_cli.data.dataset import Dataset
from turbo_cli.data.images import Frame
from turbo_cli.progress import Track, untracked

SMALL_AREA, LARGE_AREA = 32**2, 96**2
"""COCO's limits in square pixels: small below the first, large from the second on."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue (ITU-R BT.601)."""


@dataclass(frozen=True)
class CameraStatistics:
    """One camera.

    frames, boxes: counts. seconds: from its first to its last frame. width, height: of its first frame.
    brightness: mean luma in [0, 255]; sharpness: variance of the Laplacian of the luma, low for blurred
    frames; both are means over `sampled` frames, None if that is 0.
    """

    camera: str
    frames: int
    boxes: int
    seconds: float
    width: int
    height: int
    sampled: int
    brightness: float | None
    sharpness: float | None


@dataclass(frozen=True)
class DatasetStatistics:
    """A whole dataset.

    boxes: count by class name, ignored boxes included; ignored: how many of them are ignored.
    sizes: count of boxes that are small, medium, large by COCO's limits. ignore_regions: sum over frames.
    """

    cameras: tuple[CameraStatistics, ...]
    labelled: bool
    boxes: dict[str, int]
    sizes: dict[str, int]
    ignored: int
    ignore_regions: int

    @property
    def frames(self) -> int:
        """Of all cameras."""
        return sum(camera.frames for camera in self.cameras)


def measure_dataset(dataset: Dataset, sample: int = 8, track: Track = untracked) -> DatasetStatistics:
    """Count everything, and measure `sample` frames of each camera, evenly spread."""
    all_targets = [dataset.targets(index) for index in range(len(dataset))]
    classes = Counter(int(number) for targets in all_targets for number in targets.category_ids)
    areas = np.concatenate([_areas(targets.boxes_xyxy) for targets in all_targets])
    small, large = int((areas < SMALL_AREA).sum()), int((areas >= LARGE_AREA).sum())
    counts = [len(targets) for targets in all_targets]
    cameras = frames_by_camera(dataset)
    measured = track(cameras.items(), "measuring", len(cameras)) if sample else cameras.items()
    return DatasetStatistics(
        cameras=tuple(_measure_camera(dataset, *item, counts, sample) for item in measured),
        labelled=dataset.labelled,
        boxes={name: classes[number] for number, name in dataset.categories.items()},
        sizes={"small": small, "medium": len(areas) - small - large, "large": large},
        ignored=sum(int(targets.ignore.sum()) for targets in all_targets),
        ignore_regions=sum(len(targets.ignore_regions_xyxy) for targets in all_targets),
    )


def frames_by_camera(dataset: Dataset) -> dict[str, list[int]]:
    """The positions of each camera's frames, in order."""
    cameras: dict[str, list[int]] = defaultdict(list)
    for index, info in enumerate(dataset.frames):
        cameras[info.camera].append(index)
    return dict(cameras)


def spread(items: Sequence[int], count: int) -> list[int]:
    """At most `count` of `items`, evenly spread over them."""
    chosen = np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int)
    return [items[position] for position in chosen]


def luma(frame: Frame) -> FloatArray:
    """(H, W) float32 brightness in [0, 255] of an RGB frame."""
    return frame.astype(np.float32) @ LUMA


def sharpness(frame: Frame) -> float:
    """Variance of the Laplacian of the luma: low where a frame is blurred."""
    return float(laplace(luma(frame)).var())


def _measure_camera(
    dataset: Dataset, camera: str, indices: list[int], counts: list[int], sample: int
) -> CameraStatistics:
    first, last = dataset.frames[indices[0]], dataset.frames[indices[-1]]
    looks = []
    for index in spread(indices, sample):
        frame = dataset.frame(index)
        looks.append((float(luma(frame).mean()), sharpness(frame)))
    brightness, blur = np.mean(looks, axis=0).tolist() if looks else (None, None)
    return CameraStatistics(
        camera=camera,
        frames=len(indices),
        boxes=sum(counts[index] for index in indices),
        seconds=last.timestamp - first.timestamp,
        width=first.width,
        height=first.height,
        sampled=len(looks),
        brightness=brightness,
        sharpness=blur,
    )


def _areas(boxes_xyxy: FloatArray) -> FloatArray:
    areas: FloatArray = (boxes_xyxy[:, 2] - boxes_xyxy[:, 0]) * (boxes_xyxy[:, 3] - boxes_xyxy[:, 1])
    return areas
