"""What the detectors built by other libraries have in common."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from turbo_cli.coco import COCO_NAMES
from turbo_cli.errors import TurboError

CATEGORIES = {number: COCO_NAMES.get(number, "N/A") for number in range(1, 91)}
"""All ids that a head trained on COCO can answer; ten of them COCO never labels."""


class Normalize(nn.Module):
    """(image − mean) / deviation, by channel: the first step of stage 1."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Sequence[float], deviation: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(-1, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(deviation).view(-1, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        return (images - self.mean) / self.deviation


def refuse_other_size(name: str, size: tuple[int, int] | None, native: tuple[int, int]) -> None:
    """Raise `TurboError` if a (width, height) is asked for that is not the detector's own."""
    if size is not None and size != native:
        raise TurboError(
            f"{name}: input size {size[0]}x{size[1]} is not its own, {native[0]}x{native[1]}",
            "leave out --size",
        )
