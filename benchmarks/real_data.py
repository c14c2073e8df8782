"""The data of `real_frames.py`: what enhancers are trained on, and test frames by what is wrong with them."""

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import median_filter

from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.artifacts.dataset import DatasetFile, Image
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.sequences import by_camera
from turbo_cli.data.sources import find_source
from turbo_cli.data.splitting import subset, write_referring

KINDS = "low-light,fog,blur,compression,salt-and-pepper"
"""What the degraded test frames went through."""

TRAINED_KINDS = f"{KINDS},exposure,colour-cast,low-resolution"
"""Rain is not among them: no enhancer here has seen any."""

NOISY = 1.5
"""Grey levels. The median distance of a frame to its own 3×3 median is 0 to 1.3 for frames as their camera
made them, 2.3 to 7 for those that noise was put on."""

VALIDATION, NIGHT, CLIP = "avenue-2", "highway-night", "ua_detrac"
GOLDEN_SIZES = {"all": "960x576", "photographs": "640x384"}
"""The detector at one and a half times its size finds far more of the small cars (AP50 of avenue 28 → 38); of
photographs, which mosaics make small, its own size does."""

FOLDS = {"fold-a": ("avenue", "highway", NIGHT), "fold-b": ("junction",), "fold-c": (CLIP,)}
"""The cameras that a fold is tested on; it is trained on photographs and on the other folds' cameras."""

TESTS = {
    "fold-a": ("degraded", "rain", "clear", "noisy", "night"),
    "fold-b": ("degraded", "rain", "clear", "noisy"),
    "fold-c": ("degraded", "rain", "clear"),
}
"""The sets of test frames of each fold."""

LAST_WRITTEN = "same-clear"
"""Of the test frames that are sorted: where it is there, all are, and no frame's noise is measured again."""


@dataclass(frozen=True)
class Workplace:
    """Where the data lies, and where everything is made, each result beside the command that made it.

    training: options of trainings that say how they are run, and are no part of what is made.
    """

    data: Path
    out: Path
    training: tuple[str, ...] = ()

    def train(self, made: str, *arguments: str) -> None:
        """As `turbo`, on the device at hand."""
        self.turbo(made, *arguments, unrecorded=self.training)

    def turbo(self, made: str, *arguments: str, unrecorded: Sequence[str] = ()) -> None:
        """Run `turbo …` in the folder of results unless `made` is there; its output goes to `made`.log.

        unrecorded: further options, that do not change what is made.
        """
        if not self._has(made, arguments):
            with self._beside(made, ".log").open("w") as log:
                command = ["turbo", "--verbose", *arguments, *unrecorded]
                subprocess.run(command, cwd=self.out, check=True, stdout=log)
            self._beside(made, ".command").write_text(shlex.join(arguments))

    def report(self, made: str, *arguments: str) -> dict[str, Any]:
        """What `turbo … --json` prints, kept in the file `made`."""
        if not self._has(made, arguments):
            done = subprocess.run(["turbo", *arguments], cwd=self.out, check=True, stdout=subprocess.PIPE)
            self._beside(made, ".command").write_text(shlex.join(arguments))
            (self.out / made).write_bytes(done.stdout)
        content: dict[str, Any] = json.loads((self.out / made).read_text())
        return content

    @property
    def detector(self) -> tuple[str, ...]:
        weights = self.data / "weights/yolo-fastest/yolo-fastest-1.1-xl.weights"
        return "--detector", "yolo-fastest-xl", "--weights", str(weights)

    def _has(self, made: str, arguments: Sequence[str]) -> bool:
        """Whether it is there; exits where another command, of an older recipe perhaps, made it."""
        if not (self.out / made).exists():
            print("turbo", shlex.join(arguments), flush=True)
            return False
        command = self._beside(made, ".command")
        if not command.exists() or command.read_text() != shlex.join(arguments):
            raise SystemExit(
                f"{self.out / made}: not made by `turbo {shlex.join(arguments)}` (remove it to make it anew)"
            )
        return True

    def _beside(self, made: str, suffix: str) -> Path:
        return self.out / f"{made.replace('/', '-')}{suffix}"


