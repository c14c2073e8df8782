"""How an enhancer is run on the machine at hand, whatever it was trained like."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from turbo_cli.detectors.base import STAGES, SplitDetector
from turbo_cli.enhancement.decoder import Decoder

Precision = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Runtime:
    """Options that cost or save time and leave boxes nearly as they are.

    precision: in which convolutions are computed; weights stay float32. channels_last: the memory layout of
    maps and weights. compile: `torch.compile` stages and decoder blocks; the first batches take a minute.
    """

    precision: Precision = "float32"
    channels_last: bool = False
    compile: bool = False

    def arrange_modules(self, detector: SplitDetector, decoder: Decoder) -> None:
        """Bring both into the wanted layout and compile their parts, in place; no number changes."""
        if self.channels_last:
            for module in (detector, decoder):
                module.to(memory_format=torch.channels_last)
        if self.compile:
            blocks = [decoder.layer(number).body for number in range(1, STAGES + 1)]
            for part in (*detector.stages, *blocks):
                part.compile(dynamic=True)

    def arrange(self, images: Tensor) -> Tensor:
        """Images in the wanted layout; a copy only where they are in another."""
        return images.contiguous(memory_format=torch.channels_last) if self.channels_last else images

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context that networks run in."""
        dtype: torch.dtype = getattr(torch, self.precision)
        half = None if dtype == torch.float32 else dtype
        return torch.autocast(device.type, half, enabled=half is not None)


AS_IT_IS = Runtime()
