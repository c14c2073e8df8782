"""The picture's scale: round values, few of them, that hold whatever is drawn."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from turbo_cli.profiling.profiles.chart import Panel

VALUES = st.lists(st.floats(-500, 2000), min_size=1, max_size=8)


@given(VALUES)
@example([98.04])
@example([9.0])
@example([0.0])
def test_ticks_hold_every_line(values: list[float]) -> None:
    lines = {0: [(float(x), y) for x, y in enumerate(values)]}
    ticks = Panel("", "", 0, 100, lines).ticks
    assert 3 <= len(ticks) <= 11
    assert ticks[0] <= min(0, *values) and max(0, *values) <= ticks[-1] + 1e-9
    steps = {round((after - before) / (ticks[1] - ticks[0]), 6) for before, after in pairwise(ticks)}
    assert steps == {1}
