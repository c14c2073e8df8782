"""A degraded dataset: the same labels, other pictures, and each image says what befell it."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import RunTurbo
from turbo_cli.artifacts import dataset as artifact
from turbo_cli.data import open_dataset
from turbo_cli.data.degrading import degrade_dataset
from turbo_cli.data.synth import synthesize
from turbo_cli.errors import TurboError


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("degrading") / "street"
    synthesize(out, cameras=2, frames=30, size=(96, 64), fps=1, seed=1, conditions=("clean",))
    return out


def test_labels_stay_and_every_frame_changes(street: Path, tmp_path: Path) -> None:
    done = degrade_dataset(street, tmp_path / "bad", ("fog", "low-light"))
    before, after = open_dataset(street), open_dataset(tmp_path / "bad")
    assert done.conditions.keys() == {"fog", "low-light"} and sum(done.conditions.values()) == 60
    assert after.frames == before.frames and after.categories == before.categories
    for index in range(len(before)):
        assert np.array_equal(after.targets(index).boxes_xyxy, before.targets(index).boxes_xyxy)
        assert np.abs(after.frame(index).astype(float) - before.frame(index)).mean() > 2


def test_spells_leave_clean_stretches(street: Path, tmp_path: Path) -> None:
    degrade_dataset(street, tmp_path / "bad", ("fog", "rain"), spells=True, seed=3)
    before, after = open_dataset(street), open_dataset(tmp_path / "bad")
    images = artifact.read(tmp_path / "bad" / artifact.FILE_NAME).images
    conditions = [image.condition for image in images]
    assert {"clean"} < set(conditions) <= {"clean", "fog", "rain"}
    changes = sum(a != b for a, b in pairwise(conditions))
    assert 2 <= changes < 20
    for index, condition in enumerate(conditions):
        change = np.abs(after.frame(index).astype(float) - before.frame(index)).mean()
        # Clean frames are written anew as JPEG of high quality.
        assert (change < 2) == (condition == "clean")


def test_spells_by_a_slower_clock_are_shorter(street: Path, tmp_path: Path) -> None:
    changes = []
    for fps in (1.0, 100.0):
        out = tmp_path / f"{fps:g}"
        degrade_dataset(street, out, ("fog", "rain"), spells=True, seed=3, fps=fps)
        conditions = [image.condition for image in artifact.read(out / artifact.FILE_NAME).images]
        changes.append(sum(a != b for a, b in pairwise(conditions)))
    assert changes[0] > changes[1] == 0


def test_same_seed_same_bytes(street: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        degrade_dataset(street, tmp_path / name, seed=seed)
    a, b, c = (
        [file.read_bytes() for file in sorted((tmp_path / name).rglob("*.*")) if file.is_file()]
        for name in "abc"
    )
    assert a == b
    assert sum(x == y for x, y in zip(a, c, strict=True)) < 3


def test_unknown_kind_names_the_nearest_and_writes_nothing(street: Path, tmp_path: Path) -> None:
    with pytest.raises(TurboError, match="did you mean 'fog'"):
        degrade_dataset(street, tmp_path / "bad", ("fogg",))
    assert not list(tmp_path.iterdir())


def test_command_takes_a_folder_of_images_without_labels(
    street: Path, turbo: RunTurbo, tmp_path: Path
) -> None:
    finished = turbo("data", "degrade", street / "images", tmp_path / "bad", "--kind", "blur", "--json")
    assert finished.status == 0, finished.err
    printed = json.loads(finished.out)
    assert (printed["frames"], printed["cameras"], printed["conditions"]) == (60, 2, {"blur": 60})
    dataset = open_dataset(tmp_path / "bad")
    assert not dataset.labelled
    assert {frame.camera for frame in dataset.frames} == {"camera-1-000", "camera-1-001"}
