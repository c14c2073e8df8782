"""Tables for real frames: what enhancers of yolo-fastest-xl are worth on cameras seen and never seen.

    python -m benchmarks.real_frames ../shared/data runs/real
    python -m benchmarks.real_frames ../shared/data runs/real --device cuda:0 --workers 5

Every step is a `turbo` command, printed before it runs and left out where its result is there already; remove
a file to make it anew. On two cores that are busy besides, the trainings take about four hours of one, the
evaluations about two.
"""

import argparse
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.pooling import Pooled
from benchmarks.real_data import FOLDS, TESTS, TRAINED_KINDS, VALIDATION, Workplace, prepare
from benchmarks.real_tables import (
    CLASSES,
    HEAD,
    LEVELS,
    REFERENCES,
    baseline_rows,
    difference,
    level_row,
    pooled_row,
    row,
)

from turbo_cli.data import open_dataset

WITHOUT_LABELS = "distill,features"
WITH_LABELS = "detection=0.4,distill"
TUNED = "same-tuned.safetensors"
"""The detector itself, trained further on the frames and labels that `same-labelled` has."""


@dataclass(frozen=True)
class Recipe:
    """One enhancer. frames: the dataset whose cameras it is trained on; tests: datasets it is judged on.

    labels: whose stage two learns from: "people", "golden" (the detector's own on larger frames) or none.
    kinds: degradations that stage two puts on frames. eval_every: steps between its validations. more: its
    further options. beside_all: degraded frames are judged beside every baseline there is.
    """

    name: str
    frames: str
    loss: str
    iterations: int
    tests: tuple[str, ...]
    labels: Literal["people", "golden", "none"] = "none"
    kinds: str = TRAINED_KINDS
    eval_every: int = 400
    more: tuple[str, ...] = ()
    beside_all: bool = False

    @property
    def learns_from(self) -> str:
        """The dataset of stage two."""
        return f"{self.frames}-golden" if self.labels == "golden" else self.frames


Family = Callable[[str], Recipe]
"""Enhancers that are made alike, by the fold that they are for."""


def unlabelled(fold: str) -> Recipe:
    """The enhancer for cameras never seen that uses no label."""
    return Recipe(
        f"{fold}-unlabelled",
        fold,
        WITHOUT_LABELS,
        1200,
        tests_of(fold),
        more=("--photographs", "photographs", "--validate-on", VALIDATION),
        beside_all=True,
    )


def longer(fold: str) -> Recipe:
    """The same with a third more steps of twice the length, more of the kinds that cost most, and no choice.

    Its last state is the only one that is validated, so that no label at all has a say.
    """
    return Recipe(
        f"{fold}-longer",
        fold,
        WITHOUT_LABELS,
        1600,
        tests_of(fold),
        kinds=f"{TRAINED_KINDS},blur,salt-and-pepper",
        eval_every=1600,
        more=("--photographs", "photographs", "--validate-on", VALIDATION, "--learning-rate", "0.002"),
    )


def tests_of(fold: str) -> tuple[str, ...]:
    """The names of a fold's sets of test frames."""
    return tuple(f"{fold}-{test}" for test in TESTS[fold])


def recipes() -> list[Recipe]:
    """All enhancers: for cameras never seen, for the same camera, and from public photographs alone."""
    validated = ("--validate-on", VALIDATION)
    golden = ("--photographs", "photographs-golden", "--photographs-labelled", *validated)
    people = ("--photographs", "photographs", *validated)
    same = ("same-degraded", "same-clear")
    return [
        *map(unlabelled, FOLDS),
        *map(longer, FOLDS),
        Recipe("fold-a-golden", "fold-a", WITH_LABELS, 800, tests_of("fold-a"), "golden", more=golden),
        Recipe("fold-a-labelled", "fold-a", WITH_LABELS, 600, tests_of("fold-a")[3:], "people", more=people),
        Recipe("same-unlabelled", "clip/part-1", WITHOUT_LABELS, 400, same, beside_all=True),
        Recipe("same-labelled", "clip/part-1", "detection,distill,features", 400, same, "people"),
        Recipe("public-unlabelled", "photographs", "distill", 400, same),
    ]


def train(place: Workplace, recipe: Recipe) -> None:
    """Both stages; recipes of the same frames share the first."""
    frames = recipe.frames
    name = frames.replace("/", "-")
    made = place.detector
    spoiled, difficulty, gan = f"{name}-spoiled", f"{name}.csv", f"{name}-gan.safetensors"
    place.turbo(spoiled, "data", "degrade", frames, spoiled, "--kind", TRAINED_KINDS, "--seed", "1")
    half = ("--hard-quantile", "0.5")
    place.turbo(difficulty, "label-difficulty", *made, "--dataset", spoiled, "--out", difficulty, *half)
    played = ("--dataset", spoiled, "--difficulty", difficulty, "--iterations", "150", "--batch-size", "4")
    place.train(gan, "train-gan", *made, *played, "--out", gan)
    out = f"{recipe.name}.safetensors"
    learnt = ("--gan", gan, "--dataset", recipe.learns_from, "--loss", recipe.loss)
    shown = ("--degrade", recipe.kinds, "--classes", CLASSES, "--crop", "320x256")
    length = ("--iterations", str(recipe.iterations), "--eval-every", str(recipe.eval_every))
    place.train(out, "train-multiexit", *made, *learnt, *shown, *length, *recipe.more, "--out", out)


def fine_tune(place: Workplace) -> None:
    """What could be had if the detector might be changed: as many steps on the same crops and kinds."""
    length = ("--iterations", "400", "--crop", "320x256", "--degrade", TRAINED_KINDS)
    made = ("weights", "fine-tune", *place.detector, "--dataset", "clip/part-1", "--out", TUNED)
    place.turbo(TUNED, *made, *length)


