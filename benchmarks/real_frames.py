"""One table for real frames: what enhancers of yolo-fastest-xl are worth on cameras seen and never seen.

    python -m benchmarks.real_frames ../shared/data runs/real

Every step is a `turbo` command, printed before it runs and left out where its result is there already; remove
a file to make it anew. On one core the trainings take about 80 minutes, the evaluations about an hour.
"""

import argparse
import json
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from benchmarks.pooling import Pooled
from scipy.ndimage import median_filter

from turbo_cli.artifacts.dataset import DatasetFile, Image
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.sequences import by_camera
from turbo_cli.data.sources import find_source
from turbo_cli.data.splitting import subset, write_referring
from turbo_cli.enhancement.fusion import fuse
from turbo_cli.metrics import parse_classes
from turbo_cli.profiling.judging import Judge, Measured

KINDS = "low-light,fog,blur,compression,salt-and-pepper"
"""What the degraded test frames went through."""

TRAINED_KINDS = f"{KINDS},exposure,colour-cast,low-resolution"
"""Rain is not among them: no enhancer here has seen any."""

CLASSES = "vehicle=car+bus+truck"

NOISY = 1.5
"""Grey levels. The median distance of a frame to its own 3×3 median is 0 to 1.3 for frames as their camera
made them, 2.3 to 7 for those that noise was put on."""

VALIDATION, NIGHT, CLIP = "avenue-2", "highway-night", "ua_detrac"
GOLDEN_SIZES = {"all": "960x576", "photographs": "640x384"}
"""The detector at one and a half times its size finds far more of the small cars (AP50 of avenue 28 → 38); of
photographs, which mosaics make small, its own size does."""

FOLDS = {"fold-a": ("junction", CLIP), "fold-b": ("avenue", "highway", NIGHT)}
"""The cameras that a fold trains on, besides photographs; it is tested on the other fold's."""

DEGRADED = ("degraded", "rain")
LEVELS = ("1", "2", "3", "4", "5")
REFERENCES = ("stretch", "median-then-stretch")


@dataclass(frozen=True)
class Recipe:
    """One enhancer. frames: the dataset whose cameras it is trained on; tests: datasets it is judged on.

    labels: whose stage two learns from: "people", "golden" (the detector's own on larger frames) or none.
    level_by: the enhancer whose best level on its own degraded frames, of cameras that this one was trained
    on, fixes the level of this one in advance.
    """

    name: str
    frames: str
    loss: str
    iterations: int
    tests: tuple[str, ...]
    labels: Literal["people", "golden", "none"] = "none"
    more: tuple[str, ...] = ()
    level_by: str = ""

    @property
    def learns_from(self) -> str:
        """The dataset of stage two."""
        return f"{self.frames}-golden" if self.labels == "golden" else self.frames


