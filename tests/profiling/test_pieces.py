"""The pieces of an enhancer do what the plan's cost model takes them to do."""

from pathlib import Path

import pytest
import torch

from tests.profiling.streets import make_enhancer, make_streets
from turbo_cli.data import Dataset
from turbo_cli.enhancement.enhancer import LEVELS, Enhancer
from turbo_cli.profiling.counting import count_work
from turbo_cli.profiling.pieces import Batch, make_pieces, prepare_batch
from turbo_cli.scheduling.latency import PIECES


@pytest.fixture
def streets(tmp_path: Path) -> Dataset:
    return make_streets(tmp_path / "streets")


@pytest.fixture
def enhancer() -> Enhancer:
    return make_enhancer(trained=True)


def test_batches_are_frames_of_the_dataset_round_and_round(enhancer: Enhancer, streets: Dataset) -> None:
    batch = prepare_batch(enhancer.detector, streets, frames=3)
    assert batch.images.shape == (3, 3, 32, 64)
    expected, _ = enhancer.detector.prepare([streets.frame(i) for i in (8, 0, 4)])
    assert not torch.equal(expected[0], expected[1])
    cut = batch.cut(size=5, first=2)
    rows = [torch.equal(one, other) for one in cut.images for other in batch.images]
    assert [i % 3 for i, same in enumerate(rows) if same] == [2, 0, 1, 2, 0]
    assert len(cut.geometry) == 5


def test_levels_find_what_the_enhancer_finds(enhancer: Enhancer, streets: Dataset) -> None:
    batch = prepare_batch(enhancer.detector, streets, frames=2)
    pieces = make_pieces(enhancer, batch)
    assert tuple(pieces) == PIECES
    for level in (0, *LEVELS):
        expected = enhancer.run(batch.images, [level] * 2, "staged", batch.geometry)
        found = pieces[f"level-{level}"]()  # type: ignore[index]
        assert isinstance(found, list)
        assert all((one.scores == other.scores).all() for one, other in zip(found, expected, strict=True))


def test_a_level_is_encode_layers_and_head_but_for_the_exits_on_the_way(
    enhancer: Enhancer, streets: Dataset
) -> None:
    """In floating-point operations, which are the same in every run."""
    batch = prepare_batch(enhancer.detector, streets, frames=2)
    flops: dict[str, int] = {piece: _flops(enhancer, batch, piece) for piece in PIECES}
    assert flops["level-0"] == flops["encode"] + flops["head"]
    for level in LEVELS:
        added = sum(flops[f"layer-{k}"] for k in range(1, level + 1))
        exits = sum(_exit_flops(enhancer, k) for k in range(1, level))
        assert flops[f"level-{level}"] == flops["level-0"] + added - exits


def _flops(enhancer: Enhancer, batch: Batch, piece: str) -> int:
    one, two = (make_pieces(enhancer, batch.cut(size, first=0))[piece] for size in (1, 2))  # type: ignore[index]
    return sum(operation.flops for operation in count_work(one, two).operations)


def _exit_flops(enhancer: Enhancer, k: int) -> int:
    """An exit is a 1×1 convolution from the hidden map to gain and offset of every channel of its skip."""
    stride = {1: 16, 2: 8, 3: 8, 4: 4}[k]
    convolution = enhancer.decoder.layer(k).addition
    return 2 * convolution.in_channels * convolution.out_channels * (64 // stride) * (32 // stride)
