"""Masks of a region of interest, and what lies outside of them as rectangles."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turbo_cli.artifacts.dataset import Xywh
from turbo_cli.data.images import read_image

Mask = NDArray[np.bool_]
"""(height, width), true inside the region of interest."""

MOST_RECTANGLES = 256
"""Every frame carries its regions, so there may not be thousands."""


def read_mask(path: Path) -> Mask:
    """The image's light half (128 and above) is inside. Raises `TurboError` if it cannot be read."""
    mask: Mask = read_image(path).mean(axis=2) >= 128
    return mask


def outside_rectangles(mask: Mask, most: int = MOST_RECTANGLES) -> tuple[Xywh, ...]:
    """Disjoint rectangles over what lies outside the mask, none of which touches a pixel inside.

    They cover the outside exactly if `most` of them can; else the grid is coarsened by two until they fit,
    and a cell that has a pixel inside stays uncovered.
    """
    height, width = mask.shape
    cell = 1
    while len(found := list(_rectangles(_outside_cells(mask, cell)))) > most:
        cell *= 2
    return tuple(
        (
            float(left * cell),
            float(top * cell),
            float(min(right * cell, width) - left * cell),
            float(min(bottom * cell, height) - top * cell),
        )
        for left, top, right, bottom in found
    )


def _outside_cells(mask: Mask, cell: int) -> Mask:
    """Which cells of `cell` × `cell` pixels have no pixel inside; the last ones may be cut off."""
    height, width = mask.shape
    padded = np.pad(mask, ((0, -height % cell), (0, -width % cell)))
    cells = padded.reshape(padded.shape[0] // cell, cell, padded.shape[1] // cell, cell)
    outside: Mask = np.logical_not(np.any(cells, axis=(1, 3)))
    return outside


def _rectangles(grid: Mask) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right, bottom of rectangles over the true cells: equal runs of successive rows are one."""
    tops: dict[tuple[int, int], int] = {}
    for row, cells in enumerate(np.vstack([grid, np.zeros_like(grid[:1])])):
        edges = np.flatnonzero(np.diff(np.pad(cells.astype(np.int8), 1))).tolist()
        runs = set(zip(edges[::2], edges[1::2], strict=True))
        for left, right in tops.keys() - runs:
            yield left, tops.pop((left, right)), right, row
        for run in runs - tops.keys():
            tops[run] = row
