"""The decoder's exits: shapes, identity at initialisation, statistics."""

import torch

from tests.small_detector import SmallDetector
from turbo_cli.detectors.base import STAGES
from turbo_cli.enhancement.decoder import Decoder, SkipStatistics


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


def test_measured_statistics_centre_every_skip() -> None:
    detector, maps = encoded()
    decoder = Decoder(detector.channels)
    means = tuple(values.mean(dim=(0, 2, 3)) for values in maps)
    deviations = tuple(values.std(dim=(0, 2, 3)) for values in maps)
    decoder.set_statistics(SkipStatistics(means, deviations))
    skips = [*reversed(maps[1:-1]), torch.nn.functional.pixel_unshuffle(maps[0], 2)]
    for number, skip in enumerate(skips, 1):
        known = decoder.layer(number).normalise.known(skip)
        assert known.mean(dim=(0, 2, 3)).abs().max() < 0.2
        assert 0.7 < known.std(dim=(0, 2, 3)).mean() < 1.3
