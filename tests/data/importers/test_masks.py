"""What lies outside a mask, as rectangles."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from turbo_cli.data.importers.masks import Mask, outside_rectangles


def painted(rectangles: tuple[tuple[float, float, float, float], ...], shape: tuple[int, ...]) -> np.ndarray:
    """How many of the rectangles cover each pixel."""
    canvas = np.zeros(shape, np.int64)
    for left, top, width, height in rectangles:
        canvas[int(top) : int(top + height), int(left) : int(left + width)] += 1
    return canvas


masks = arrays(np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 20)))


@settings(max_examples=100, deadline=None)
@given(masks)
def test_exact_where_rectangles_suffice(mask: Mask) -> None:
    assert np.array_equal(painted(outside_rectangles(mask), mask.shape), (~mask).astype(np.int64))


@settings(max_examples=100, deadline=None)
@given(masks, st.integers(1, 5))
def test_coarse_where_they_do_not_and_never_over_a_pixel_inside(mask: Mask, most: int) -> None:
    rectangles = outside_rectangles(mask, most)
    assert len(rectangles) <= most
    cover = painted(rectangles, mask.shape)
    assert cover.max(initial=0) <= 1 and not cover[mask].any()


def test_a_slanted_edge_keeps_nearly_all_of_the_outside() -> None:
    rows, columns = np.mgrid[:1080, :1920]
    mask: Mask = columns * 0.4 + rows > 500
    cover = painted(outside_rectangles(mask), mask.shape)
    assert cover[~mask].mean() > 0.97 and not cover[mask].any()
