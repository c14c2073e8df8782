"""Spells cover every frame once, begin and end, and leave clean stretches between them."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.data.spells import random_spells


@given(
    frames=st.integers(1, 2000),
    fps=st.floats(0.5, 60),
    conditions=st.sets(st.sampled_from(["clean", "fog", "night", "rain"]), min_size=1),
    seed=st.integers(0, 2**31),
)
def test_cover_all_frames_with_allowed_conditions(
    frames: int, fps: float, conditions: set[str], seed: int
) -> None:
    spells = random_spells(frames, fps, sorted(conditions), np.random.default_rng(seed))
    assert [frame for spell in spells for frame in range(spell.start, spell.stop)] == list(range(frames))
    assert {spell.condition for spell in spells} <= conditions
    if "clean" in conditions and len(conditions) > 1:
        assert all((a.condition == "clean") != (b.condition == "clean") for a, b in pairwise(spells))


def test_begin_and_end_gently_but_visibly() -> None:
    spells = random_spells(600, 10, ("clean", "fog"), np.random.default_rng(0))
    foggy = next(spell for spell in spells if spell.condition == "fog" and spell.start > 0)
    course = [foggy.severity_at(frame, 10) for frame in range(foggy.start, foggy.stop)]
    assert max(course) == foggy.severity
    assert 0.6 * foggy.severity < course[0] < foggy.severity and course[-1] < foggy.severity
    assert np.diff(course)[:5].min() > 0 > np.diff(course)[-5:].max()
