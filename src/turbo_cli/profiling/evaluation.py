"""Whether an enhancer helps: levels, merged boxes, baselines and oracles on the same frames (§6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.data.statistics import frames_by_camera
from turbo_cli.enhancement.baselines import Baseline
from turbo_cli.enhancement.difficulty import HARD_THRESHOLD, ROI_SCORE, classify, confidence
from turbo_cli.enhancement.enhancer import LEVELS, Enhancer
from turbo_cli.enhancement.fusion import Fusion, fuse
from turbo_cli.errors import TurboError
from turbo_cli.metrics import Classes, judged_categories
from turbo_cli.profiling.judging import Judge, Judgements, Measured
from turbo_cli.profiling.passes import FrameDetections, Passes, run_passes
from turbo_cli.profiling.references import References
from turbo_cli.profiling.reliability import Reliability, judge_predictions
from turbo_cli.progress import Track, untracked

Way = tuple[str, str]
"""A way of detecting: its kind (`level`, a fusion, `baseline`, `no-op`, `oracle`, a reference's) and name."""

PLAIN: Way = ("level", "0")
MIRRORED = "mirrored"
CAMERA = "camera "
"""What a group's name begins with if it holds one camera's frames."""

FUSIONS: tuple[Fusion, ...] = ("union", "weighted")


@dataclass(frozen=True)
class EvaluationOptions:
    """classes: judge by these only. roi_score, hard_threshold: what makes a frame hard (eq. 1).

    error_score: false positives and misses are counted among boxes of at least this score. resamples, seed:
    of the bootstrap.
    """

    classes: Classes | None = None
    roi_score: float = ROI_SCORE
    hard_threshold: float = HARD_THRESHOLD
    error_score: float = 0.3
    resamples: int = 1000
    seed: int = 0
    batch_size: int = 8


@dataclass(frozen=True, eq=False)
class Report:
    """What `turbo evaluate` found. Groups: all, hard, easy, seen, unseen, and `camera NAME`.

    judged: every way, by group. Gains: over `level 0` always; of levels also over every baseline; of merged
    boxes also over `mirrored`, level 0 merged with a pass over the mirrored frame, at the price of one more
    pass too; of the baselines' oracle also over the `no-ops` oracle, which chooses among as many.
    category_ids: of the classes that were judged by.
    by_frame: (frames, 2) map and AP50 of each frame by level. passes: the boxes. confidences: c by frame.
    """

    groups: dict[str, NDArray[np.int64]]
    training_cameras: tuple[str, ...]
    category_ids: set[int]
    judged: dict[Way, Judgements]
    reliability: Reliability
    by_frame: dict[int, NDArray[np.float64]]
    passes: Passes
    confidences: list[float | None]

    def of_kind(self, kind: str) -> dict[str, Judgements]:
        """The ways of one kind, by name."""
        return {name: judgements for (one, name), judgements in self.judged.items() if one == kind}

    @property
    def best_level(self) -> int:
        """The level, 1…5, whose AP50 over all frames is highest."""
        of_level = {int(name): one["all"].score.ap50.value for name, one in self.of_kind("level").items()}
        return max(LEVELS, key=lambda level: np.nan_to_num(of_level[level]))


def evaluate_enhancer(
    enhancer: Enhancer,
    dataset: Dataset,
    baselines: Mapping[str, Baseline],
    options: EvaluationOptions,
    track: Track = untracked,
    references: References | None = None,
) -> Report:
    """Run and judge every level, fusion, baseline, oracle and reference on a labelled dataset.

    Raises `TurboError` for a dataset without labels, or classes that it lacks.
    """
    if not dataset.labelled:
        raise TurboError(
            f"{dataset.path}: has no labels, and nothing can be judged without",
            "label it first, if need be by `turbo data label`",
        )
    category_ids = judged_categories(dataset, options.classes)
    passes = run_passes(enhancer, dataset, baselines, references or {}, options.batch_size, track)
    confidences = [confidence(found, options.roi_score) for found in passes.levels[0]]
    labelled = [not targets.ignore.all() for targets in map(dataset.targets, range(len(dataset)))]
    pairs = zip(confidences, labelled, strict=True)
    kinds = np.array([classify(c, something, options.hard_threshold) for c, something in pairs])
    groups = group_frames(dataset, kinds, enhancer.training_cameras)
    judge = Judge(dataset, groups, options.classes, options.resamples, options.error_score, options.seed)
    measured = _measure_all(judge, all_ways(passes), track)
    wanted = [way for way in measured if way[0] != "no-op"]
    return Report(
        groups=groups,
        training_cameras=enhancer.training_cameras,
        category_ids=category_ids,
        judged={
            way: judge.compare(measured[way], _others(way, measured))
            for way in track(wanted, "judging", len(wanted))
        },
        reliability=_judge_discriminator(passes, confidences, kinds),
        by_frame={level: measured["level", str(level)].by_frame for level in passes.levels},
        passes=passes,
        confidences=confidences,
    )


def group_frames(
    dataset: Dataset, kinds: NDArray[np.str_], training_cameras: Sequence[str]
) -> dict[str, NDArray[np.int64]]:
    """Rows of all frames, by difficulty class, by whether the camera was trained on, and by camera.

    Empty frames are in no class, but in all other groups: what is found in them is wrong.
    """
    seen = np.isin([info.camera for info in dataset.frames], list(training_cameras))
    groups = {"all": np.arange(len(dataset))}
    groups |= {kind: np.flatnonzero(kinds == kind) for kind in ("hard", "easy")}
    groups |= {"seen": np.flatnonzero(seen), "unseen": np.flatnonzero(~seen)}
    return groups | {CAMERA + name: np.array(rows) for name, rows in frames_by_camera(dataset).items()}


def all_ways(passes: Passes) -> dict[Way, FrameDetections]:
    """Every way of detecting whose boxes are at hand, or are merged from those."""
    levels = {str(level): found for level, found in passes.levels.items()}
    ways: dict[Way, FrameDetections] = {("level", name): found for name, found in levels.items()}
    for fusion, (name, found) in product(FUSIONS, [*levels.items(), (MIRRORED, passes.mirrored)]):
        if name != "0":
            pairs = zip(passes.levels[0], found, strict=True)
            ways[fusion, name] = [fuse(plain, better, fusion) for plain, better in pairs]
    ways |= {("baseline", name): found for name, found in passes.baselines.items()}
    ways |= {("no-op", name): found for name, found in passes.no_ops.items()}
    return ways | passes.references


def choose_best(choices: Sequence[FrameDetections], scores: NDArray[np.float64]) -> list[Detections]:
    """Each frame's boxes from the choice of highest AP50, then mAP; scores: (choices, frames, 2) map, AP50.

    The first choice wins ties, and frames that cannot be scored.
    """
    order = np.nan_to_num(scores[..., 1] + 1e-3 * scores[..., 0])
    return [choices[best][row] for row, best in enumerate(order.argmax(axis=0))]


def _measure_all(judge: Judge, ways: Mapping[Way, FrameDetections], track: Track) -> dict[Way, Measured]:
    """Measure every way, and the oracles that choose among them."""
    measured = {way: judge.measure(found) for way, found in track(ways.items(), "matching", len(ways))}
    for oracle, kind in (("baselines", "baseline"), ("no-ops", "no-op")):
        chosen = [way for way in ways if way == PLAIN or way[0] == kind]
        if len(chosen) > 1:
            scores = np.array([measured[way].by_frame for way in chosen])
            measured["oracle", oracle] = judge.measure(choose_best([ways[way] for way in chosen], scores))
    return measured


def _others(way: Way, measured: Mapping[Way, Measured]) -> dict[str, Measured]:
    """What a way is compared with."""
    others = {"level 0": measured[PLAIN]}
    if way[0] == "level":
        others |= {name: one for (kind, name), one in measured.items() if kind == "baseline"}
    elif way[0] in FUSIONS:
        others[MIRRORED] = measured[way[0], MIRRORED]
    elif way == ("oracle", "baselines"):
        others["no-ops"] = measured["oracle", "no-ops"]
    return others


def _judge_discriminator(
    passes: Passes, confidences: Sequence[float | None], kinds: NDArray[np.str_]
) -> Reliability:
    """Where something is there and no RoI, c is 0; empty frames have no difficulty."""
    difficulties = np.array([1 - (c or 0.0) for c in confidences])
    known = kinds != "empty"
    predicted = np.array(passes.predicted_difficulties)
    return judge_predictions(predicted[known], difficulties[known], kinds[known] == "hard")
