"""One table for real frames: what enhancers of yolo-fastest-xl are worth on cameras seen and never seen.

    python benchmarks/real_frames.py ../shared/data runs/real

Every step is a `turbo` command, printed before it runs and left out where its result is there already; remove
a file to make it anew. On one core the trainings take about 80 minutes, the evaluations about an hour.
"""

import argparse
import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import median_filter

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
FOLDS = {"fold-a": ("junction", CLIP), "fold-b": ("avenue", "highway", NIGHT)}
"""The cameras that a fold trains on, besides photographs; it is tested on the other fold's."""

DEGRADED = ("degraded", "rain")
LEVELS = ("1", "2", "3", "4", "5")
REFERENCES = ("stretch", "median-then-stretch")


@dataclass(frozen=True)
class Recipe:
    """One enhancer. frames: the dataset whose cameras it is trained on; tests: datasets it is judged on."""

    name: str
    frames: str
    loss: str
    iterations: int
    tests: tuple[str, ...]
    more: tuple[str, ...] = ()


def recipes() -> list[Recipe]:
    """All enhancers: for cameras never seen, for the same camera, and from public photographs alone."""
    crossed = ("--photographs", "photographs", "--validate-on", VALIDATION)
    day = ("degraded", "rain", "clear", "noisy")
    tests = {
        "fold-a": tuple(f"fold-a-{test}" for test in (*day, "night")),
        "fold-b": tuple(f"fold-b-{test}" for test in day),
    }
    same = ("same-degraded", "same-clear")
    return [
        *(Recipe(f"{fold}-unlabelled", fold, "distill", 1200, tests[fold], crossed) for fold in FOLDS),
        Recipe("fold-a-labelled", "fold-a", "detection=0.4,distill", 1200, tests["fold-a"], crossed),
        Recipe("same-unlabelled", "clip/part-1", "distill", 400, same),
        Recipe("same-labelled", "clip/part-1", "detection,distill", 400, same),
        Recipe("public-unlabelled", "photographs", "distill", 400, same),
    ]


@dataclass(frozen=True)
class Workplace:
    """Where the data lies, and where everything is made."""

    data: Path
    out: Path

    def turbo(self, made: str, *arguments: str) -> None:
        """Run `turbo …` in the folder of results unless `made` is there; its output goes to `made`.log."""
        if (self.out / made).exists():
            return
        print("turbo", shlex.join(arguments), flush=True)
        with (self.out / f"{made.replace('/', '-')}.log").open("w") as log:
            subprocess.run(["turbo", "--verbose", *arguments], cwd=self.out, check=True, stdout=log)

    @property
    def detector(self) -> tuple[str, ...]:
        weights = self.data / "weights/yolo-fastest/yolo-fastest-1.1-xl.weights"
        return "--detector", "yolo-fastest-xl", "--weights", str(weights)


def prepare(place: Workplace) -> None:
    """Photographs, each fold's cameras, and test frames sorted by condition."""
    for name in ("vehicles-openimages", "coco-person"):
        folder = place.out / "photographs" / name
        folder.mkdir(parents=True, exist_ok=True)
        for picture in (place.data / name).rglob("*.webp"):
            shutil.copy(picture, folder)
    labels = str(place.data / "ua-detrac/clip/labels.coco.json")
    place.turbo("roads", "data", "import", "yolo", str(place.data / "traffic-cameras"), "roads")
    place.turbo("whole-clip", "data", "import", "coco", labels, "whole-clip")
    place.turbo("all", "data", "join", "roads", "whole-clip", "--out", "all")
    place.turbo(
        "clip", "data", "split", "whole-clip", "--by", "time", "--fractions", "0.6,0.4", "--out", "clip"
    )
    for fold, cameras in FOLDS.items():
        place.turbo(fold, "data", "join", "all", "--cameras", ",".join([*cameras, VALIDATION]), "--out", fold)
    write_test_frames(place)
    for name in ("same", "validation", *FOLDS):
        for kind, kinds in (("degraded", KINDS), ("rain", "rain")):
            made = f"{name}-{kind}"
            place.turbo(made, "data", "degrade", f"{name}-clear", made, "--kind", kinds, "--seed", "7")


def write_test_frames(place: Workplace) -> None:
    """Frames of cameras that a fold was not trained on, sorted into clear day, noisy day and night."""
    frames = open_dataset(place.out / "all")
    noisy = {info.image_id for row, info in enumerate(frames.frames) if noise_level(frames, row) >= NOISY}
    whole = find_source(place.out / "all").content

    def keep(name: str, cameras: set[str], wanted: Callable[[Image], bool]) -> None:
        write_subset(place.out / name, whole, lambda image: image.camera in cameras and wanted(image))

    def as_made(image: Image) -> bool:
        return image.id not in noisy and (image.video is None or image.frame_index % 2 == 0)

    for fold, tested in zip(FOLDS, reversed(FOLDS.values()), strict=True):
        keep(f"{fold}-clear", set(tested) - {NIGHT}, as_made)
        keep(f"{fold}-noisy", set(tested) - {NIGHT}, lambda image: image.id in noisy)
    keep("fold-a-night", {NIGHT}, as_made)
    keep("validation-clear", {VALIDATION}, as_made)
    write_subset(place.out / "same-clear", find_source(place.out / "clip/part-2").content, lambda image: True)


def noise_level(frames: Dataset, row: int) -> float:
    """The median distance of a frame to its own 3×3 median, in grey levels."""
    grey = frames.frame(row).mean(axis=2)
    return float(np.median(np.abs(grey - median_filter(grey, 3))))


