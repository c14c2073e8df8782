"""One scenario or a sweep of them, and the files that are left of it."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.artifacts.metadata import Provenance, hash_file
from turbo_cli.progress import Track, untracked
from turbo_cli.simulation.pictures import write_run, write_sweep
from turbo_cli.simulation.scenario import Judged, Outcome, Scenario, Setting, Source, run_scenario
from turbo_cli.simulation.sweep import Axis, scenarios


def run_all(
    base: Scenario,
    axes: Sequence[Axis],
    source: Source,
    setting: Setting,
    out: Path | None = None,
    track: Track = untracked,
) -> list[Outcome]:
    """Run the scenario, or one for each combination of the axes' values.

    out: a folder that is made: `summary.json` and `picture.png`; of a single scenario also `trace.csv` and
    `plan.jsonl`. Raises `TurboError` for what cannot be run, and leaves no folder then.
    """
    with replacing_folder(out) if out else contextlib.nullcontext() as folder:
        if axes:
            varied = list(scenarios(base, axes))
            outcomes = [run_scenario(one, source, setting) for one in track(varied, "runs", len(varied))]
        else:
            outcomes = [run_scenario(base, source, setting, folder, _provenance(base, setting))]
        if folder:
            _write(folder, axes, outcomes, setting)
    return outcomes


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Scenario, summary and scores in one flat object."""
    scores = _scores(outcome.judged) if outcome.judged else {}
    scenario = asdict(outcome.scenario)
    # The summary's `gain` is how much; the scenario's is which reading of the gains was planned by.
    scenario["planned_by"] = scenario.pop("gain")
    return {**scenario, "order": outcome.order, **asdict(outcome.summary), **scores}


def _scores(judged: Judged) -> dict[str, Any]:
    def known(value: float) -> float | None:
        return None if value != value else value

    gain = judged.gain
    return {
        "map": known(judged.turbo.map),
        "map_without": known(judged.plain.map),
        "map_gain": known(gain.value),
        "map_gain_interval": [known(gain.low), known(gain.high)],
    }


def _write(folder: Path, axes: Sequence[Axis], outcomes: Sequence[Outcome], setting: Setting) -> None:
    content = [as_json(outcome) for outcome in outcomes]
    (folder / "summary.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    name = setting.profile.folder
    title = f"{name.parent.name}/{name.name}" + ", gains assumed" * setting.profile.assumed
    if axes:
        write_sweep(folder / "picture.png", title, axes, outcomes)
    else:
        write_run(folder / "picture.png", title, outcomes[0])


def _provenance(scenario: Scenario, setting: Setting) -> Provenance:
    own = setting.profile.latency_table.provenance
    files = (setting.profile.folder / name for name in ("latency.csv", "accuracy.csv"))
    return Provenance(
        detector=own.detector,
        detector_weights_hash=own.detector_weights_hash,
        seed=setting.seed,
        settings={**asdict(scenario), "perturbation": asdict(setting.perturbation), "learns": setting.learns},
        parents={path.name: hash_file(path) for path in files if path.is_file()},
    )
