"""Every degradation: repeatable, harmless to the frame it was given, and worse when severer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_cli.data.degradation import DEGRADATIONS, FRESH, befall
from turbo_cli.data.images import Frame
from turbo_cli.data.synth.footage import footage

every_kind = pytest.mark.parametrize("kind", DEGRADATIONS)


@pytest.fixture(scope="module")
def street() -> Frame:
    return next(footage(seed=2, camera=1, frames=1, size=(160, 96), fps=10, conditions=("clean",))).frame


def _change(before: Frame, after: Frame) -> float:
    return float(np.abs(after.astype(float) - before).mean())


@every_kind
@settings(max_examples=15, deadline=None)
@given(
    size=st.tuples(st.integers(8, 90), st.integers(8, 90)),
    severity=st.floats(0, 1),
    seed=st.integers(0, 2**31),
)
def test_keeps_shape_type_and_the_frame_it_was_given(
    kind: str, size: tuple[int, int], severity: float, seed: int
) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    before = frame.copy()
    after = DEGRADATIONS[kind](frame, np.random.default_rng(seed), severity)
    assert after.shape == frame.shape and after.dtype == np.uint8
    assert np.array_equal(frame, before) and not np.shares_memory(frame, after)
    assert np.array_equal(after, DEGRADATIONS[kind](frame, np.random.default_rng(seed), severity))


@every_kind
def test_another_generator_gives_another_picture(kind: str, street: Frame) -> None:
    pictures = {DEGRADATIONS[kind](street, np.random.default_rng(seed), 0.7).tobytes() for seed in range(12)}
    # JPEG has nothing to draw, exposure is too much or too little, a shake has a dozen directions.
    choices = {"compression": (1, 1), "exposure": (2, 2), "low-resolution": (2, 2), "blur": (5, 12)}
    fewest, most = choices.get(kind, (12, 12))
    assert fewest <= len(pictures) <= most


@every_kind
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_gets_stronger_with_severity(kind: str, street: Frame, seed: int) -> None:
    changes = [
        _change(street, DEGRADATIONS[kind](street, np.random.default_rng(seed), severity))
        for severity in (0, 0.25, 0.6, 1)
    ]
    assert changes[0] == 0
    assert 0.5 < changes[1] < changes[2] < changes[3]


@every_kind
def test_a_spell_changes_from_frame_to_frame_only_where_it_falls_anew(kind: str, street: Frame) -> None:
    rng = np.random.default_rng(0)
    first, second = (befall(street, kind, 0.7, 5, rng) for _ in range(2))
    assert np.array_equal(first, second) == (kind not in FRESH)
