"""What `turbo evaluate --json` prints: how good every way of detecting is, and D_f (§6)."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from turbo_cli.artifacts import metadata
from turbo_cli.artifacts.accuracy import Gain
from turbo_cli.artifacts.metadata import Kind, Provenance, Strict
from turbo_cli.artifacts.reading import parse_json, read_bytes
from turbo_cli.artifacts.table import Count, Share

Bounds = tuple[Gain, Gain]
"""A 95 % interval: low, high."""


class Score(Strict):
    """map: AP over IoU 0.50…0.95, ap50: at IoU 0.50, in [0, 1], or a difference of two such.

    None where there is nothing to score.
    """

    map: Gain | None
    map_interval: Bounds | None
    ap50: Gain | None
    ap50_interval: Bounds | None


class Judgement(Score):
    """One way of detecting on one group of frames.

    hits, false_positives, false_negatives: boxes from the score on at which they are shown, at IoU 0.5.
    gains: paired differences to other ways, by their names.
    """

    frames: Count
    hits: Count
    false_positives: Count
    false_negatives: Count
    per_class: dict[str, Score]
    gains: dict[str, Score]

    @property
    def recall(self) -> float | None:
        """Share of the objects that were found; None without any."""
        truth = self.hits + self.false_negatives
        return self.hits / truth if truth else None

    @property
    def precision(self) -> float | None:
        """Share of the boxes that are right; None without any."""
        shown = self.hits + self.false_positives
        return self.hits / shown if shown else None


class Way(Strict):
    """One way of detecting, by group of frames. seen, unseen: of cameras that were trained on, and others."""

    all: Judgement
    hard: Judgement
    easy: Judgement
    seen: Judgement
    unseen: Judgement
    cameras: dict[str, Judgement]

    def group(self, name: str) -> Judgement:
        """`all`, `hard`, `easy`, `seen` or `unseen`."""
        judgement: Judgement = getattr(self, name)
        return judgement


class Frames(Strict):
    """How many there are in each group."""

    all: Count
    hard: Count
    easy: Count
    seen: Count
    unseen: Count
    empty: Count
    cameras: dict[str, Count]


class Tenth(Strict):
    """Frames with start ≤ θ′ < end. predicted, true: mean θ′ and θ; hard: share of truly hard ones."""

    start: Share
    end: Share
    frames: Count
    predicted: Share | None
    true: Share | None
    hard: Share | None


class Discriminator(Strict):
    """How well D_f ranks frames, and how far θ′ lies from θ over its tenths (Fig. 16)."""

    auc: Share | None
    calibration_error: Share | None
    tenths: tuple[Tenth, ...]


Ways = dict[str, Way]
LevelName = Annotated[str, Field(pattern="^[0-5]$")]


class Evaluation(Strict):
    """Every way of detecting on the same labelled frames. levels: 0…5. references: by kind, then by file."""

    frames: Frames
    training_cameras: tuple[str, ...]
    levels: Annotated[dict[LevelName, Way], Field(min_length=6)]
    fusions: dict[str, Ways]
    baselines: Ways
    oracles: Ways
    references: dict[str, Ways]
    discriminator: Discriminator

    @property
    def best_level(self) -> str:
        """The level, 1…5, whose AP50 over all frames is highest."""
        return max(
            (name for name in self.levels if name != "0"), key=lambda name: self.levels[name].all.ap50 or 0
        )


_KIND = Kind("evaluation", schema=1, made_by="turbo evaluate --json")


def content(provenance: Provenance, evaluation: Evaluation) -> dict[str, Any]:
    """The JSON object. parents of the provenance: the enhancer and the dataset's labels."""
    parsed: dict[str, Any] = json.loads(metadata.encode(_KIND, provenance, evaluation))
    return parsed


def read(path: Path) -> tuple[Provenance, Evaluation]:
    """Raises `TurboError` naming file and key for a file that is damaged, of another kind or newer."""
    block = metadata.decode(path, parse_json(str(path), read_bytes(path, _KIND.made_by)), _KIND, Evaluation)
    if not block.intact:
        metadata.warn_edited(path)
    return block.provenance, block.details
