"""The common slips: stages in the wrong order, misspelt names, a device that is not here."""

import shlex
from pathlib import Path

import pytest
import torch
from docs.generate import Command

from tests.cli.commands import ALL, GROUPS, LEAVES, complete_line
from tests.conftest import RunTurbo

WITH_DEVICE = [command for command in LEAVES if {"--device", "--detector"} <= command.options]
WITH_DETECTOR = [command for command in LEAVES if "--detector" in command.options]
IN_A_REPLAY = {"schedule-sim": ["--dataset", "street", "--enhancer", "tiny"]}
"""Options without which a command needs neither detector nor device."""


@pytest.mark.parametrize(
    ("line", "problem", "first"),
    [
        (
            "train-gan --detector tiny --dataset street --difficulty hard.csv --out g.safetensors",
            "hard.csv: no such file",
            "label-difficulty --detector tiny --dataset street --out hard.csv",
        ),
        (
            "train-multiexit --detector tiny --size 64x64 --gan 'my gan' --dataset street --out e"
            " --loss distill",
            "my gan: no such file",
            "train-gan --detector tiny --dataset street --difficulty DIFFICULTY --out 'my gan' --size 64x64",
        ),
        (
            "evaluate --detector tiny --enhancer e.safetensors --dataset street",
            "e.safetensors: no such file",
            "train-multiexit --detector tiny --gan GAN --dataset DATASET --out e.safetensors",
        ),
        (
            "evaluate --detector tiny --enhancer tiny --dataset street --reference r.safetensors",
            "r.safetensors: no such file",
            "weights fine-tune --detector tiny --dataset DATASET --out r.safetensors",
        ),
        (
            "profile --detector tiny --enhancer e.safetensors --dataset street --gpu cpu --out p",
            "e.safetensors: no such file",
            "train-multiexit --detector tiny --gan GAN --dataset DATASET --out e.safetensors",
        ),
        (
            "--quiet plan --profile measured --difficulties window.txt --budget 9",
            "measured: no such folder, and no shipped profile",
            "profile measure --detector DETECTOR --dataset DATASET --out measured",
        ),
        (
            "profile show street",
            "street: has no latency.csv",
            "profile measure --detector DETECTOR --dataset DATASET --out street",
        ),
        (
            "schedule-sim --profile cpu/tiny --difficulties hard.csv",
            "hard.csv: no such file",
            "label-difficulty --detector tiny --dataset DATASET --out hard.csv",
        ),
        (
            "data view street --detections boxes.json --out x.png",
            "boxes.json: no such file",
            "detect street --detector DETECTOR --out boxes.json",
        ),
        (
            "serve --camera x.mp4 --profile cpu/tiny --enhancer e.safetensors --port 0",
            "e.safetensors: no such file",
            "train-multiexit --detector tiny --gan GAN --dataset DATASET --out e.safetensors",
        ),
        ("serve check --config box.yaml", "box.yaml: no such file", "init --out box.yaml"),
    ],
)
def test_a_stage_too_early_says_which_comes_first(
    line: str, problem: str, first: str, turbo: RunTurbo, folder: Path
) -> None:
    (folder / "window.txt").write_text("0.5\n")
    finished = turbo(*shlex.split(line))
    assert (finished.status, finished.out) == (2, "")
    assert finished.err == f"error: {problem} (run `turbo {first}` first)\n"


def test_the_project_file_fills_in_too(turbo: RunTurbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text("detector: tiny\n")
    finished = turbo("train-gan", "--dataset", "street", "--difficulty", "hard.csv", "--out", "g")
    assert (
        "(run `turbo label-difficulty --detector tiny --dataset street --out hard.csv` first)" in finished.err
    )


@pytest.mark.parametrize("command", GROUPS, ids=str)
def test_a_misspelt_command_names_the_nearest(command: Command, turbo: RunTurbo) -> None:
    for name in command.parsed.commands:
        finished = turbo(*command.path, f"{name}{name[-1]}")
        assert finished.status == 2
        assert f"'{name}'" in finished.err and finished.err.count("\n") == 1


@pytest.mark.parametrize("command", ALL, ids=str)
def test_a_misspelt_option_names_the_nearest(command: Command, turbo: RunTurbo) -> None:
    for name in (option for option in command.options if option.startswith("--")):
        finished = turbo(*command.path, f"{name}{name[-1]}")
        assert finished.status == 2
        assert name in finished.err.partition("Possible options: ")[2]


@pytest.mark.parametrize("command", WITH_DETECTOR, ids=str)
def test_a_misspelt_detector_names_the_nearest(command: Command, turbo: RunTurbo, folder: Path) -> None:
    line = [*complete_line(command, folder), *IN_A_REPLAY.get(str(command), []), "--detector", "tinny"]
    finished = turbo(*line)
    assert (finished.status, finished.err) == (2, "error: unknown detector 'tinny' (did you mean 'tiny'?)\n")


@pytest.mark.parametrize("command", WITH_DEVICE, ids=str)
@pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA is here")
def test_cuda_asked_for_and_absent(command: Command, turbo: RunTurbo, folder: Path) -> None:
    line = [*complete_line(command, folder), *IN_A_REPLAY.get(str(command), []), "--device", "cuda"]
    finished = turbo(*line)
    assert finished.status == 2
    assert finished.err.startswith("error: device cuda: torch finds no CUDA here (use cpu;")


@pytest.mark.parametrize(
    "line",
    [
        "serve --camera street/0.png --port 0 --device cuda",
        "serve --device cuda check",
        "profile --detector tiny --enhancer tiny --dataset street --gpu cuda:0 --out p",
        "weights train tiny --dataset made-up --out w --device cuda",
    ],
)
@pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA is here")
def test_cuda_asked_for_and_absent_elsewhere(line: str, turbo: RunTurbo, folder: Path) -> None:
    turbo("data", "synth", "made-up", "--cameras", "1", "--frames", "1")
    finished = turbo(*shlex.split(line))
    assert (finished.status, "torch finds no CUDA here" in finished.err) == (2, True)
    assert finished.err.count("\n") == 1


@pytest.mark.parametrize(
    "line",
    ["detect streeet --detector tiny --out x.json", "data info streeet", "replay streeet"],
)
def test_a_misspelt_dataset_names_the_nearest_beside_it(line: str, turbo: RunTurbo, folder: Path) -> None:
    finished = turbo(*shlex.split(line))
    error = "error: streeet: no such file or folder (did you mean 'street'?)\n"
    assert (finished.status, finished.err) == (2, error)


def test_a_dataset_that_is_nowhere_says_where_data_comes_from(turbo: RunTurbo, folder: Path) -> None:
    assert "`turbo data import` brings data in" in turbo("data", "info", "no/such/place").err