def prepare(place: Workplace) -> None:
    """Photographs, each fold's cameras, and test frames sorted by condition."""
    for name in ("vehicles-openimages", "coco-person"):
        copy_pictures(place.data / name, place.out / "photographs" / name)
    labels = str(place.data / "ua-detrac/clip/labels.coco.json")
    place.turbo("roads", "data", "import", "yolo", str(place.data / "traffic-cameras"), "roads")
    place.turbo("whole-clip", "data", "import", "coco", labels, "whole-clip")
    place.turbo("all", "data", "join", "roads", "whole-clip", "--out", "all")
    place.turbo(
        "clip", "data", "split", "whole-clip", "--by", "time", "--fractions", "0.6,0.4", "--out", "clip"
    )
    for name, size in GOLDEN_SIZES.items():
        boxes, golden = f"{name}-golden.json", f"{name}-golden"
        place.turbo(boxes, "detect", *place.detector, "--size", size, name, "--out", boxes)
        place.turbo(golden, "data", "label", name, "--detections", boxes, "--out", golden)
    for fold, tested in FOLDS.items():
        others = [camera for cameras in FOLDS.values() for camera in cameras if cameras != tested]
        for kind in ("", "-golden"):
            line = ("data", "join", f"all{kind}", "--cameras", ",".join([*others, VALIDATION]))
            place.turbo(f"{fold}{kind}", *line, "--out", f"{fold}{kind}")
    if not (place.out / LAST_WRITTEN).exists():
        write_test_frames(place)
    for name in ("same", *FOLDS):
        for kind, kinds in (("degraded", KINDS), ("rain", "rain")):
            made = f"{name}-{kind}"
            place.turbo(made, "data", "degrade", f"{name}-clear", made, "--kind", kinds, "--seed", "7")


def copy_pictures(source: Path, folder: Path) -> None:
    """All pictures below `source` into one folder, unless it is there."""
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        with replacing_folder(folder) as temporary:
            for picture in source.rglob("*.webp"):
                shutil.copy(picture, temporary)


def write_test_frames(place: Workplace) -> None:
    """Frames of the cameras that a fold is tested on, sorted into clear day, noisy day and night."""
    frames = open_dataset(place.out / "all")
    noisy = {info.image_id for row, info in enumerate(frames.frames) if noise_level(frames, row) >= NOISY}
    whole = find_source(place.out / "all").content

    def as_made(image: Image) -> bool:
        return image.id not in noisy and (image.video is None or image.frame_index % 2 == 0)

    for fold, tested in FOLDS.items():
        by_condition: dict[str, Callable[[Image], bool]] = {
            "clear": lambda image: image.camera != NIGHT and as_made(image),
            "noisy": lambda image: image.camera != NIGHT and image.id in noisy,
            "night": lambda image: image.camera == NIGHT and as_made(image),
        }
        for condition, wanted in by_condition.items():
            if condition in TESTS[fold]:
                of_fold = [image for image in whole.images if image.camera in tested and wanted(image)]
                write_subset(place.out / f"{fold}-{condition}", whole, of_fold)
    second_part = find_source(place.out / "clip/part-2").content
    write_subset(place.out / LAST_WRITTEN, second_part, second_part.images)


def noise_level(frames: Dataset, row: int) -> float:
    """The median distance of a frame to its own 3×3 median, in grey levels."""
    grey = frames.frame(row).mean(axis=2)
    return float(np.median(np.abs(grey - median_filter(grey, 3))))


def write_subset(folder: Path, whole: DatasetFile, images: Sequence[Image]) -> None:
    """Write some of the frames as a dataset that refers to the same images, unless it is there."""
    if not folder.exists():
        with replacing_folder(folder) as temporary:
            write_referring(subset(whole, by_camera(images)), temporary, folder)
