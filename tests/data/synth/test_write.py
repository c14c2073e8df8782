"""The dataset on disk: the same bytes for the same seed, every class and condition, labels in the picture."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from turbo_cli.artifacts import dataset as artifact
from turbo_cli.coco import COCO_IDS
from turbo_cli.data import open_dataset
from turbo_cli.data.synth import CONDITIONS, synthesize
from turbo_cli.data.synth.write import CLASSES
from turbo_cli.errors import TurboError


def _digest(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "turbo_cli", "--quiet", "data", "synth", *map(str, arguments)]


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synth") / "streets"
    synthesize(out, cameras=30, frames=6, size=(160, 96), seed=4)
    return out


def test_same_seed_same_bytes_in_two_processes_and_other_bytes_for_another(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        line = _command(tmp_path / name, "--cameras", "2", "--frames", "4", "--seed", str(seed))
        subprocess.run(line, check=True)
    first, second, other = (_digest(tmp_path / name) for name in "abc")
    assert len(first) == 2 * 4 + 1
    assert first == second
    assert not set(first.values()) & set(other.values())


def test_a_camera_is_the_same_whatever_others_there_are(tmp_path: Path) -> None:
    synthesize(tmp_path / "one", cameras=1, frames=3, size=(160, 96), seed=8)
    synthesize(tmp_path / "two", cameras=2, frames=3, size=(160, 96), seed=8)
    one, two = _digest(tmp_path / "one" / "images"), _digest(tmp_path / "two" / "images")
    assert one.items() < two.items()
    assert len(set(two.values())) == 6


def test_every_class_and_condition_occurs(streets: Path) -> None:
    content = artifact.read(streets / artifact.FILE_NAME)
    counted = {entry.category_id for entry in content.annotations if not entry.ignore}
    assert counted == {COCO_IDS[name] for name in CLASSES}
    assert {image.condition for image in content.images} == set(CONDITIONS)


def test_labels_lie_in_the_picture_and_only_plain_ones_count(streets: Path) -> None:
    content = artifact.read(streets / artifact.FILE_NAME)
    ignored = 0
    for entry in content.annotations:
        left, top, width, height = entry.bbox
        assert left >= 0 and top >= 0 and left + width <= 160 and top + height <= 96
        assert width > 0 and height > 0 and entry.area == width * height
        assert entry.ignore or (height >= 6 and width >= 3)
        ignored += entry.ignore
    assert 0 < ignored < len(content.annotations) / 2


def test_opens_as_a_dataset_with_times(streets: Path) -> None:
    dataset = open_dataset(streets)
    assert len(dataset) == 180 and dataset.labelled
    assert set(dataset.categories.values()) == set(CLASSES)
    assert [frame.timestamp for frame in dataset.frames[:6]] == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert len({frame.camera for frame in dataset.frames}) == 30
    assert dataset.frame(7).shape == (96, 160, 3)
    assert sum(len(dataset.targets(index)) for index in range(len(dataset))) > 180


def test_conditions_show_in_the_picture(tmp_path: Path) -> None:
    pictures = {}
    for condition in CONDITIONS:
        synthesize(tmp_path / condition, 1, 1, (160, 96), seed=3, conditions=(condition,))
        with Image.open(tmp_path / condition / "images" / "camera-3-000" / "000000.jpg") as image:
            pictures[condition] = np.asarray(image).astype(float)
    clean = pictures.pop("clean")
    assert pictures["night"].mean() < pictures["dusk"].mean() < clean.mean()
    assert pictures["fog"].std() < clean.std()
    for condition, picture in pictures.items():
        assert np.abs(picture - clean).mean() > 2, condition


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"conditions": ("clean", "fogg")}, "fogg"),
        ({"conditions": ()}, "condition"),
        ({"cameras": 0}, "0 cameras"),
        ({"size": (10, 10)}, "10x10"),
        ({"fps": 0.0}, "0.0 frames a second"),
    ],
)
def test_wrong_options_say_what_is_wrong_and_write_nothing(
    options: dict[str, object], named: str, tmp_path: Path
) -> None:
    with pytest.raises(TurboError, match=named):
        synthesize(tmp_path / "out", **options)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(TurboError, match="exists already"):
        synthesize(tmp_path, cameras=1, frames=1)
    assert _digest(tmp_path).keys() == {"mine"}


@pytest.mark.parametrize(("stop", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_or_a_service_manager_leaves_nothing(
    tmp_path: Path, stop: signal.Signals, status: int
) -> None:
    process = subprocess.Popen(
        _command(tmp_path / "out", "--cameras", "50", "--frames", "500"), stdout=subprocess.PIPE
    )
    while not list(tmp_path.glob(".out.*/images/*/000003.jpg")):
        assert process.poll() is None
    os.kill(process.pid, stop)
    process.communicate(timeout=60)
    assert process.returncode == status
    assert not list(tmp_path.iterdir())
