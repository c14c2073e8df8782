"""Frames by level over time, of a simulation or of a service."""

from itertools import pairwise

from turbo_cli.pages.axis import scale, span
from turbo_cli.pages.chart import figure, stacked
from turbo_cli.pages.table import table
from turbo_cli.pages.text import Html
from turbo_cli.scheduling.gains import LEVELS, FloatArray


def levels_figure(title: str, unit: str, edges: FloatArray, counts: FloatArray) -> Html:
    """edges: (S + 1,) moments; counts: (7, S) frames at levels 0…5, and those for which there was no time."""
    names = [*(f"level {level}" for level in range(LEVELS)), "dropped"]
    tones = [*map(str, range(LEVELS)), "bad"]
    used = [row for row in range(LEVELS + 1) if row == 0 or counts[row].any()]
    layers = [(names[row], tones[row], counts[row].tolist()) for row in used]
    bars = stacked(edges.tolist(), layers)
    rows = [
        (f"{start:.1f} – {end:.1f}", *(f"{count:.0f}" for count in step))
        for (start, end), step in zip(pairwise(edges), counts[used].T, strict=True)
    ]
    behind = table((unit, *(names[row] for row in used)), rows)
    up = scale("frames", counts.sum(axis=0).tolist())
    return figure(title, span(unit, edges.tolist()), up, bars, behind)
