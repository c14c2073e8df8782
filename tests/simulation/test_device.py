"""The device in virtual time and how it may differ from its profile."""

import numpy as np
import pytest

from tests.simulation.profiles import make_profile
from turbo_cli.errors import TurboError
from turbo_cli.simulation.device import TRUE, Device, Perturbation, parse_perturbation


def test_parse_perturbation() -> None:
    parsed = parse_perturbation("latency=+20%,layer-3=-10%,jitter=5%")
    assert parsed.factors["encode"] == pytest.approx(1.2)
    assert parsed.factors["layer-3"] == pytest.approx(0.9)
    assert parsed.jitter == pytest.approx(0.05)
    assert parse_perturbation("").none


@pytest.mark.parametrize(
    "text",
    [
        "latency=20",
        "latency",
        "layer-9=+5%",
        "latency=-100%",
        "jitter=nan%",
        "latency=+1e300%",
        "jitter=1e9%",
    ],
)
def test_what_is_no_perturbation(text: str) -> None:
    with pytest.raises(TurboError, match="perturbation"):
        parse_perturbation(text)


def test_work_queues_behind_what_runs() -> None:
    device = Device(make_profile().latency, TRUE)
    device.start(100)
    device.run("encode", 4)
    encode_ms = device.latency.ms("encode", 4)
    assert device.at_ms == 100 + encode_ms
    device.start(100)
    assert device.at_ms == 100 + encode_ms
    device.start(500)
    assert (device.at_ms, device.busy_ms) == (500, encode_ms)


def test_a_slow_device_is_believed_to_be_slow_from_its_first_piece_on() -> None:
    profile = make_profile()
    device = Device(profile.latency, Perturbation(dict.fromkeys(profile.latency.whole_batches, 1.3)))
    assert device.believed.ms("head", 1) == profile.latency.ms("head", 1)
    device.start(0)
    device.run("encode", 4)
    assert device.believed.ms("layer-1", 2) == pytest.approx(1.3 * profile.latency.ms("layer-1", 2))


def test_a_device_that_does_not_learn_believes_its_profile() -> None:
    profile = make_profile()
    device = Device(profile.latency, Perturbation(jitter=0.5), learns=False)
    device.run("encode", 4)
    assert device.believed is profile.latency


def test_jitter_scatters_around_the_profile() -> None:
    device = Device(make_profile().latency, Perturbation(jitter=0.1), learns=False)
    took = []
    for _ in range(2000):
        before = device.at_ms
        device.run("encode", 1)
        took.append((device.at_ms - before) / device.latency.ms("encode", 1))
    assert np.std(np.log(took)) == pytest.approx(0.1, abs=0.01)