def write_subset(folder: Path, whole: DatasetFile, wanted: Callable[[Image], bool]) -> None:
    """Write the wanted frames as a dataset that refers to the same images, unless it is there."""
    if not folder.exists():
        folder.mkdir()
        kept = subset(whole, by_camera(filter(wanted, whole.images)))
        write_referring(kept, folder, folder)


def train(place: Workplace, recipe: Recipe) -> None:
    """Both stages; recipes of the same frames share the first."""
    frames = recipe.frames
    name = frames.replace("/", "-")
    made = place.detector
    place.turbo(
        f"{name}-spoiled",
        "data",
        "degrade",
        frames,
        f"{name}-spoiled",
        "--kind",
        TRAINED_KINDS,
        "--seed",
        "1",
    )
    spoiled = ("--dataset", f"{name}-spoiled")
    place.turbo(
        f"{name}.csv", "label-difficulty", *made, *spoiled, "--out", f"{name}.csv", "--hard-quantile", "0.5"
    )
    short = ("--iterations", "150", "--batch-size", "4")
    gan = f"{name}-gan.safetensors"
    place.turbo(gan, "train-gan", *made, *spoiled, "--difficulty", f"{name}.csv", "--out", gan, *short)
    out = f"{recipe.name}.safetensors"
    options = ("--loss", recipe.loss, "--degrade", TRAINED_KINDS, "--classes", "vehicle=car+bus+truck")
    length = ("--crop", "320x256", "--iterations", str(recipe.iterations), "--eval-every", "400")
    exits = ("train-multiexit", *made, "--gan", gan, "--dataset", frames, *options, *length, *recipe.more)
    place.turbo(out, *exits, "--out", out)


def evaluate(place: Workplace, recipe: Recipe, test: str) -> dict[str, Any]:
    """What `turbo evaluate --json` says of a recipe's enhancer on one set of test frames."""
    enhancer, report = f"{recipe.name}.safetensors", f"{recipe.name}-on-{test}.json"
    if not (place.out / report).exists():
        line = ["turbo", "evaluate", *place.detector, "--enhancer", enhancer, "--dataset", test]
        line += ["--classes", "vehicle=car+bus+truck", "--hard-threshold", "0.53"]
        line += ["--baselines", ",".join(REFERENCES), "--bootstrap", "500", "--json"]
        print(shlex.join(line), flush=True)
        done = subprocess.run(line, cwd=place.out, check=True, stdout=subprocess.PIPE)
        (place.out / report).write_bytes(done.stdout)
    content: dict[str, Any] = json.loads((place.out / report).read_text())
    return content


def fixed_level(place: Workplace, recipe: Recipe) -> str:
    """The level of highest AP50 on the degraded frames of a camera that was held out of training."""
    levels = evaluate(place, recipe, "validation-degraded")["levels"]
    return max(LEVELS, key=lambda level: levels[level]["all"]["ap50"])


def table_rows(place: Workplace, recipe: Recipe) -> list[str]:
    """One row for each set of test frames, and one for each of its cameras of at least 20 frames."""
    best = fixed_level(place, recipe) if "--validate-on" in recipe.more else ""
    rows = []
    for test in recipe.tests:
        report = evaluate(place, recipe, test)
        rows.append(table_row(recipe.name, test, report, "all", best))
        cameras = report["levels"]["0"]["cameras"]
        if len(cameras) > 1:
            large = [camera for camera, judged in cameras.items() if judged["frames"] >= 20]
            rows += [table_row(recipe.name, f"{test}, {camera}", report, camera, best) for camera in large]
    return rows


def table_row(name: str, test: str, report: dict[str, Any], group: str, best: str) -> str:
    """Level 0, every level's difference, the references' differences, and the fixed level's over each."""

    def judged(ways: dict[str, Any], way: str) -> dict[str, Any]:
        found: dict[str, Any] = {**ways[way], **ways[way]["cameras"]}[group]
        return found

    levels, baselines, merged = report["levels"], report["baselines"], report["fusions"]["weighted"]
    plain = judged(levels, "0")
    cells = [name, test, str(plain["frames"]), f"{100 * plain['ap50']:.1f}"]
    cells += [difference(judged(levels, level)["gains"]["level 0"]) for level in LEVELS]
    cells += [difference(judged(baselines, one)["gains"]["level 0"]) for one in REFERENCES]
    if best:
        gains = judged(levels, best)["gains"]
        cells += [best, *(difference(gains[one]) for one in REFERENCES)]
        cells += [difference(judged(merged, best)["gains"]["mirrored"])]
    else:
        cells += [""] * (2 + len(REFERENCES))
    return f"| {' | '.join(cells)} |"


def difference(gain: dict[str, Any]) -> str:
    """AP50 points with their interval."""
    low, high = (100 * bound for bound in gain["ap50_interval"])
    return f"{100 * gain['ap50']:+.1f} [{low:.1f}, {high:.1f}]"


def main() -> None:
    """Make what is missing, then print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    place = Workplace(arguments.data.resolve(), arguments.out.resolve())
    place.out.mkdir(parents=True, exist_ok=True)
    prepare(place)
    head = ["enhancer", "frames of", "frames", "level 0", *LEVELS, *REFERENCES, "fixed level"]
    head += [f"it over {one}" for one in REFERENCES] + ["merged over mirrored"]
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for recipe in recipes():
        train(place, recipe)
        print("\n".join(table_rows(place, recipe)), flush=True)


if __name__ == "__main__":
    main()
