"""Axes hold what is shown, with round ticks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.pages.axis import names, scale, span

NUMBERS = st.floats(-1e9, 1e9).filter(lambda value: value == 0 or abs(value) > 1e-6)


@given(st.lists(NUMBERS, max_size=20), st.sampled_from([None, 0.0]))
def test_a_scale_holds_all_values_between_its_ends(values: list[float], low: float | None) -> None:
    axis = scale("", values, low)
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 9
    assert all(-1e-6 <= axis.share(value) <= 1 + 1e-6 for value in values)
    assert list(axis.ticks) == sorted(axis.ticks)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((3, 2400), ["0", "500", "1,000", "1,500", "2,000", "2,500"]),
        ((0, 0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((math.nan, None, 7), ["0", "2", "4", "6", "8"]),
    ],
)
def test_ticks_are_round(values: tuple[float | None, ...], ticks: list[str]) -> None:
    assert list(scale("", values).ticks.values()) == ticks


def test_a_span_has_no_room_at_its_ends() -> None:
    axis = span("step", [3, 60])
    assert (axis.low, axis.high) == (3, 60)
    assert list(axis.ticks.values()) == ["20", "40", "60"]


def test_names_stand_in_the_middle_of_their_places() -> None:
    axis = names("level", ["0", "1"])
    assert [axis.share(place) for place in axis.ticks] == [0.25, 0.75]
