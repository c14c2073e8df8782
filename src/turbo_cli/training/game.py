"""The players of stage one (§4.1, §4.2): what they look at, and what each of them minimises."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator, InstanceDiscriminator, crop_instances
from turbo_cli.enhancement.generator import Generator
from turbo_cli.training.adversarial import Objective, discriminator_loss, generator_loss

ROIS = 8
"""Instances of a frame that D_i looks at, the surest first."""


class Gan(nn.Module):
    """The three trainable networks of §4.1. encoder: the generator's own, or None for the detector's."""

    def __init__(self, channels: Sequence[int], encoder: nn.ModuleList | None = None) -> None:
        super().__init__()
        self.generator = Generator(Decoder(channels), encoder)
        self.frame = FrameDiscriminator()
        self.instance = InstanceDiscriminator()


@dataclass(frozen=True, eq=False)
class Round:
    """What both players look at in one iteration.

    easy, hard: real frames, (B, 3, H, W); generated: G's pictures of the hard ones. The boxes are those of
    the RoIs, (N ≤ 8, 4) in pixels for each frame.
    """

    easy: Tensor
    easy_boxes: list[Tensor]
    hard: Tensor
    hard_boxes: list[Tensor]
    generated: Tensor


def play(detector: SplitDetector, gan: Gan, easy: Tensor, hard: Tensor, roi_score: float) -> Round:
    """Find the RoIs of real easy and hard frames, (B, 3, H, W) each, and generate from the hard ones."""
    with torch.no_grad():
        easy_boxes = surest_boxes(detector, detector.encode(easy), roi_score)
        features = detector.encode(hard)
        hard_boxes = surest_boxes(detector, features, roi_score)
    return Round(easy, easy_boxes, hard, hard_boxes, gan.generator(hard, features))


def discriminator_terms(gan: Gan, shown: Round, objective: Objective) -> dict[str, Tensor]:
    """What D_f and D_i minimise: easy against real hard and generated. No gradient to G."""
    fake = shown.generated.detach()
    easy_crops = crop_instances(shown.easy, shown.easy_boxes)
    other_crops = [crop_instances(images, shown.hard_boxes) for images in (shown.hard, fake)]
    return {
        "d_frame": discriminator_loss(
            gan.frame(shown.easy), gan.frame(torch.cat([shown.hard, fake])), objective
        ),
        "d_instance": discriminator_loss(
            gan.instance(easy_crops), gan.instance(torch.cat(other_crops)), objective
        ),
    }


def generator_terms(gan: Gan, shown: Round, objective: Objective) -> dict[str, Tensor]:
    """What G minimises: its frames, and the instances in them, taken for easy ones."""
    with torch.no_grad():
        easy_frames = gan.frame(shown.easy)
        easy_crops = gan.instance(crop_instances(shown.easy, shown.easy_boxes))
    crops = gan.instance(crop_instances(shown.generated, shown.hard_boxes))
    return {
        "g_frame": generator_loss(gan.frame(shown.generated), easy_frames, objective),
        "g_instance": generator_loss(crops, easy_crops, objective),
    }


def adversarial_loss(gan: Gan, pictures: Tensor, boxes: list[Tensor]) -> Tensor:
    """L_S1 as stage two adds it (eq. 4): G's part of it, before judges that stay as stage one left them.

    pictures: G's, (B, 3, H, W). boxes: (N, 4) RoIs of each in pixels.
    """
    judged = gan.frame(pictures), gan.instance(crop_instances(pictures, boxes))
    return torch.stack([generator_loss(logits, logits, "paper") for logits in judged]).sum()


def surest_boxes(detector: SplitDetector, features: Sequence[Tensor], roi_score: float) -> list[Tensor]:
    """The (N ≤ 8, 4) RoIs of each image of C1…C5, in pixels of the input."""
    kept = [found.above(roi_score).boxes_xyxy[:ROIS] for found in detector.detect(features)]
    return [torch.from_numpy(boxes).to(features[0].device) for boxes in kept]