def evaluate(place: Workplace, recipe: Recipe, test: str) -> dict[str, Any]:
    """What `turbo evaluate --json` says of a recipe's enhancer on one set of test frames."""
    report, boxes = f"{recipe.name}-on-{test}.json", boxes_folder(recipe, test)
    if not (place.out / report).exists():
        shutil.rmtree(place.out / boxes, ignore_errors=True)
    judged = ("--enhancer", f"{recipe.name}.safetensors", "--dataset", test, "--classes", CLASSES)
    every = recipe.beside_all and test.endswith("degraded")
    beside = ("--baselines", "all" if every else ",".join(REFERENCES))
    tuned = ("--reference", TUNED) if recipe.name == "same-labelled" else ()
    fixed = ("--hard-threshold", "0.53", "--bootstrap", "500", "--boxes", boxes, "--json")
    return place.report(report, "evaluate", *place.detector, *judged, *beside, *tuned, *fixed)


def boxes_folder(recipe: Recipe, test: str) -> str:
    """Where the boxes of an evaluation lie."""
    return f"{recipe.name}-on-{test}-boxes"


def fixed_level(place: Workplace, family: Family, fold: str) -> str:
    """The level that was best, by AP50, for the other folds' enhancers on degraded frames of their cameras.

    None of those enhancers had seen the cameras that it is judged on, and none of them is this fold's.
    """
    others = [other for other in FOLDS if other != fold]
    reports = [evaluate(place, family(other), f"{other}-degraded")["levels"] for other in others]
    return max(LEVELS, key=lambda level: sum(levels[level]["all"]["ap50"] for levels in reports))


def table_rows(place: Workplace, recipe: Recipe) -> list[str]:
    """One row for each set of test frames, and one for each of its cameras of at least 20 frames."""
    family = longer if recipe in map(longer, FOLDS) else unlabelled
    fixed = fixed_level(place, family, recipe.frames) if recipe.frames in FOLDS else ""
    rows = []
    for test in recipe.tests:
        report = evaluate(place, recipe, test)
        rows.append(level_row(recipe.name, test, report, "all", fixed))
        cameras = report["levels"]["0"]["cameras"]
        if len(cameras) > 1:
            large = [camera for camera, judged in cameras.items() if judged["frames"] >= 20]
            rows += [level_row(recipe.name, f"{test}, {camera}", report, camera, fixed) for camera in large]
    return rows


def pooled(place: Workplace, family: Family, kind: str) -> tuple[Pooled, list[str]]:
    """All frames of one kind, each by the enhancer that never saw its camera; and the folds' fixed levels."""
    folds = [fold for fold in FOLDS if kind in TESTS[fold]]
    tests = {fold: f"{fold}-{kind}" for fold in folds}
    folders = [place.out / boxes_folder(family(fold), test) for fold, test in tests.items()]
    datasets = [open_dataset(place.out / test) for test in tests.values()]
    return Pooled(datasets, folders), [fixed_level(place, family, fold) for fold in folds]


def baselines_table(place: Workplace) -> list[str]:
    """All baselines and their oracle on the degraded frames of all cameras never seen."""
    frames, fixed = pooled(place, unlabelled, "degraded")
    kept = sorted(path.stem for path in frames.folders[0].iterdir())
    names = {
        kind: [name.removeprefix(f"{kind}-") for name in kept if name.startswith(f"{kind}-")]
        for kind in ("baseline", "no-op")
    }
    head = ["all folds, degraded", "over level 0", f"levels {', '.join(fixed)} over it"]
    return [row(*head), row(*["---"] * len(head)), *baseline_rows(frames, names, fixed)]


def same_camera_table(place: Workplace) -> list[str]:
    """All baselines and oracles on the same camera's degraded frames, and the detector itself fine-tuned."""
    by_name = {recipe.name: recipe for recipe in recipes()}
    plain = evaluate(place, by_name["same-unlabelled"], "same-degraded")
    labelled = evaluate(place, by_name["same-labelled"], "same-degraded")
    ways = plain["baselines"] | {f"oracle over {name}": one for name, one in plain["oracles"].items()}
    ways |= labelled["references"]["fine-tuned detector"]
    gains = {name: way["all"]["gains"]["level 0"] for name, way in ways.items()}
    return [
        row("same camera, degraded", "over level 0"),
        row("---", "---"),
        *(row(name, difference(gain["ap50"], *gain["ap50_interval"])) for name, gain in gains.items()),
    ]


def main() -> None:
    """Make what is missing, then print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cpu", help="where enhancers are trained")
    parser.add_argument("--workers", default="1", help="processes that make their samples")
    arguments = parser.parse_args()
    training = ("--device", arguments.device, "--workers", arguments.workers)
    place = Workplace(arguments.data.resolve(), arguments.out.resolve(), training)
    place.out.mkdir(parents=True, exist_ok=True)
    prepare(place)
    for recipe in recipes():
        train(place, recipe)
    fine_tune(place)
    print("\n".join([row(*HEAD), row(*["---"] * len(HEAD))]))
    for recipe in recipes():
        print("\n".join(table_rows(place, recipe)), flush=True)
    for name, family in (("all folds", unlabelled), ("all folds, longer", longer)):
        for kind in TESTS["fold-a"][:-1]:
            print(pooled_row(*pooled(place, family, kind), name, kind), flush=True)
    print("\n", "\n".join(baselines_table(place)), sep="")
    print("\n", "\n".join(same_camera_table(place)), sep="")


if __name__ == "__main__":
    main()
