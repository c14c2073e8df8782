"""The list of stages: nothing is needed before it is made, and every command is one that `turbo` takes."""

from pathlib import Path
from typing import Any

import pytest
import typer.main

from turbo_cli.cli.main import app
from turbo_cli.quickstart.stage import Stage
from turbo_cli.quickstart.stages import QuickstartOptions, make_stages

PORT = 8080
FULL = make_stages(QuickstartOptions(), PORT)
FAST = make_stages(QuickstartOptions(fast=True), PORT)
both = pytest.mark.parametrize("stages", [FULL, FAST], ids=["full", "fast"])

REPORTED = {
    "difficulty.csv",
    "evaluation.json",
    "gallery",
    "profile/accuracy.csv",
    "profile/latency.csv",
    "throughput.json",
    "simulation",
    "replay-without.json",
    "replay-with.json",
    "results.ndjson",
    "report.html",
}
"""What `turbo report` looks for, and what it makes."""


@both
def test_what_a_stage_needs_was_made_by_an_earlier_one(stages: tuple[Stage, ...]) -> None:
    made: set[str] = set()
    for stage in stages:
        assert set(stage.needs) <= made, stage.name
        assert not set(stage.makes) & made, stage.name
        made |= set(stage.makes)
    assert made >= REPORTED


@both
def test_a_stage_s_lines_name_what_it_makes_and_needs(stages: tuple[Stage, ...]) -> None:
    for stage in stages[:-1]:  # the report finds everything by itself
        typed = "\n".join(stage.lines)
        for artifact in {*stage.makes, *stage.needs}:
            assert artifact.split("/")[0] in typed, (stage.name, artifact)


@both
def test_every_command_is_one_that_turbo_takes(stages: tuple[Stage, ...]) -> None:
    for stage in stages:
        _parse(stage.arguments)
        if stage.checkpoint:
            _parse(stage.resumed.arguments)
        if stage.service:
            _parse(stage.service.arguments)


def _parse(arguments: list[str]) -> None:
    """Raises what click raises for a command, option or value that there is not."""
    command: Any = typer.main.get_command(app)
    left = ["turbo", *arguments]
    while left:
        context = command.make_context(left[0], left[1:])
        left = [*context._protected_args, *context.args]
        if left:
            command = command.get_command(context, left[0])


def test_only_the_full_one_trains() -> None:
    trains = {"train-cameras", "train-gan", "train-multiexit"}
    assert {stage.name for stage in FULL} - {stage.name for stage in FAST} == trains
    assert all("--enhancer tiny" in s.command for s in FAST if "--enhancer" in s.command)
    assert not any("--enhancer tiny" in s.command for s in FULL)


def test_no_two_sets_of_cameras_have_a_seed_in_common() -> None:
    stages = [make_stages(QuickstartOptions(seed=seed), PORT) for seed in range(4)]
    seeds = [s.arguments[-1] for some in stages for s in some if s.arguments[:2] == ["data", "synth"]]
    assert len(seeds) == len(set(seeds)) == 12


def test_the_cameras_held_out_are_some_of_those_made_up() -> None:
    synth, multiexit = FULL[0].arguments, next(s for s in FULL if s.name == "train-multiexit").arguments
    cameras, seed = synth[synth.index("--cameras") + 1], synth[synth.index("--seed") + 1]
    made = {f"camera-{seed}-{number:03d}" for number in range(int(cameras))}
    held_out = set(multiexit[multiexit.index("--validate-on") + 1].split(","))
    assert held_out < made and len(held_out) < len(made) / 2


@pytest.mark.parametrize("iterations", [1, 2, 500])
def test_short_trainings_have_at_least_one_step_of_each_stage(iterations: int) -> None:
    stages = make_stages(QuickstartOptions(iterations=iterations), PORT)
    steps = [a[a.index("--iterations") + 1] for a in (s.arguments for s in stages) if "--iterations" in a]
    assert steps == [str(max(1, iterations // 5)), str(iterations)]


def test_a_redirection_is_typed_and_a_service_started_before_and_ended_behind() -> None:
    lines = FAST[-2].lines
    assert lines[0].startswith("turbo serve ") and lines[0].endswith(" &")
    assert lines[1].endswith(" > replay-with.json")
    assert lines[2] == "kill $!"
    assert Path(FAST[-2].prints or "").name in FAST[-2].makes
