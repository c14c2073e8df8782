import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.serving.cameras.clock import LONGEST_DELAY_S, StreamClock


def test_jitter_of_arrival_is_taken_out() -> None:
    clock = StreamClock()
    delays = [0.05, 0.0, 0.07, 0.02, 0.09]
    times = [clock.taken_at(number * 0.1, 1000 + number * 0.1 + delay) for number, delay in enumerate(delays)]
    assert times == pytest.approx([1000.05, 1000.1, 1000.2, 1000.3, 1000.4])


def test_a_stream_that_starts_again_goes_on() -> None:
    clock = StreamClock()
    clock.taken_at(500.0, 1000.0)
    assert clock.taken_at(0.0, 1020.0) == 1020.0
    assert clock.taken_at(0.1, 1020.5) == pytest.approx(1020.1)


@pytest.mark.parametrize("slower", [5e-5, 0.0, -5e-5])
def test_a_clock_that_runs_at_another_speed_is_followed_for_days(slower: float) -> None:
    clock = StreamClock()
    moments = range(0, 3 * 86_400, 10)
    off = [clock.taken_at(moment * (1 - slower), 1e9 + moment) - 1e9 - moment for moment in moments]
    assert max(map(abs, off)) < 0.01


@given(st.lists(st.tuples(st.none() | st.floats(-1e6, 1e6), st.floats(0, 5)), min_size=1))
def test_never_backwards_never_after_arrival_never_long_before(
    frames: list[tuple[float | None, float]],
) -> None:
    clock, arrived_at, latest = StreamClock(), 1e9, float("-inf")
    for seconds, step in frames:
        arrived_at += step
        taken_at = clock.taken_at(seconds, arrived_at)
        assert latest <= taken_at <= arrived_at + 1e-3
        assert taken_at >= arrived_at - LONGEST_DELAY_S - 1e-3
        latest = taken_at
