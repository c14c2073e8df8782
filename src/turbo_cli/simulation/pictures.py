"""The pictures of a simulation: one run over time, and a sweep."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from turbo_cli.simulation.picture import Panel, write_picture
from turbo_cli.simulation.scenario import Outcome
from turbo_cli.simulation.sweep import NUMBERS, Axis


def write_run(path: Path, title: str, outcome: Outcome) -> None:
    """Throughput, budget, levels, and mAP or expected gain over time, as a PNG."""
    curves, judged = outcome.curves, outcome.judged
    extra, idle = curves.busy - curves.level_0, np.maximum(1 - curves.busy, 0)
    levels = {f"level {level}": share for level, share in enumerate(curves.levels)}
    panels = [
        Panel("frames sent a second", curves.at_s, {"sent": curves.sent}),
        Panel(
            "time of the device",
            curves.at_s,
            {"level 0": curves.level_0, "Turbo": np.maximum(extra, 0), "idle": idle},
            stacked=True,
        ),
        Panel("share of frames", curves.at_s, levels, stacked=True),
        Panel("mAP", judged.at_s, {"without": judged.maps[0], "with Turbo": judged.maps[1]})
        if judged
        else Panel("expected gain, AP", curves.at_s, {"of a frame sent": curves.gain}),
    ]
    write_picture(path, title, "seconds", panels)


def write_sweep(path: Path, title: str, axes: Sequence[Axis], outcomes: Sequence[Outcome]) -> None:
    """Gain over the longest axis of numbers, a line for each combination of the others, as a PNG."""
    across = max(
        (axis for axis in axes if axis[0] in NUMBERS), key=lambda axis: len(axis[1]), default=axes[0]
    )
    named = across[0] in NUMBERS
    x = across[1] if named else list(range(len(across[1])))
    alone = outcomes[0].scenario.solver if across[0] != "solver" else "each"
    lines: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        others = [str(getattr(outcome.scenario, name)) for name, _ in axes if name != across[0]]
        for panel, value in _measures(outcome).items():
            lines[panel][", ".join(others) or alone].append(value)
    rising = np.argsort(x)
    panels = [
        Panel(panel, np.array(x)[rising], {name: np.array(values)[rising] for name, values in own.items()})
        for panel, own in lines.items()
    ]
    write_picture(
        path, title, across[0] if named else f"{across[0]}: {', '.join(map(str, across[1]))}", panels
    )


def _measures(outcome: Outcome) -> Mapping[str, float]:
    summary, judged = outcome.summary, outcome.judged
    gain = (
        {"mAP gained": judged.gain.value, "mAP": judged.turbo.map}
        if judged
        else {"expected gain": summary.gain}
    )
    return {**gain, "share of windows missed": summary.missed / max(summary.windows, 1)}
