"""From a name to a detector: every way that it goes wrong is one sentence, and a plug-in is found."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from turbo_cli.detectors import SplitDetector, load_detector
from turbo_cli.detectors.loading import find_device
from turbo_cli.errors import TurboError

PLUGIN = '''
import torch
from torch import nn
from turbo_cli.boxes import Detections
from turbo_cli.detectors import SplitDetector
from turbo_cli.detectors.base import Geometry


class Blank(SplitDetector):
    """Sees nothing, but has weights."""

    def __init__(self, size):
        super().__init__()
        self.name, self.input_size = "blank", size or (64, 32)
        self.categories, self.channels = {1: "person"}, (3,) * 5
        self.stages = nn.ModuleList(nn.Conv2d(3, 3, 3, 2, 1) for _ in range(5))

    def prepare(self, frames):
        width, height = self.input_size
        geometry = [Geometry(f.shape[1], f.shape[0], width / f.shape[1], height / f.shape[0]) for f in frames]
        return torch.zeros(len(frames), 3, height, width), geometry

    def detect(self, features, geometry=None): return [Detections.empty()] * len(features[0])
    def loss(self, features, targets): return features[-1].sum()
    def distill(self, features, teacher_features): return features[-1].sum()


def make(weights, device, size):
    detector = Blank(size)
    detector.called_with = weights, device, size
    return detector


def not_a_detector(weights, device, size):
    return object()
'''


@pytest.fixture
def plugin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a plug-in in it."""
    (tmp_path / "my_plugin.py").write_text(PLUGIN)
    (tmp_path / "needs_more.py").write_text("import a_package_that_is_not_there")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_plugin", raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))


def test_a_plugin_in_the_current_folder(plugin_folder: Path) -> None:
    weights = plugin_folder / "blank.bin"
    weights.write_bytes(b"x")
    path = list(sys.path)
    detector = load_detector("my_plugin:make", weights=str(weights), size=(96, 64))
    assert isinstance(detector, SplitDetector)
    assert detector.called_with == (weights, "cpu", (96, 64))
    assert not any(parameter.requires_grad for parameter in detector.parameters())
    assert sys.path == path
    assert load_detector("my_plugin:make").called_with == (None, "cpu", None)


def test_an_installed_plugin(plugin_folder: Path) -> None:
    """From another folder, found through the path as an installed package would be."""
    code = "from turbo_cli.detectors import load_detector; print(load_detector('my_plugin:make').name)"
    command = [sys.executable, "-c", f"import sys; sys.path.append(sys.argv[1]); {code}", str(plugin_folder)]
    finished = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert finished.stdout.strip() == "blank", finished.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("my_plugin:mak", "no function 'mak'.*did you mean 'make'"),
        ("my_plugin:PLUGIN", "no function 'PLUGIN'"),
        ("my_plugin:not_a_detector", "returned a object, not a SplitDetector"),
        ("no_such_package.module:make", "no module 'no_such_package'"),
        ("my_plugin.part:make", "no module 'my_plugin.part'|not a package"),
        (":make", "not of the form package.module:factory"),
        ("my_plugin:", "not of the form package.module:factory"),
        ("../my_plugin:make", "not of the form package.module:factory"),
    ],
)
def test_a_plugin_that_cannot_be(plugin_folder: Path, name: str, says: str) -> None:
    with pytest.raises(TurboError, match=says):
        load_detector(name)


def test_a_bug_in_a_plugin_keeps_its_traceback(plugin_folder: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="a_package_that_is_not_there"):
        load_detector("needs_more:make")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("yolov33", "did you mean 'yolov3'"),
        ("efficientdet-d1", "did you mean 'efficientdet-d"),
        ("?", "known: "),
    ],
)
def test_an_unknown_name(name: str, says: str) -> None:
    with pytest.raises(TurboError, match=says):
        load_detector(name)


@pytest.mark.parametrize("name", ["yolov3", "yolo-fastest-xl", "faster-rcnn", "efficientdet-d7"])
def test_missing_weights_tell_the_commands(name: str) -> None:
    with pytest.raises(TurboError) as caught:
        load_detector(name)
    assert f"`turbo weights pull {name}` or `turbo weights import {name} FILE`" in str(caught.value)


@pytest.mark.parametrize(("content", "says"), [(None, "no such file"), (b"", "is empty")])
def test_a_weights_file_that_is_none(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "some.weights"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TurboError, match=rf"some\.weights: {says}"):
        load_detector("yolov3", weights=path)
    with pytest.raises(TurboError, match="is not a file"):
        load_detector("yolov3", weights=tmp_path)


def test_weights_of_another_architecture(tmp_path: Path) -> None:
    path = tmp_path / "other.weights"
    path.write_bytes(bytes(1000))
    with pytest.raises(TurboError, match=r"other\.weights"):
        load_detector("yolo-fastest-xl", weights=path)


def test_real_weights_at_another_size(shared_data: Path) -> None:
    weights = shared_data / "weights" / "yolo-fastest" / "yolo-fastest-1.1-xl.weights"
    detector = load_detector("yolo-fastest-xl", weights=weights, size=(320, 320))
    assert detector.input_size == (320, 320)
    with pytest.raises(TurboError, match="multiples of 32"):
        load_detector("yolo-fastest-xl", weights=weights, size=(321, 320))


@pytest.mark.parametrize("device", ["gpu", "", "cpu:x", "meta", "cuda:-1"])
def test_an_unknown_device(device: str) -> None:
    with pytest.raises(TurboError, match="unknown device"):
        find_device(device)


def test_devices_that_are_absent() -> None:
    beyond = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(TurboError, match=beyond):
        find_device(beyond)
    if not torch.cuda.is_available():
        with pytest.raises(TurboError, match="no CUDA here"):
            load_detector("yolov3", device="cuda")
    if not torch.backends.mps.is_available():
        with pytest.raises(TurboError, match="no MPS here"):
            find_device("mps")
    assert find_device("cpu") == torch.device("cpu")