def recipes() -> list[Recipe]:
    """All enhancers: for cameras never seen, for the same camera, and from public photographs alone."""
    validated = ("--validate-on", VALIDATION)
    unlabelled = ("--photographs", "photographs", *validated)
    golden = ("--photographs", "photographs-golden", "--photographs-labelled", *validated)
    day = ("degraded", "rain", "clear", "noisy")
    a_tests = tuple(f"fold-a-{test}" for test in (*day, "night"))
    b_tests = tuple(f"fold-b-{test}" for test in day)
    labelled = ("fold-a-noisy", "fold-a-night")
    same = ("same-degraded", "same-clear")
    both = "detection=0.4,distill"
    a, b = (f"{fold}-unlabelled" for fold in FOLDS)
    a_golden, b_golden = (f"{fold}-golden" for fold in FOLDS)
    return [
        Recipe(a, "fold-a", "distill", 1200, a_tests, "none", unlabelled, level_by=b),
        Recipe(b, "fold-b", "distill", 1200, b_tests, "none", unlabelled, level_by=a),
        Recipe(a_golden, "fold-a", both, 800, a_tests, "golden", golden, level_by=b_golden),
        Recipe(b_golden, "fold-b", both, 800, b_tests, "golden", golden, level_by=a_golden),
        Recipe("fold-a-labelled", "fold-a", both, 600, labelled, "people", unlabelled, level_by=b),
        Recipe("same-unlabelled", "clip/part-1", "distill", 400, same),
        Recipe("same-labelled", "clip/part-1", "detection,distill", 400, same, "people"),
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
    for name, size in GOLDEN_SIZES.items():
        boxes, golden = f"{name}-golden.json", f"{name}-golden"
        place.turbo(boxes, "detect", *place.detector, "--size", size, name, "--out", boxes)
        place.turbo(golden, "data", "label", name, "--detections", boxes, "--out", golden)
    for fold, cameras in FOLDS.items():
        for kind in ("", "-golden"):
            line = ("data", "join", f"all{kind}", "--cameras", ",".join([*cameras, VALIDATION]))
            place.turbo(f"{fold}{kind}", *line, "--out", f"{fold}{kind}")
    write_test_frames(place)
    for name in ("same", *FOLDS):
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
    options = ("--loss", recipe.loss, "--degrade", TRAINED_KINDS, "--classes", CLASSES)
    length = ("--crop", "320x256", "--iterations", str(recipe.iterations), "--eval-every", "400")
    exits = (
        "train-multiexit",
        *made,
        "--gan",
        gan,
        "--dataset",
        recipe.learns_from,
        *options,
        *length,
        *recipe.more,
    )
    place.turbo(out, *exits, "--out", out)


def evaluate(place: Workplace, recipe: Recipe, test: str) -> dict[str, Any]:
    """What `turbo evaluate --json` says of a recipe's enhancer on one set of test frames."""
    enhancer, report = f"{recipe.name}.safetensors", f"{recipe.name}-on-{test}.json"
    if not (place.out / report).exists():
        line = ["turbo", "evaluate", *place.detector, "--enhancer", enhancer, "--dataset", test]
        line += ["--classes", CLASSES, "--hard-threshold", "0.53"]
        line += ["--baselines", ",".join(REFERENCES), "--bootstrap", "500", "--json"]
        line += ["--boxes", boxes_folder(recipe, test)]
        shutil.rmtree(place.out / boxes_folder(recipe, test), ignore_errors=True)
        print(shlex.join(line), flush=True)
        done = subprocess.run(line, cwd=place.out, check=True, stdout=subprocess.PIPE)
        (place.out / report).write_bytes(done.stdout)
    content: dict[str, Any] = json.loads((place.out / report).read_text())
    return content


def boxes_folder(recipe: Recipe, test: str) -> str:
    """Where the boxes of an evaluation lie."""
    return f"{recipe.name}-on-{test}-boxes"


def fixed_level(place: Workplace, recipe: Recipe) -> str:
    """The level that was best, by AP50, for another enhancer on cameras that it never saw; or nothing."""
    by = next((one for one in recipes() if one.name == recipe.level_by), None)
    if by is None:
        return ""
    levels = evaluate(place, by, f"{by.frames}-degraded")["levels"]
    return max(LEVELS, key=lambda level: levels[level]["all"]["ap50"])


def table_rows(place: Workplace, recipe: Recipe) -> list[str]:
    """One row for each set of test frames, and one for each of its cameras of at least 20 frames."""
    best = fixed_level(place, recipe)
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

    def gain(ways: dict[str, Any], way: str, over: str = "level 0") -> str:
        points = judged(ways, way)["gains"][over]
        return difference(points["ap50"], *points["ap50_interval"])

    levels, baselines = report["levels"], report["baselines"]
    plain = judged(levels, "0")
    cells = [name, test, str(plain["frames"]), f"{100 * plain['ap50']:.1f}"]
    cells += [gain(levels, level) for level in LEVELS]
    cells += [gain(baselines, one) for one in REFERENCES]
    if best:
        cells += [best, *(gain(levels, best, one) for one in REFERENCES)]
        cells += [gain(report["fusions"]["weighted"], best, "mirrored")]
    else:
        cells += [""] * (2 + len(REFERENCES))
    return f"| {' | '.join(cells)} |"


def pooled_rows(place: Workplace, pair: Sequence[Recipe]) -> list[str]:
    """Both folds together: every camera is judged by the enhancer that never saw it, at its fixed level."""
    fixed = [fixed_level(place, recipe) for recipe in pair]
    rows = []
    for kind in ("degraded", "rain", "clear", "noisy"):
        tests = [f"{recipe.frames}-{kind}" for recipe in pair]
        pooled = Pooled(
            [open_dataset(place.out / test) for test in tests],
            [place.out / boxes_folder(recipe, test) for recipe, test in zip(pair, tests, strict=True)],
        )
        rows.append(pooled_row(pooled, fixed, f"both folds, {pair[0].labels}", kind))
    return rows


def pooled_row(pooled: Pooled, fixed: list[str], name: str, kind: str) -> str:
    """As `table_row`, on the frames of one kind of all cameras never seen."""
    judge = Judge(pooled, {"all": np.arange(len(pooled))}, parse_classes(CLASSES), resamples=500)

    def gain(way: Measured, over: Measured) -> str:
        ap50 = judge.compare(way, {"other": over})["all"].gains["other"].ap50
        return difference(ap50.value, ap50.low, ap50.high)

    levels = {level: judge.measure(pooled.found(f"level-{level}")) for level in ("0", *LEVELS)}
    references = [judge.measure(pooled.found(f"baseline-{one}")) for one in REFERENCES]
    at_fixed = pooled.found(*(f"level-{level}" for level in fixed))
    merged, mirrored = (
        judge.measure([fuse(*pair, "weighted") for pair in zip(pooled.found("level-0"), found, strict=True)])
        for found in (at_fixed, pooled.found("mirrored"))
    )
    plain = judge.compare(levels["0"], {})["all"]
    cells = [name, kind, str(plain.frames), f"{100 * plain.score.ap50.value:.1f}"]
    cells += [gain(way, levels["0"]) for way in [*(levels[level] for level in LEVELS), *references]]
    cells += [", ".join(fixed), *(gain(judge.measure(at_fixed), one) for one in references)]
    cells += [gain(merged, mirrored)]
    return f"| {' | '.join(cells)} |"


def difference(value: float, low: float, high: float) -> str:
    """AP50 points with their interval."""
    return f"{100 * value:+.1f} [{100 * low:.1f}, {100 * high:.1f}]"


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
    for recipe in recipes():
        print("\n".join(table_rows(place, recipe)), flush=True)
    for pair in (recipes()[:2], recipes()[2:4]):
        print("\n".join(pooled_rows(place, pair)), flush=True)


if __name__ == "__main__":
    main()
