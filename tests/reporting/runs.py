"""A folder that holds everything a report is made of, small and made by the parts that make it for users."""

import json
from dataclasses import asdict
from pathlib import Path

from tests.profiling.streets import make_enhancer, make_streets, write_enhancer
from tests.serving.api.running import serving
from tests.serving.results.records import record
from tests.simulation.profiles import make_profile, write_made_up
from tests.training.stages import provenance, write_difficulty, write_gan
from turbo_cli.artifacts import evaluation
from turbo_cli.data import Dataset
from turbo_cli.enhancement import Enhancer
from turbo_cli.enhancement.baselines import find_baselines
from turbo_cli.profiling.as_artifact import as_artifact
from turbo_cli.profiling.evaluation import EvaluationOptions, evaluate_enhancer
from turbo_cli.profiling.gallery import find_cases, write_gallery
from turbo_cli.serving.replay import ReplayOptions, replay
from turbo_cli.simulation.difficulties import Difficulties, find_draw
from turbo_cli.simulation.running import as_json, run_all
from turbo_cli.simulation.scenario import Scenario, Setting
from turbo_cli.simulation.sources import made_up_source
from turbo_cli.simulation.sweep import Axis
from turbo_cli.training.logbook import Logbook


def make_run(folder: Path) -> Path:
    """The folder's path; frames lie beside it."""
    streets = make_streets(folder.with_name("streets"))
    folder.mkdir()
    enhancer = make_enhancer(trained=True)
    write_difficulty(folder / "difficulty.csv", streets, enhancer.detector)
    write_gan(folder / "gan.safetensors", enhancer.detector)
    write_enhancer(folder / "enhancer.safetensors", enhancer)
    write_losses(folder)
    _evaluate(folder, enhancer, streets)
    _simulate(folder)
    _serve(folder, streets)
    return folder


def write_losses(folder: Path) -> Path:
    """The smallest thing that can be reported of; the folder's path."""
    log = Logbook(folder / "log")
    for step in range(1, 60):
        log.losses(step, {"d_frame": 1 / step, "g_frame": 0.5})
    return folder


def _evaluate(folder: Path, enhancer: Enhancer, streets: Dataset) -> None:
    options = EvaluationOptions(resamples=20, hard_threshold=0.47855)
    report = evaluate_enhancer(enhancer, streets, find_baselines("stretch", "cpu"), options)
    content = evaluation.content(provenance(enhancer.detector), as_artifact(report))
    (folder / "evaluation.json").write_text(json.dumps(content))
    write_gallery(folder / "gallery", find_cases(enhancer, streets, report, count=9))


def _simulate(folder: Path) -> None:
    write_made_up(folder / "profile")
    setting = Setting(make_profile())
    source = made_up_source("poisson", 200, Difficulties(find_draw("beta:2,3")), 0)
    run_all(Scenario(), [], source, setting, folder / "simulation")
    axes: list[Axis] = [("cameras", [1, 2, 4]), ("solver", ["none", "turbo"])]
    runs = [as_json(outcome) for outcome in run_all(Scenario(), axes, source, setting)]
    (folder / "throughput.json").write_text(json.dumps(runs))


def _serve(folder: Path, streets: Dataset) -> None:
    with serving() as service:
        for name in ("replay-without.json", "replay-with.json"):
            report, _ = replay(streets, service.server.url, ReplayOptions(fps=20))
            (folder / name).write_text(json.dumps(asdict(report)))
    lines = [record(index).json_text for index in range(50)]
    (folder / "results.ndjson").write_text("\n".join(lines) + '\n{"torn')
