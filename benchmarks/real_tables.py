"""The tables of `real_frames.py`: rows of Markdown from what `turbo evaluate` wrote."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from benchmarks.pooling import Pooled

from turbo_cli.enhancement.fusion import fuse
from turbo_cli.metrics import parse_classes
from turbo_cli.profiling.evaluation import choose_best
from turbo_cli.profiling.judging import Judge, Measured

CLASSES = "vehicle=car+bus+truck"
LEVELS = ("1", "2", "3", "4", "5")
REFERENCES = ("stretch", "median-then-stretch")

HEAD = ["enhancer", "frames of", "frames", "level 0", *LEVELS, *REFERENCES, "fixed level"]
HEAD += [*(f"it over {one}" for one in REFERENCES), "merged over mirrored"]


def row(*cells: str) -> str:
    """One row of a table."""
    return f"| {' | '.join(cells)} |"


def level_row(name: str, test: str, report: dict[str, Any], group: str, fixed: str) -> str:
    """Level 0, every level's difference, the references' differences, and the fixed level's over each.

    report: of `turbo evaluate --json`. group: "all", or a camera. fixed: a level, or nothing.
    """

    def judged(ways: dict[str, Any], way: str) -> dict[str, Any]:
        found: dict[str, Any] = {**ways[way], **ways[way]["cameras"]}[group]
        return found

    def gain(ways: dict[str, Any], way: str, over: str = "level 0") -> str:
        points = judged(ways, way)["gains"][over]
        return difference(points["ap50"], *points["ap50_interval"])

    levels, baselines = report["levels"], report["baselines"]
    plain = judged(levels, "0")
    cells = [name, test, str(plain["frames"]), f"{100 * plain['ap50']:.1f}"]
    cells += [gain(levels, level) for level in LEVELS]
    cells += [gain(baselines, one) for one in REFERENCES]
    if fixed:
        cells += [fixed, *(gain(levels, fixed, one) for one in REFERENCES)]
        cells += [gain(report["fusions"]["weighted"], fixed, "mirrored")]
    else:
        cells += [""] * (2 + len(REFERENCES))
    return row(*cells)


def all_frames(pooled: Pooled) -> Judge:
    """Judges all frames of several evaluations together."""
    return Judge(pooled, {"all": np.arange(len(pooled))}, parse_classes(CLASSES), resamples=500)


def gained(judge: Judge, way: Measured, over: Measured) -> str:
    """The difference of two ways in AP50 points with its interval."""
    ap50 = judge.compare(way, {"other": over})["all"].gains["other"].ap50
    return difference(ap50.value, ap50.low, ap50.high)


def pooled_row(pooled: Pooled, fixed: Sequence[str], name: str, kind: str) -> str:
    """As `level_row`, on the frames of one kind of all cameras never seen, each at its fold's fixed level."""
    judge = all_frames(pooled)
    levels = {level: judge.measure(pooled.found(f"level-{level}")) for level in ("0", *LEVELS)}
    references = [judge.measure(pooled.found(f"baseline-{one}")) for one in REFERENCES]
    at_fixed = pooled.found(*(f"level-{level}" for level in fixed))
    merged, mirrored = (
        judge.measure([fuse(*pair, "weighted") for pair in zip(pooled.found("level-0"), found, strict=True)])
        for found in (at_fixed, pooled.found("mirrored"))
    )
    plain, chosen = judge.compare(levels["0"], {})["all"], judge.measure(at_fixed)
    cells = [name, kind, str(plain.frames), f"{100 * plain.score.ap50.value:.1f}"]
    cells += [gained(judge, way, levels["0"]) for way in [*(levels[level] for level in LEVELS), *references]]
    cells += [f"{', '.join(fixed)}: {gained(judge, chosen, levels['0'])}"]
    cells += [gained(judge, chosen, one) for one in references] + [gained(judge, merged, mirrored)]
    return row(*cells)


def baseline_rows(pooled: Pooled, names: Mapping[str, Sequence[str]], fixed: Sequence[str]) -> list[str]:
    """Every baseline's difference to level 0, and what the levels at hand gain over it.

    names: of the ways whose boxes were kept, by kind ("baseline", "no-op"). The oracles choose each frame's
    best by ground truth, which is worth something by luck alone: hence one over as many no-ops.
    """
    judge = all_frames(pooled)
    plain = judge.measure(pooled.found("level-0"))
    chosen = judge.measure(pooled.found(*(f"level-{level}" for level in fixed)))
    found = {name: pooled.found(f"baseline-{name}") for name in names["baseline"]}
    oracles = {
        kind: [pooled.found("level-0"), *(pooled.found(f"{kind}-{name}") for name in of_kind)]
        for kind, of_kind in names.items()
    }
    oracles["no-op"].append(pooled.found("mirrored"))
    for kind, choices in oracles.items():
        scores = np.array([judge.measure(boxes).by_frame for boxes in choices])
        found[f"oracle over all {kind}s"] = choose_best(choices, scores)
    return [
        row(name, gained(judge, way, plain), gained(judge, chosen, way))
        for name, way in ((name, judge.measure(boxes)) for name, boxes in found.items())
    ]


def difference(value: float, low: float, high: float) -> str:
    """AP50 points with their interval."""
    return f"{100 * value:+.1f} [{100 * low:.1f}, {100 * high:.1f}]"
