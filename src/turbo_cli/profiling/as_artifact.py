"""A report as the artifact that `--json` prints: numbers in [0, 1], None where there is nothing to score."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from turbo_cli.artifacts import evaluation as artifact
from turbo_cli.artifacts.metadata import Provenance, hash_file
from turbo_cli.data import Dataset
from turbo_cli.data.fingerprint import dataset_hash
from turbo_cli.detectors import SplitDetector
from turbo_cli.profiling.bootstrap import Interval
from turbo_cli.profiling.evaluation import CAMERA, FUSIONS, EvaluationOptions, Report
from turbo_cli.profiling.judging import Judgement, Judgements, Score
from turbo_cli.profiling.references import FINE_TUNED, GENERATOR
from turbo_cli.profiling.reliability import Reliability


def as_artifact(report: Report) -> artifact.Evaluation:
    """What outlives the run: scores without boxes."""
    counts = {group: len(rows) for group, rows in report.groups.items()}
    empty = counts["all"] - counts["hard"] - counts["easy"]
    return artifact.Evaluation(
        frames=artifact.Frames(empty=empty, **_by_group(counts)),
        training_cameras=report.training_cameras,
        levels=_ways(report.of_kind("level")),
        fusions={fusion: _ways(report.of_kind(fusion)) for fusion in FUSIONS},
        baselines=_ways(report.of_kind("baseline")),
        oracles=_ways(report.of_kind("oracle")),
        references={kind: _ways(report.of_kind(kind)) for kind in (FINE_TUNED, GENERATOR)},
        discriminator=_discriminator(report.reliability),
    )


def provenance_of(
    detector: SplitDetector, enhancer: Path, dataset: Dataset, options: EvaluationOptions
) -> Provenance:
    """Of an evaluation of this enhancer's file on this dataset."""
    settings = asdict(options)
    settings["classes"] = {name: list(merged) for name, merged in (options.classes or {}).items()} or None
    return Provenance(
        detector=detector.name,
        detector_weights_hash=detector.weights_hash,
        seed=settings.pop("seed"),
        settings=settings,
        parents={dataset.path.resolve().name: dataset_hash(dataset), enhancer.name: hash_file(enhancer)},
    )


def _ways(ways: dict[str, Judgements]) -> artifact.Ways:
    return {
        name: artifact.Way(**_by_group({group: _judgement(one) for group, one in judgements.items()}))
        for name, judgements in ways.items()
    }


def _by_group(values: dict[str, Any]) -> dict[str, Any]:
    """Cameras under one key of their own, whatever their names are."""
    cameras = {name.removeprefix(CAMERA): one for name, one in values.items() if name.startswith(CAMERA)}
    return {name: one for name, one in values.items() if not name.startswith(CAMERA)} | {"cameras": cameras}


def _judgement(judgement: Judgement) -> artifact.Judgement:
    return artifact.Judgement(
        frames=judgement.frames,
        **_score(judgement.score),
        hits=judgement.errors.hits,
        false_positives=judgement.errors.false_positives,
        false_negatives=judgement.errors.false_negatives,
        per_class={name: artifact.Score(**_score(one)) for name, one in judgement.per_class.items()},
        gains={name: artifact.Score(**_score(one)) for name, one in judgement.gains.items()},
    )


def _score(score: Score) -> dict[str, Any]:
    return {
        "map": _known(score.map.value),
        "map_interval": _bounds(score.map),
        "ap50": _known(score.ap50.value),
        "ap50_interval": _bounds(score.ap50),
    }


def _discriminator(reliability: Reliability) -> artifact.Discriminator:
    tenths = [
        artifact.Tenth.model_validate({name: _known(value) for name, value in vars(tenth).items()})
        for tenth in reliability.tenths
    ]
    return artifact.Discriminator(
        auc=_known(reliability.auc),
        calibration_error=_known(reliability.calibration_error),
        tenths=tuple(tenths),
    )


def _bounds(interval: Interval) -> tuple[float, float] | None:
    return None if math.isnan(interval.low) else (interval.low, interval.high)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
