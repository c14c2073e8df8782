"""The one interface that every detector satisfies."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from turbo_cli.artifacts.weights import hash_tensors
from turbo_cli.boxes import Detections, FloatArray, Targets

STAGES = 5
STRIDES = (2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Geometry:
    """How one source frame was laid into the detector's input: scaled, then shifted.

    width, height: of the source frame in pixels. scale_x, scale_y: input pixels a source pixel.
    left, top: padding in input pixels.
    """

    width: int
    height: int
    scale_x: float
    scale_y: float
    left: float = 0.0
    top: float = 0.0

    def to_input(self, boxes_xyxy: FloatArray) -> FloatArray:
        """(N, 4) source pixels → input pixels."""
        boxes: FloatArray = (boxes_xyxy * self._scale + self._shift).astype(np.float32)
        return boxes

    def to_source(self, boxes_xyxy: FloatArray) -> FloatArray:
        """(N, 4) input pixels → source pixels, clipped to the frame."""
        boxes = (boxes_xyxy - self._shift) / self._scale
        limits = np.array([self.width, self.height] * 2, np.float32)
        clipped: FloatArray = np.clip(boxes, 0, limits).astype(np.float32)
        return clipped

    @property
    def _scale(self) -> FloatArray:
        return np.array([self.scale_x, self.scale_y] * 2, np.float32)

    @property
    def _shift(self) -> FloatArray:
        return np.array([self.left, self.top] * 2, np.float32)


class SplitDetector(nn.Module, ABC):
    """A frozen detector whose backbone runs in five stages, C1…C5 at strides 2, 4, 8, 16, 32 (§4.3).

    Splitting changes no number: `detect(encode(x))` equals the original model's output. Parameters
    take no gradient and BatchNorm statistics never move, also under `train()`.

    Attributes set by every implementation:
    name: as given to `load_detector`. input_size: (width, height) in pixels that `prepare` lays frames into.
    fixed_size: False if `prepare` keeps the shape of the frames; then `input_size` is that for a usual one.
    size_multiple: `encode`, `detect` and the losses take images of any width and height that it divides.
    first_read: the head reads C`first_read`…C5; of shallower maps it may know the shape, never a number.
    categories: class names by COCO id. channels: of C1…C5. stages: the five, in order.
    """

    name: str
    input_size: tuple[int, int]
    fixed_size: bool = True
    size_multiple: int = 32
    first_read: int = 1
    categories: dict[int, str]
    channels: tuple[int, ...]
    stages: nn.ModuleList

    @cached_property
    def weights_hash(self) -> str:
        """`hash_state` of the whole detector as it was loaded."""
        return hash_state(self)

    @abstractmethod
    def prepare(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[Geometry]]:
        """Source frames (H, W, 3) uint8 RGB of any sizes → (B, 3, height, width) float32 RGB in [0, 1].

        The images are on the detector's device; whatever normalisation the network wants belongs to stage 1.
        """

    def encode(self, images: Tensor) -> list[Tensor]:
        """(B, 3, height, width) float32 RGB in [0, 1] → C1…C5."""
        return self._run([], images, 0)

    def resume(self, features: Sequence[Tensor], start: int) -> list[Tensor]:
        """Re-run the stages after `start` (1…5) from C`start`; the shallower maps are kept as they are."""
        if not 1 <= start <= STAGES:
            raise ValueError(f"start must be 1…{STAGES}, got {start}")
        return self._run(list(features[:start]), features[start - 1], start)

    def _run(self, kept: list[Tensor], below: Tensor, start: int) -> list[Tensor]:
        for stage in self.stages[start:]:
            below = stage(below)
            kept.append(below)
        return kept

    @abstractmethod
    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        """C1…C5 → boxes of each image, best first; in source pixels with `geometry`, else input pixels.

        Also under autocast, where maps and what a convolution makes of them are in half precision.
        """

    @abstractmethod
    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        """The detector's own training loss, a scalar with gradient to `features`; statistics frozen.

        `targets` are in input pixels (`Geometry.to_input`); ignored boxes and regions are not counted.
        Deterministic: the same arguments give the same loss.
        """

    @abstractmethod
    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        """How far the raw predictions lie from the teacher's, over all anchors or the teacher's proposals.

        A scalar ≥ 0 with gradient to `features` only; 0 where both are equal.
        """

    def train(self, mode: bool = True) -> "SplitDetector":
        """A frozen detector stays in evaluation mode whatever its owner switches to."""
        return super().train(False)


def freeze(detector: SplitDetector) -> SplitDetector:
    """Take the gradient from every parameter and put the detector into evaluation mode, for good."""
    detector.requires_grad_(False)
    return detector.eval()


def copy_detector(detector: SplitDetector) -> SplitDetector:
    """A copy whose weights may be changed: it does not remember the hash of those that it was loaded with."""
    copied = copy.deepcopy(detector)
    vars(copied).pop("weights_hash", None)
    return copied


def hash_state(module: nn.Module) -> str:
    """SHA-256 (64 hex digits) of every parameter and persistent buffer: name, type, shape and bytes.

    Two files in different formats that hold the same weights give the same hash.
    """
    return hash_tensors(module.state_dict())
