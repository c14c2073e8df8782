"""The enhancer at work: frames and a plan in, boxes out, in either order (DESIGN "Execution")."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from turbo_cli.boxes import Detections
from turbo_cli.detectors.base import STAGES, Geometry, SplitDetector
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.execution import OutOfTimeError, check_nothing, enhance_sorted, enhanced_image
from turbo_cli.enhancement.fusion import Fusion, fuse
from turbo_cli.enhancement.runtime import AS_IT_IS, Runtime

Execution = Literal["staged", "per-level"]

LEVELS = tuple(range(1, STAGES + 1))
"""Every level that enhances."""


@dataclass(frozen=True, eq=False)
class Detected:
    """What detect-first knows before any enhancement: the maps C1…C5 and the level-0 boxes of a batch."""

    images: Tensor
    geometry: Sequence[Geometry] | None
    features: list[Tensor]
    detections: list[Detections]


@torch.inference_mode()
def detect_level_0(
    detector: SplitDetector,
    images: Tensor,
    geometry: Sequence[Geometry] | None = None,
    check: Callable[[], None] = check_nothing,
    runtime: Runtime = AS_IT_IS,
) -> Detected:
    """What the detector alone finds; `check` is called before encoder and head."""
    images = runtime.arrange(images)
    with runtime.autocast(images.device):
        check()
        features = detector.encode(images)
        check()
        return Detected(images, geometry, features, detector.detect(features, geometry))


class Enhancer(nn.Module):
    """A trained decoder and D_f beside the frozen detector that they were trained for.

    levels: the trained ones; the others change nothing. training_cameras: whose frames were trained on.
    runtime: arranges detector and decoder in place.
    """

    def __init__(
        self,
        detector: SplitDetector,
        decoder: Decoder,
        discriminator: FrameDiscriminator,
        calibration: Calibration,
        training_cameras: Sequence[str] = (),
        levels: Sequence[int] = LEVELS,
        runtime: Runtime = AS_IT_IS,
    ) -> None:
        super().__init__()
        self.detector = detector
        self.decoder = decoder
        self.discriminator = discriminator
        self.calibration = calibration
        self.training_cameras = tuple(training_cameras)
        self.levels = tuple(levels)
        self.runtime = runtime
        self.requires_grad_(False).eval()
        runtime.arrange_modules(detector, decoder)

    @torch.inference_mode()
    def predict_difficulties(self, images: Tensor) -> list[float]:
        """θ′ in [0, 1] of each image (B, 3, H, W), by D_f and its calibration."""
        logits = self.discriminator(images).double().cpu().numpy()
        predicted: list[float] = self.calibration.predict(logits).tolist()
        return predicted

    @torch.inference_mode()
    def run(
        self,
        images: Tensor,
        levels: Sequence[int],
        execution: Execution = "staged",
        geometry: Sequence[Geometry] | None = None,
        check: Callable[[], None] = check_nothing,
    ) -> list[Detections]:
        """Discriminate-first: run every frame at its level and give its boxes, in the order of `images`.

        images: (m, 3, H, W) as the detector's `prepare` makes them. levels: m numbers 0…5. With `geometry`
        boxes are in source pixels. `per-level` runs the frames of each level as a batch of its own (the
        paper's way); the boxes are the same. `check` is called before each piece: encoder, every layer and
        stage, head.
        """
        _check_levels(images, levels)
        images = self.runtime.arrange(images)
        if execution == "staged":
            return self._run_batch(images, list(range(len(levels))), levels, geometry, check)
        found: dict[int, Detections] = {}
        for level in sorted(set(levels)):
            rows = [row for row, wanted in enumerate(levels) if wanted == level]
            found |= zip(rows, self._run_batch(images, rows, levels, geometry, check), strict=True)
        return [found[row] for row in range(len(levels))]

    def _run_batch(
        self,
        images: Tensor,
        rows: list[int],
        levels: Sequence[int],
        geometry: Sequence[Geometry] | None,
        check: Callable[[], None],
    ) -> list[Detections]:
        order = sorted(range(len(rows)), key=lambda place: -levels[rows[place]])
        sorted_rows = [rows[place] for place in order]
        batch = _take(images, sorted_rows)
        falling = [levels[row] for row in sorted_rows]
        with self.runtime.autocast(images.device):
            check()
            features = self.detector.encode(batch)
            enhanced = enhance_sorted(self.detector, self.decoder, batch, features, falling, check)
            check()
            found = self.detector.detect(enhanced, _some(geometry, sorted_rows))
        placed = dict(zip(order, found, strict=True))
        return [placed[place] for place in range(len(rows))]

    def detect(
        self,
        images: Tensor,
        geometry: Sequence[Geometry] | None = None,
        check: Callable[[], None] = check_nothing,
    ) -> Detected:
        """Detect-first, step one: the level-0 boxes of all frames, before anything is enhanced.

        `check` is called before encoder and head.
        """
        return detect_level_0(self.detector, images, geometry, check, self.runtime)

    @torch.inference_mode()
    def enhance(
        self,
        detected: Detected,
        levels: Sequence[int],
        time_is_up: Callable[[], bool] = lambda: False,
        fusion: Fusion = "none",
    ) -> tuple[list[Detections], list[int]]:
        """Detect-first, step two: the boxes of all frames, and the level that each was brought to.

        `time_is_up` is asked before every layer and stage; once it says so, the frames keep their level-0
        boxes and level 0 is what is reported.
        """
        _check_levels(detected.images, levels)
        rows = sorted((row for row, level in enumerate(levels) if level > 0), key=lambda row: -levels[row])
        found, delivered = list(detected.detections), [0] * len(levels)
        if not rows:
            return found, delivered

        def check() -> None:
            if time_is_up():
                raise OutOfTimeError

        images = _take(detected.images, rows)
        features = [_take(maps, rows) for maps in detected.features]
        falling = [levels[row] for row in rows]
        try:
            with self.runtime.autocast(images.device):
                enhanced = enhance_sorted(self.detector, self.decoder, images, features, falling, check)
                check()
                better = self.detector.detect(enhanced, _some(detected.geometry, rows))
        except OutOfTimeError:
            return found, delivered
        for row, boxes in zip(rows, better, strict=True):
            found[row] = fuse(detected.detections[row], boxes, fusion)
            delivered[row] = levels[row]
        return found, delivered

    @torch.inference_mode()
    def enhance_images(self, images: Tensor) -> Tensor:
        """Level 5's whole enhanced images, (B, 3, H, W) in [0, 1], for people to look at."""
        return enhanced_image(self.decoder, images, self.detector.encode(images)).clamp(0, 1)


def _check_levels(images: Tensor, levels: Sequence[int]) -> None:
    if len(levels) != len(images) or not all(0 <= level <= STAGES for level in levels):
        raise ValueError(f"expected {len(images)} levels of 0…{STAGES}, got {list(levels)}")


def _take(batch: Tensor, rows: list[int]) -> Tensor:
    """Some rows of a batch in a given order; no copy where that is the batch as it stands."""
    return batch if rows == list(range(len(batch))) else batch[rows]


def _some(geometry: Sequence[Geometry] | None, rows: list[int]) -> list[Geometry] | None:
    return None if geometry is None else [geometry[row] for row in rows]
