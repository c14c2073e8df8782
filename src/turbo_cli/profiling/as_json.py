"""A report as `--json` prints it: numbers in [0, 1], null where there is nothing to score."""

import math
from typing import Any

from turbo_cli.profiling.bootstrap import Interval
from turbo_cli.profiling.evaluation import CAMERA, FUSIONS, Report
from turbo_cli.profiling.judging import Judgement, Judgements, Score
from turbo_cli.profiling.references import FINE_TUNED, GENERATOR
from turbo_cli.profiling.reliability import Reliability


def report_as_json(report: Report) -> dict[str, Any]:
    """`{"levels": {"0": {"all": {"map": …, "ap50": …, "frames": …}, "hard": …, "cameras": …}, …}, …}`."""
    counts = {group: len(rows) for group, rows in report.groups.items()}
    empty = counts["all"] - counts["hard"] - counts["easy"]
    return {
        "frames": _by_group(counts) | {"empty": empty},
        "training_cameras": list(report.training_cameras),
        "levels": _ways(report.of_kind("level")),
        "fusions": {fusion: _ways(report.of_kind(fusion)) for fusion in FUSIONS},
        "baselines": _ways(report.of_kind("baseline")),
        "oracles": _ways(report.of_kind("oracle")),
        "references": {kind: _ways(report.of_kind(kind)) for kind in (FINE_TUNED, GENERATOR)},
        "discriminator": _discriminator(report.reliability),
    }


def _ways(ways: dict[str, Judgements]) -> dict[str, Any]:
    return {
        name: _by_group({group: _judgement(one) for group, one in judgements.items()})
        for name, judgements in ways.items()
    }


def _by_group(values: dict[str, Any]) -> dict[str, Any]:
    """Cameras under one key of their own, whatever their names are."""
    cameras = {name.removeprefix(CAMERA): one for name, one in values.items() if name.startswith(CAMERA)}
    return {name: one for name, one in values.items() if not name.startswith(CAMERA)} | {"cameras": cameras}


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "frames": judgement.frames,
        **_score(judgement.score),
        "hits": judgement.errors.hits,
        "false_positives": judgement.errors.false_positives,
        "false_negatives": judgement.errors.false_negatives,
        "per_class": {name: _score(one) for name, one in judgement.per_class.items()},
        "gains": {name: _score(one) for name, one in judgement.gains.items()},
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "map": _known(score.map.value),
        "map_interval": _bounds(score.map),
        "ap50": _known(score.ap50.value),
        "ap50_interval": _bounds(score.ap50),
    }


def _discriminator(reliability: Reliability) -> dict[str, Any]:
    tenths = [{name: _known(value) for name, value in vars(tenth).items()} for tenth in reliability.tenths]
    return {
        "auc": _known(reliability.auc),
        "calibration_error": _known(reliability.calibration_error),
        "tenths": tenths,
    }


def _bounds(interval: Interval) -> list[float] | None:
    return None if math.isnan(interval.low) else [interval.low, interval.high]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
