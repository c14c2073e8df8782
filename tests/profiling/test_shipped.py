"""The shipped profiles of the paper's hardware say what the paper says, and what is assumed in them."""

import itertools

import pytest

from turbo_cli.scheduling.latency import PIECES
from turbo_cli.scheduling.profile import load_profile

CAPACITIES = {"yolov3": 84, "efficientdet-d0": 120, "faster-rcnn": 12}
GAINS = {"yolov3": 0.1375, "efficientdet-d0": 0.1094, "faster-rcnn": 0.0881}

every_profile = pytest.mark.parametrize("name", [f"{gpu}/{d}" for gpu in ("t4", "v100") for d in CAPACITIES])


@pytest.mark.parametrize(("detector", "capacity"), CAPACITIES.items())
def test_the_roofline_alone_meets_the_published_capacities(detector: str, capacity: float) -> None:
    settings = load_profile(f"t4/{detector}").latency_table.provenance.settings
    told = settings["t4_capacity"]
    assert isinstance(told, dict) and told["published"] == capacity
    assert told["roofline"] == pytest.approx(capacity, rel=0.1)


@pytest.mark.parametrize(("detector", "capacity"), CAPACITIES.items())
def test_published_rows_of_the_t4(detector: str, capacity: float) -> None:
    rows = {
        (row.piece, row.batch_size): row.mean_ms
        for row in load_profile(f"t4/{detector}").latency_table.rows
        if row.source == "published"
    }
    assert rows["level-0", 16] == pytest.approx(1000 * 16 / capacity)
    assert rows["discriminator", 1] == 1e-5
    assert rows.get(("level-0", 3)) == (35.71 if detector == "yolov3" else None)


def test_the_papers_full_generator() -> None:
    """Level 5 is level 0, all stages again, the generator, and a little bookkeeping."""
    latency = load_profile("t4/yolov3").latency
    assert latency.ms("level-5", 3) - latency.ms("level-0", 3) - latency.ms("encode", 3) == pytest.approx(
        23.31, rel=0.05
    )


@every_profile
def test_latencies_rise_with_the_batch_without_gaps(name: str) -> None:
    rows = load_profile(name).latency_table.rows
    times: dict[tuple[str, int], float] = {(row.piece, row.batch_size): row.mean_ms for row in rows}
    assert times.keys() == set(itertools.product(PIECES, range(1, 17)))
    assert {row.source for row in rows} <= {"published", "estimated"}
    for piece, size in itertools.product(PIECES, range(1, 16)):
        assert times[piece, size] <= times[piece, size + 1]
    for level, size in itertools.product(range(1, 6), range(1, 17)):
        assert times["level-0", size] < times[f"level-{level}", size]


@every_profile
def test_gains_are_assumed_and_meet_the_papers_aggregate(name: str) -> None:
    profile = load_profile(name)
    assert profile.assumed and "assumed" in profile.accuracy_table.provenance.settings
    for order in ("discriminate-first", "detect-first"):
        gains = profile.gains(order).gains
        assert gains[:, 5].mean() == pytest.approx(GAINS[name.split("/")[1]], abs=1e-4)
        assert (gains[1:] >= gains[:-1]).all() and (gains[:, 1:] >= gains[:, :-1]).all()
