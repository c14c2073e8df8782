"""Every command of `turbo`, found by walking the app: a command added later is covered by itself."""

import atexit
import functools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from docs.generate import Command, all_commands

from tests.profiling.profiles.samples import write_profile
from tests.profiling.streets import make_enhancer, write_enhancer
from tests.reporting.runs import write_losses
from tests.serving.api.running import serving
from tests.training.stages import write_difficulty, write_gan
from turbo_cli.data import open_dataset
from turbo_cli.detectors import SplitDetector, load_detector
from turbo_cli.enhancement import Enhancer

ALL = all_commands()
GROUPS = [command for command in ALL if command.is_group]
LEAVES = [command for command in ALL if not command.is_group]
WITH_JSON = [command for command in LEAVES if "--json" in command.options]
LONG = {"quickstart"}
"""Takes minutes: tests/quickstart/ runs it, once."""


def _write_labels(path: Path) -> Path:
    """A box in each of two frames that lie beside the file."""
    numbers = (0, 1)
    size = {"width": 64, "height": 48}
    images = [{"id": i + 1, "file_name": f"{i}.png", "camera": f"{i}", **size} for i in numbers]
    boxes = [{"id": i + 1, "image_id": i + 1, "category_id": 3, "bbox": [9, 9, 20, 20]} for i in numbers]
    content = {"images": images, "annotations": boxes, "categories": [{"id": 3, "name": "car"}]}
    path.write_text(json.dumps(content))
    return path


def _write_numbers(path: Path) -> Path:
    path.write_text("0.2\n0.9\n")
    return path


def _write_detections(path: Path) -> Path:
    """A car in the first frame."""
    path.write_text('[{"image_id": 1, "category_id": 3, "bbox": [9, 9, 20, 20], "score": 0.9}]')
    return path


def _untrained() -> Enhancer:
    return make_enhancer(trained=False, detector=_custom())


def _custom() -> SplitDetector:
    return load_detector("examples.custom_detector:make")


@functools.cache
def service_url() -> str:
    """Of a service on loopback, which runs until the tests end."""
    running = serving()
    service = running.__enter__()
    atexit.register(running.__exit__, None, None, None)
    return service.server.url


# What stands for a required parameter, by its name. `folder` is the test's own; results get new names.
ARGUMENTS: dict[str, Callable[[Path], str]] = {
    "budget": lambda folder: "500",
    "by": lambda folder: "time",
    "dataset": lambda folder: str(folder / "street"),
    "datasets": lambda folder: str(folder / "street"),
    "detections": lambda folder: str(_write_detections(folder / "boxes.json")),
    "detector": lambda folder: "examples.custom_detector:make",
    "difficulties": lambda folder: str(_write_numbers(folder / "window.txt")),
    "difficulty": lambda folder: str(
        write_difficulty(folder / "difficulty.csv", open_dataset(folder / "street"), _custom())
    ),
    "enhancer": lambda folder: str(write_enhancer(folder / "enhancer.safetensors", _untrained())),
    "first": lambda folder: str(write_profile(folder / "profile")),
    "format_name": lambda folder: "yolo",
    "fractions": lambda folder: "0.5,0.5",
    "gan": lambda folder: str(write_gan(folder / "gan.safetensors", _custom())),
    "labelled": lambda folder: str(_write_labels(folder / "street" / "labels.json")),
    "name": lambda folder: "examples.custom_detector:make",
    "out": lambda folder: tempfile.mktemp(prefix="out-", suffix=".json", dir=folder),
    "profile": lambda folder: str(write_profile(folder / "profile")),
    "profiles": lambda folder: str(write_profile(folder / "profile")),
    "run_dir": lambda folder: str(write_losses(folder / "run")),
    "second": lambda folder: str(write_profile(folder / "profile")),
    "source": lambda folder: str(folder / "street"),
    "url": lambda folder: service_url(),
}

# What keeps a command short that would work for long, or quiet where frames of noise would be warned of.
SHORT: dict[str, list[str]] = {
    "data synth": ["--cameras", "1", "--frames", "2"],
    "label-difficulty": ["--roi-score", "0.05", "--hard-quantile", "0.5"],
    "train-gan": ["--iterations", "1", "--batch-size", "2", "--workers", "0"],
    "train-multiexit": ["--loss", "distill", "--iterations", "1", "--batch-size", "2", "--workers", "0"],
    "weights fine-tune": ["--iterations", "1", "--batch-size", "2", "--workers", "0"],
    "evaluate": ["--baselines", "stretch", "--bootstrap", "9"],
    "profile measure": ["--gpu", "t4", "--estimate", "--max-batch", "2"],
    "schedule-sim": ["--frames", "40", "--solver", "paper"],
}

# What a command needs unless another option says otherwise.
NEEDED = {"profile measure": ["enhancer"]}


def complete_line(command: Command, folder: Path) -> list[str]:
    """The command with a value for each of its required parameters, and a place for its results.

    A command whose required parameter has a name that is new here needs one more line in `ARGUMENTS`.
    """
    line = [*command.path, *SHORT.get(str(command), [])]
    for parameter in command.parsed.params:
        if parameter.required or parameter.name in ("out", "url", *NEEDED.get(str(command), [])):
            is_option = parameter.param_type_name == "option"
            line += [*parameter.opts[:1] * is_option, ARGUMENTS[parameter.name](folder)]
    return line
