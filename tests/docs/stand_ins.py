"""Small stand-ins for what the documentation's command lines read, under the names that it gives them.

A documented line with an input of a new name needs it here; one that cannot be run, a word in `NOT_RUN`.
"""

import shutil
from pathlib import Path

from docs.generate import all_commands

from tests.cli.commands import SHORT, service_url
from tests.conftest import REPOSITORY, RunTurbo
from tests.training.stages import write_difficulty, write_gan
from turbo_cli.data import open_dataset
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.store import weights_path
from turbo_cli.enhancement.loading import find_enhancer

STREETS = (
    "street",
    "bridge",
    "cameras",
    "clean",
    "degraded",
    "labelled",
    "other-cameras",
    "others",
    "streets",
    "target",
)
CAMERAS = 4

NOT_RUN = {
    "quickstart": "takes minutes; tests/quickstart runs it",
    "serve": "runs until SIGTERM; tests/serving sees to it",
    "weights import": "needs a file of published weights",
    "weights pull": "downloads",
}
"""Commands, and why their lines are not run."""

REPLACED = {
    "yolo-fastest-xl": "tiny",
    "yolov3": "tiny",
    "efficientdet-d0": "tiny",
    "detectors:efficientdet-d4,efficientdet-d7": "detectors:tiny",
    "north,south,bridge": "camera-0-000,camera-0-001",
    "freeze:gate@10+5": "freeze:camera-0-000@10+5",
}
"""Words of lines: what needs a download, and cameras of other names than the stand-ins'."""

MADE = {"data synth": 2, "data import": 4, "data label": 6}
"""Which word of a line is the folder to make; some stand-in may have its name."""

PATHS = {command.path for command in all_commands()}
SHORTER = {
    **SHORT,
    "evaluate": [*SHORT["evaluate"], "--frames", "4"],
    "data synth": ["--cameras", "1", "--frames", "2"],
    "label-difficulty": [],
    "profile measure": ["--gpu", "cpu", "--max-batch", "2", "--max-seconds", "0.01", "--out", "measured"],
    "schedule-sim": ["--frames", "40", "--cameras", str(CAMERAS)],
    "try": ["--frames", "4"],
    "weights train": SHORT["weights fine-tune"],
}
"""Options put behind a line, so that it takes a moment."""


def command_of(words: list[str]) -> str:
    """`data synth` for a line that begins so; `profile` with options alone is `profile measure`."""
    path = next(tuple(words[:length]) for length in (2, 1) if tuple(words[:length]) in PATHS)
    return "profile measure" if path == ("profile",) else " ".join(path)


def runnable(words: list[str]) -> list[str]:
    """The line as it is run on the stand-ins."""
    command = command_of(words)
    service = ["--to", service_url(), "--fps", "20", "--seconds", "0.5"] if command == "replay" else []
    return [*(REPLACED.get(word, word) for word in words), *SHORTER.get(command, []), *service]


def make_stand_ins(turbo: RunTurbo) -> None:
    """Everything that the lines read, in the current folder."""
    for number, name in enumerate(STREETS):
        scale = ["--cameras", str(CAMERAS), "--frames", "2", "--seed", str(number)]
        turbo("data", "synth", name, *scale)
    _make_media(turbo)
    _make_yolo_folder(Path("traffic-cameras"))
    _make_artifacts()
    Path("window.txt").write_text("0.2\n0.9\n")
    Path("boxes.json").write_text("[]")
    Path("turbo.yaml.example").write_text("serve: {cameras: [{name: gate, url: street.mp4}]}\n")


def _make_media(turbo: RunTurbo) -> None:
    for name in ("street.mp4", "video.mp4", "ua_detrac.mp4"):
        turbo("data", "view", "street", "--out", name)
    shutil.copy(next(Path("street").rglob("*.jpg")), "street.jpg")


def _make_yolo_folder(folder: Path) -> None:
    folder.mkdir()
    shutil.copy("street.jpg", folder)
    (folder / "street.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (folder / "data.yaml").write_text("train: .\nnames: [car]\n")


def _make_artifacts() -> None:
    tiny = load_detector("tiny")
    for table, street in (
        ("difficulty.csv", "street"),
        ("target.csv", "target"),
        ("street.csv", "street.mp4"),
    ):
        write_difficulty(Path(table), open_dataset(Path(street)), tiny)
    write_gan(Path("gan.safetensors"), tiny)
    for name in ("enhancer.safetensors", "unlabelled.safetensors"):
        shutil.copy(find_enhancer(Path("tiny")), name)
    shutil.copy(weights_path("tiny"), "tuned.safetensors")
    shutil.copytree(REPOSITORY / "profiles", "profiles")
    shutil.copytree(REPOSITORY / "profiles" / "t4", "profiles/box")
    shutil.copytree("profiles/cpu/tiny", "run/profile")
