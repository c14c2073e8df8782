"""Traffic keeps its distance, obeys signals, surges and dies down."""

import numpy as np
import pytest

from turbo_cli.data.synth.camera import random_camera
from turbo_cli.data.synth.roads import random_layout
from turbo_cli.data.synth.traffic import Surge, Traffic


def _traffic(seed: int) -> Traffic:
    rng = np.random.default_rng(seed)
    camera = random_camera((320, 192), rng)
    return Traffic(random_layout(camera, rng), rng)


@pytest.mark.parametrize("seed", range(10))
def test_vehicles_of_a_lane_never_drive_into_each_other(seed: int) -> None:
    traffic = _traffic(seed)
    for _ in range(300):
        traffic.step(0.1)
        for stream in traffic.streams:
            if stream.path.users != "vehicles":
                continue
            for ahead, behind in zip(stream.movers, stream.movers[1:], strict=False):
                gap = ahead.distance - behind.distance - (ahead.body.length + behind.body.length) / 2
                assert gap > -0.3


@pytest.mark.parametrize("seed", range(10))
def test_nobody_crosses_a_stop_line_long_after_red(seed: int) -> None:
    traffic = _traffic(seed)
    red_since: dict[int, float] = {0: 0.0, 1: 0.0}
    for _ in range(400):
        before = {id(mover): mover.distance for mover in traffic.movers}
        traffic.step(0.1)
        assert traffic.signal is None or not (
            traffic.signal.green(0, traffic.time) and traffic.signal.green(1, traffic.time)
        )
        for group in red_since:
            if traffic.signal is None or traffic.signal.green(group, traffic.time):
                red_since[group] = traffic.time
        for mover in traffic.movers:
            stop = mover.path.stop_distance
            if stop is not None and traffic.time - red_since[mover.path.group] > 2.5:
                nose = mover.body.length / 2 if mover.path.users == "vehicles" else 0
                was, now = before.get(id(mover), mover.distance) + nose, mover.distance + nose
                assert not was < stop - 0.01 < now - 0.6


def test_a_surge_rises_and_dies_down() -> None:
    rates = [Surge(0.5, 20, 0).rate(time) for time in np.arange(0, 20, 0.5)]
    assert max(rates) > 5 * min(rates) > 0


def test_the_number_of_road_users_varies() -> None:
    traffic = _traffic(3)
    counts = []
    for _ in range(600):
        traffic.step(0.1)
        counts.append(len(traffic.movers))
    assert max(counts) > 1.5 * max(1, min(counts))
