"""Counted work against sums by hand, and the roofline over it."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from turbo_cli.errors import TurboError
from turbo_cli.profiling.counting import Operation, Work, count_work
from turbo_cli.profiling.hardware import HARDWARE, Hardware, find_hardware
from turbo_cli.profiling.roofline import EFFICIENCY, predict_ms

DEVICE = Hardware(tflops=1.0, gb_per_s=100.0, datasheet="made up", launch_us=5.0)


def test_a_convolution_by_hand() -> None:
    convolution = nn.Conv2d(3, 8, 3, padding=1, bias=False)
    work = _count(lambda images: convolution(images))
    pixels = 16 * 16
    assert work.operations == (Operation(2 * 27 * 8 * pixels, 4 * (3 + 8) * pixels, 4 * 27 * 8),)
    assert work.launches_per_frame == 0


def test_views_cost_nothing_and_frame_by_frame_work_is_launched_for_each() -> None:
    assert _count(lambda images: images.view(len(images), -1).transpose(0, 1)).operations == ()
    work = _count(lambda images: [image.relu() for image in images])
    assert (len(work.operations), work.launches_per_frame) == (1, 1)


@pytest.mark.parametrize(
    ("operation", "batch_size", "microseconds"),
    [
        (Operation(flops=10_000_000, map_bytes=0, parameter_bytes=0), 3, 30 / EFFICIENCY),
        (Operation(flops=0, map_bytes=1_000_000, parameter_bytes=500_000), 3, 35 / EFFICIENCY),
        (Operation(flops=1, map_bytes=1, parameter_bytes=1), 3, 5),
    ],
    ids=["arithmetic", "memory", "launch"],
)
def test_the_slowest_of_three_decides(operation: Operation, batch_size: int, microseconds: float) -> None:
    assert predict_ms(Work((operation,), 0), batch_size, DEVICE) == pytest.approx(microseconds / 1e3)


def test_launches_for_each_frame_are_added() -> None:
    work = Work((Operation(0, 0, 0),), launches_per_frame=4)
    assert predict_ms(work, 3, DEVICE) == pytest.approx(5e-3 * (1 + 2 * 4))


def test_hardware_by_name() -> None:
    assert find_hardware("t4") is HARDWARE["t4"]
    with pytest.raises(TurboError, match="did you mean 'h100'"):
        find_hardware("h10")


def _count(run: Callable[[torch.Tensor], object]) -> Work:
    one, two = (torch.rand(size, 3, 16, 16) for size in (1, 2))
    return count_work(lambda: run(one), lambda: run(two))
