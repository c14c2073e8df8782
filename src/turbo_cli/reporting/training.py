"""What was trained on what: the frames by difficulty, the losses, and where the weights come from."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from turbo_cli.artifacts import difficulty, enhancer, gan
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.pages.axis import scale, span
from turbo_cli.pages.chart import Line, figure, stacked
from turbo_cli.pages.page import folded, panel
from turbo_cli.pages.table import facts, table
from turbo_cli.pages.text import Html, joined, number
from turbo_cli.reporting.section import Part, Section
from turbo_cli.training.logbook import read_losses

BINS = 20
STEPS = 40
"""Points of a curve of losses at most; each is a mean."""


def draw_difficulty(folder: Path) -> Html:
    """How hard the detector finds the frames that were trained on."""
    frames = difficulty.stream(folder / "difficulty.csv")
    counts: Counter[tuple[str, int]] = Counter()
    for frame in frames:
        place = 0 if frame.difficulty is None else min(int(frame.difficulty * BINS), BINS - 1)
        counts[frame.class_, place] += 1
    edges = [k / BINS for k in range(BINS + 1)]
    easy, hard = ([counts[name, k] for k in range(BINS)] for name in ("easy", "hard"))
    empty = sum(count for (name, _), count in counts.items() if name == "empty")
    rows = [(f"{a:.2f} – {b:.2f}", *both) for (a, b), *both in zip(pairwise(edges), easy, hard, strict=True)]
    bars = stacked(
        edges, [(f"easy {sum(easy):,}", "easy", easy), (f"hard {sum(hard):,}", "hard", hard)], gap=2
    )
    most = max(map(sum, zip(easy, hard, strict=True)))
    note = f"{frames.provenance.detector} finds {empty:,} more frames empty." if empty else ""
    counted = table(("θ", "easy", "hard"), rows)
    across = scale("difficulty θ = 1 − confidence", (0, 1))
    return figure("Frames trained on, by difficulty", across, scale("frames", (most,)), bars, counted, note)


def draw_losses(folder: Path) -> Html:
    """The losses of stage one over its steps."""
    curves = {
        name: _thinned(rows) for name, rows in read_losses(folder / "log" / "losses.csv").items() if rows
    }
    lines = [
        Line.through(curve, str(k % 5 + 1), name, "plain") for k, (name, curve) in enumerate(curves.items())
    ]
    by_step = {name: dict(curve) for name, curve in curves.items()}
    steps = sorted({step for own in by_step.values() for step in own})
    rows = [(f"{step:,.0f}", *(number(own.get(step), 3) for own in by_step.values())) for step in steps]
    up = scale("loss", [value for own in by_step.values() for value in own.values()])
    behind = table(("step", *curves), rows)
    return figure("Losses of stage one", span("step", steps), up, lines, behind)


def draw_gan(folder: Path) -> Html:
    """Where the generator and its discriminators come from."""
    return _origin("Stage one: gan.safetensors", gan.read(folder / "gan.safetensors").provenance)


def draw_enhancer(folder: Path) -> Html:
    """Where the enhancer comes from, and what it was trained on."""
    read = enhancer.read(folder / "enhancer.safetensors")
    return _origin("Stage two: enhancer.safetensors", read.provenance, read.training_cameras)


def _origin(title: str, provenance: Provenance, cameras: tuple[str, ...] = ()) -> Html:
    """What is known of how weights were made; all settings behind it, as they stand in the file."""
    settings = provenance.settings
    known = [
        ("detector", provenance.detector),
        ("made from", ", ".join(provenance.parents)),
        ("made", f"{provenance.created:%Y-%m-%d}"),
        ("with turbo", provenance.tool_version),
        ("iterations", _worded(settings.get("iterations"))),
        ("cameras trained on", f"{len(cameras):,}" if cameras else ""),
    ]
    rows = [(name.replace("_", " "), _worded(value)) for name, value in sorted(settings.items())]
    rows += [("cameras trained on", ", ".join(cameras))] * bool(cameras)
    return panel(title, joined([facts(known), folded("Settings", table(("", ""), rows))]))


def _worded(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_worded(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_worded, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _thinned(rows: list[tuple[int, float]]) -> list[tuple[float, float]]:
    """Means over equally many steps each."""
    parts = np.array_split(np.array(rows, np.float64), min(STEPS, len(rows)))
    return [(float(part[-1, 0]), float(part[:, 1].mean())) for part in parts]


SECTION = Section(
    "What was trained on what",
    "The detector itself never changes. Frames that it finds hard and easy train the generator (stage one),"
    " which becomes the enhancer of five levels (stage two).",
    (
        Part(("difficulty.csv",), "turbo label-difficulty … --out RUN/difficulty.csv", draw_difficulty),
        Part(("log/losses.csv",), "turbo train-gan … --log RUN/log", draw_losses),
        Part(("gan.safetensors",), "turbo train-gan … --out RUN/gan.safetensors", draw_gan),
        Part(
            ("enhancer.safetensors",), "turbo train-multiexit … --out RUN/enhancer.safetensors", draw_enhancer
        ),
    ),
)
