"""The decoder's exits: shapes, identity at initialisation, statistics."""

import pytest
import torch
import torch.nn.functional as F

from tests.small_detector import SmallDetector
from turbo_cli.detectors.base import STAGES
from turbo_cli.enhancement.decoder import EPSILON, Decoder, DecoderLayer, Entry, SkipStatistics


def exits(decoder: Decoder, maps: list[torch.Tensor]) -> list[torch.Tensor]:
    below = decoder.start(maps[-1])
    enhanced = []
    for k in range(1, STAGES + 1):
        below = decoder.hidden(k, below, maps[STAGES - k])
        enhanced.append(decoder.enhance(k, below, maps[STAGES - k]))
    return enhanced


def encoded(seed: int = 0) -> tuple[SmallDetector, list[torch.Tensor]]:
    detector = SmallDetector()
    images = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(seed))
    return detector, [images, *detector.encode(images)]


def test_untrained_exits_are_the_skips_themselves() -> None:
    detector, maps = encoded()
    for k, enhanced in enumerate(exits(Decoder(detector.channels), maps), 1):
        assert torch.equal(enhanced, maps[STAGES - k])


def test_a_trained_exit_moves_its_map_and_the_gradient_reaches_every_layer_below() -> None:
    detector, maps = encoded()
    decoder = Decoder(detector.channels)
    for parameter in decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.1, generator=torch.Generator().manual_seed(1))
    last = exits(decoder, maps)[-1]
    assert last.shape == maps[0].shape and not torch.allclose(last, maps[0])
    last.sum().backward()
    for number in range(1, STAGES + 1):
        gradient = decoder.layer(number).from_below.weight.grad
        assert gradient is not None and gradient.abs().sum() > 0


@pytest.mark.parametrize("step", [1, 2])
def test_an_entry_is_a_convolution_on_the_map_normalised_twice(step: int) -> None:
    """Folded into the weights, against the same written out."""
    torch.manual_seed(0)
    entry, skip = Entry(4, 6, step), torch.rand(3, 4, 8, 12) * torch.arange(1, 4).view(-1, 1, 1, 1)
    entry.mean.copy_(torch.rand(4))
    entry.deviation.copy_(torch.rand(4) + 0.5)
    known = (skip - entry.mean.view(1, -1, 1, 1)) / entry.deviation.view(1, -1, 1, 1)
    expected = entry.both(torch.cat([known, F.instance_norm(known, eps=EPSILON)], dim=1))
    torch.testing.assert_close(entry(skip), expected, atol=1e-5, rtol=1e-5)


def test_a_map_without_any_contrast_stays_finite() -> None:
    assert torch.isfinite(Entry(4, 6)(torch.full((1, 4, 8, 8), 0.3))).all()


def test_statistics_come_to_the_maps_that_they_were_measured_on() -> None:
    detector, maps = encoded()
    decoder = Decoder(detector.channels)
    means = tuple(values.mean(dim=(0, 2, 3)) for values in maps)
    deviations = tuple(values.std(dim=(0, 2, 3)) for values in maps)
    decoder.set_statistics(SkipStatistics(means, deviations))
    skips = [*reversed(maps[1:-1]), F.pixel_unshuffle(maps[0], 2)]
    for number, skip in enumerate(skips, 1):
        entry = decoder.layer(number).entry
        torch.testing.assert_close(entry.mean, skip.mean(dim=(0, 2, 3)), atol=0.05, rtol=0)
    torch.testing.assert_close(decoder.deepest.deviation, maps[-1].std(dim=(0, 2, 3)))


def test_an_addition_scales_with_the_deviation_of_its_map() -> None:
    torch.manual_seed(0)
    layer = DecoderLayer(8, 4, 8, blocks=1, dense=False, halved=True)
    torch.nn.init.normal_(layer.addition.weight, std=0.1)
    skip, below = torch.rand(1, 4, 16, 16), torch.rand(1, 8, 8, 8)
    hidden = layer(below, skip)
    once = layer.add(hidden, skip) - skip
    layer.entry.deviation.mul_(2)
    gain, offset = layer.addition(hidden).chunk(2, dim=1)
    gain, offset = (F.interpolate(part, scale_factor=2) for part in (gain, offset))
    torch.testing.assert_close(layer.add(hidden, skip) - skip, gain * skip + 2 * offset, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(once, gain * skip + offset, atol=1e-6, rtol=1e-5)
