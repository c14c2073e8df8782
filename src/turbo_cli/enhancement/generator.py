"""The generator of §4.1 as stage one leaves it: whole enhanced pictures, which is level 5 and no other."""

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from turbo_cli.artifacts import gan as artifact
from turbo_cli.artifacts.gan import GanWeights
from turbo_cli.artifacts.weights import load_state
from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.execution import enhanced_image


class Generator(nn.Module):
    """A decoder over the detector's frozen maps, or over those of an encoder of its own.

    The second is the model-agnostic baseline of §6.3. Its maps are no longer the detector's, so that no exit
    but the whole picture can hand over to the detector.
    """

    def __init__(self, decoder: Decoder, encoder: nn.ModuleList | None = None) -> None:
        super().__init__()
        self.decoder = decoder
        self.encoder = encoder

    def forward(self, images: Tensor, features: Sequence[Tensor]) -> Tensor:
        """Images (B, 3, H, W) in [0, 1] and the detector's C1…C5 of them → enhanced images."""
        if self.encoder is not None:
            features = _encode(self.encoder, images)
        return enhanced_image(self.decoder, images, features)

    @torch.inference_mode()
    def detect(self, detector: SplitDetector, frames: Sequence[Frame]) -> list[Detections]:
        """What the detector finds in the enhanced pictures of frames, in pixels of the frames."""
        images, geometry = detector.prepare(frames)
        enhanced = self(images, [] if self.encoder is not None else detector.encode(images))
        return detector.detect(detector.encode(enhanced), geometry)


def copy_encoder(detector: SplitDetector) -> nn.ModuleList:
    """The detector's five stages, to be trained; BatchNorm statistics stay as they are."""
    return copy.deepcopy(detector.stages).requires_grad_(True)


def load_generator(path: Path, detector: SplitDetector) -> Generator:
    """The generator of `gan.safetensors`, on the detector's device.

    Raises `TurboError` for a file that is damaged, or was made for another detector or other weights of it.
    """
    weights = artifact.read(path, detector.name, detector.weights_hash)
    generator = build_generator(weights, path, detector).requires_grad_(False)
    return generator.to(next(iter(detector.state_dict().values())).device)


def build_generator(weights: GanWeights, path: Path, detector: SplitDetector) -> Generator:
    """The generator of weights that came from `path`, on the CPU."""
    generator = Generator(Decoder(detector.channels), copy_encoder(detector) if weights.encoder else None)
    load_state(generator.decoder, weights.decoder, path, "decoder")
    if generator.encoder is not None:
        load_state(generator.encoder, weights.encoder, path, "encoder")
    return generator


def _encode(stages: nn.ModuleList, below: Tensor) -> list[Tensor]:
    maps = []
    for stage in stages:
        below = stage(below)
        maps.append(below)
    return maps
