"""The artifact of `turbo evaluate`: what is written is read again, and nothing else is."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.artifacts.samples import PROVENANCE
from turbo_cli.artifacts import evaluation as artifact
from turbo_cli.artifacts.metadata import EditedFileWarning
from turbo_cli.errors import TurboError

SCORE: dict[str, Any] = {"map": 0.25, "map_interval": (0.2, 0.3), "ap50": 0.5, "ap50_interval": (0.4, 0.6)}
NOTHING: dict[str, Any] = dict.fromkeys(SCORE)
GROUPS = ("all", "hard", "easy", "seen", "unseen")


def make_evaluation() -> artifact.Evaluation:
    judged = {"frames": 3, "hits": 6, "false_positives": 2, "false_negatives": 4, **SCORE}
    judged |= {"per_class": {"car": SCORE}, "gains": {"level 0": NOTHING}}
    way = dict.fromkeys(GROUPS, judged) | {"cameras": {"gate": judged}}
    return artifact.Evaluation.model_validate(
        {
            "frames": dict.fromkeys(GROUPS, 3) | {"empty": 0, "cameras": {"gate": 3}},
            "training_cameras": ("north",),
            "levels": {str(level): way for level in range(6)},
            "fusions": {},
            "baselines": {"stretch": way},
            "oracles": {},
            "references": {},
            "discriminator": {"auc": 0.75, "calibration_error": None, "tenths": ()},
        }
    )


def write(path: Path, change: Callable[[dict[str, Any]], object] = lambda content: None) -> Path:
    content = artifact.content(PROVENANCE, make_evaluation())
    change(content)
    path.write_text(json.dumps(content))
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert artifact.read(write(tmp_path / "evaluation.json")) == (PROVENANCE, make_evaluation())


def test_shares_of_objects_and_boxes() -> None:
    judged = make_evaluation().levels["0"].all
    assert (judged.recall, judged.precision) == (0.6, 0.75)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda content: content.pop("kind"), "key kind: missing"),
        (lambda content: content.update(kind="plan"), "is a 'plan', not a 'evaluation'"),
        (lambda content: content.update(schema=2), "schema 2 is newer"),
        (lambda content: content["levels"].pop("5"), "key levels: "),
        (lambda content: content["levels"]["2"]["all"].update(ap50=5), "key levels.2.all.ap50: "),
        (lambda content: content["discriminator"].pop("auc"), "key discriminator.auc: field required"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    with pytest.raises(TurboError, match=re.escape(problem)) as raised:
        artifact.read(write(tmp_path / "evaluation.json", change))
    assert "evaluation.json" in str(raised.value)


def test_edited_by_hand_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "evaluation.json", lambda content: content["discriminator"].update(auc=0.5))
    with pytest.warns(EditedFileWarning):
        _, read = artifact.read(path)
    assert read.discriminator.auc == 0.5
