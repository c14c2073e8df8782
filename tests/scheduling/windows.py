"""Windows for tests: synthetic profiles, hypothesis strategies, and the optimum by trying everything."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import ArrayLike

from turbo_cli.artifacts import accuracy, latency
from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import Piece, PieceLatency
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.artifacts.rows import Table
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.gains import LEVELS, FloatArray, GainTable, IntArray
from turbo_cli.scheduling.latency import LAYERS, PIECES, WHOLE, LatencyProfile

ORDERS: tuple[Order, ...] = get_args(Order)
EXECUTIONS: tuple[Execution, ...] = get_args(Execution)
BUCKETS = 4
MOST_FRAMES = 6


@dataclass(frozen=True)
class Window:
    """What `make_plan` is asked."""

    gains: GainTable
    latency: LatencyProfile
    difficulties: Sequence[float]
    budget_ms: float
    order: Order
    execution: Execution


def _tables(times: FloatArray) -> LatencyProfile:
    """(14, largest batch) ms, in the order of PIECES."""
    return LatencyProfile({p: np.append(0.0, row) for p, row in zip(PIECES, times, strict=True)})


# Whole numbers, so that plans often cost the budget to the last digit and gains are often equal.
windows = st.builds(
    Window,
    gains=npst.arrays(np.int64, (BUCKETS, LEVELS), elements=st.integers(-5, 20)).map(
        lambda points: GainTable(np.linspace(0, 1, BUCKETS + 1), points * (np.arange(LEVELS) > 0) / 100)
    ),
    latency=npst.arrays(np.int64, (len(PIECES), MOST_FRAMES), elements=st.integers(0, 12)).map(_tables),
    difficulties=st.lists(st.floats(0, 1), min_size=1, max_size=MOST_FRAMES),
    budget_ms=st.integers(0, 100).map(float),
    order=st.sampled_from(ORDERS),
    execution=st.sampled_from(EXECUTIONS),
)


def random_window(seed: int, frames: int, execution: Execution) -> Window:
    """Pieces of a fixed and a rising part and some noise, gains that need not rise, half of the full cost."""
    random = np.random.default_rng(seed)
    fixed, slopes = random.uniform(2, 20, (2, len(PIECES), 1))
    times = (fixed + slopes * np.arange(1, frames + 1)) * random.uniform(0.9, 1.1, (len(PIECES), frames))
    gains = random.normal(0.05, 0.05, (10, LEVELS)) * (np.arange(LEVELS) > 0)
    profile = _tables(times)
    whole = sum(profile.ms(piece, frames) for piece in PIECES if not piece.startswith("level"))
    return Window(
        GainTable(np.linspace(0, 1, 11), gains),
        profile,
        random.random(frames).tolist(),
        whole * 0.6 if execution == "staged" else profile.ms("level-0", frames) * 1.5,
        "detect-first",
        execution,
    )


@cache
def every_choice(frames: int) -> IntArray:
    """(6^m, m): all ways to give frames levels."""
    return np.array(list(itertools.product(range(LEVELS), repeat=frames)), np.int64)


def costs_ms(window: Window, plans: IntArray) -> FloatArray:
    """What (n, m) levels cost by the words of the design, one term after another."""
    frames = plans.shape[1]

    def ms(piece: Piece, sizes: ArrayLike) -> FloatArray:
        return np.asarray(window.latency.table(piece, frames)[np.asarray(sizes)], np.float64)

    total = ms("discriminator", frames * (window.order == "discriminate-first"))
    if window.execution == "per-level":
        at_level = [(plans == level).sum(axis=1) for level in range(LEVELS)]
        if window.order == "detect-first":
            at_level[0] = np.full(len(plans), frames)
        return total + sum(ms(piece, sizes) for piece, sizes in zip(WHOLE, at_level, strict=True))
    total = total + ms("encode", frames) + ms("head", frames)
    total = total + sum(ms(layer, (plans >= k).sum(axis=1)) for k, layer in enumerate(LAYERS, start=1))
    return total + ms("head", (plans >= 1).sum(axis=1) * (window.order == "detect-first"))


def best_gain(window: Window) -> float | None:
    """The optimum by trying every plan; None where level 0 alone is over the budget."""
    plans = every_choice(len(window.difficulties))
    fits = costs_ms(window, plans) <= window.budget_ms
    gains = window.gains.of(window.difficulties)[range(plans.shape[1]), plans]
    helps = ((gains > 0) | (plans == 0)).all(axis=1)
    return float(gains[fits & helps].sum(axis=1).max()) if fits[0] else None


def latency_rows(largest: int = 8) -> tuple[PieceLatency, ...]:
    """Every piece at batch sizes 1, 2, 4, …: 10 ms and 2 a frame."""
    sizes = [size for size in (1, 2, 4, 8, 16, 32) if size <= largest]
    return tuple(PieceLatency(piece, n, 10.0 + 2 * n, "measured", runs=9) for piece in PIECES for n in sizes)


def gain_rows(source: str = "measured") -> tuple[LevelGain, ...]:
    """Both readings, ten buckets, levels 1…5: harder frames and higher levels gain more."""
    ends = [round(0.1 * number, 1) for number in range(11)]
    return tuple(
        LevelGain(reading, start, end, level, round(start * level / 50, 4), 0.01, 30, source)  # type: ignore[arg-type]
        for reading in ("true", "predicted")
        for start, end in itertools.pairwise(ends)
        for level in range(1, LEVELS)
    )


def write_profile(
    folder: Path, source: str = "measured", detector: str = "tiny", weights_hash: str = "a" * 64
) -> Path:
    """A whole profile in a new folder."""
    folder.mkdir(parents=True)
    made = Provenance(detector=detector, detector_weights_hash=weights_hash)
    latency.write(folder / "latency.csv", Table(made, latency_rows()))
    accuracy.write(folder / "accuracy.csv", Table(made, gain_rows(source)))
    return folder
