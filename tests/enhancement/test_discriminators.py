"""D_f and D_i: shapes at any frame size, RoI crops, and that each can tell what it is for."""

import torch
import torch.nn.functional as F
from torch import nn

from turbo_cli.enhancement.discriminators import FrameDiscriminator, InstanceDiscriminator, crop_instances


def linear_layers(module: nn.Module) -> int:
    return sum(isinstance(part, nn.Linear) for part in module.modules())


def convolutions(module: nn.Module) -> int:
    return sum(isinstance(part, nn.Conv2d) for part in module.modules())


def test_layers_are_those_of_the_paper() -> None:
    assert (convolutions(FrameDiscriminator()), linear_layers(FrameDiscriminator())) == (1, 3)
    assert (convolutions(InstanceDiscriminator()), linear_layers(InstanceDiscriminator())) == (2, 3)


def test_any_frame_size_gives_one_logit_a_frame() -> None:
    assert FrameDiscriminator()(torch.rand(2, 3, 192, 320)).shape == (2,)
    assert FrameDiscriminator()(torch.rand(3, 3, 416, 416)).shape == (3,)


def test_crops_are_the_boxes_content() -> None:
    images = torch.zeros(2, 3, 64, 64)
    images[1, 0, 16:48, 16:48] = 1
    boxes = [torch.zeros(0, 4), torch.tensor([[16.0, 16, 48, 48], [0, 0, 8, 8]])]
    crops = crop_instances(images, boxes)
    assert crops.shape == (2, 3, 32, 32)
    assert crops[0, 0].mean() > 0.95 and crops[1].abs().max() == 0
    assert InstanceDiscriminator()(crops).shape == (2,)
    assert InstanceDiscriminator()(crops[:0]).shape == (0,)


def test_frame_discriminator_learns_to_tell_noise_from_clear() -> None:
    torch.manual_seed(0)
    discriminator = FrameDiscriminator()
    optimiser = torch.optim.Adam(discriminator.parameters(), 1e-3)

    def batch() -> tuple[torch.Tensor, torch.Tensor]:
        clear = F.interpolate(torch.rand(16, 3, 6, 10), size=(96, 160), mode="bilinear")
        noisy = (torch.arange(16) % 2).float()
        return clear + 0.2 * noisy.view(-1, 1, 1, 1) * torch.randn_like(clear), 1 - noisy

    for _ in range(120):
        images, easy = batch()
        loss = F.binary_cross_entropy_with_logits(discriminator(images), easy)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    images, easy = batch()
    assert ((discriminator(images) > 0) == easy.bool()).float().mean() >= 0.9
