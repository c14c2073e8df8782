"""The whole evaluation on a small dataset: identity, groups, controls, oracles, JSON, pictures."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.profiling.streets import CAMERAS, make_enhancer, make_streets
from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.detectors.running import detect_frames
from turbo_cli.enhancement.baselines import find_baselines
from turbo_cli.enhancement.enhancer import LEVELS
from turbo_cli.errors import TurboError
from turbo_cli.metrics import evaluate, mean_average_precision
from turbo_cli.profiling.as_artifact import as_artifact
from turbo_cli.profiling.evaluation import (
    EvaluationOptions,
    Report,
    choose_best,
    evaluate_enhancer,
    group_frames,
)
from turbo_cli.profiling.gallery import find_cases, write_gallery
from turbo_cli.profiling.page import make_page

THRESHOLD = 0.47855
"""Between the scores that the small detector gives to plain grey and to noise."""

OPTIONS = EvaluationOptions(hard_threshold=THRESHOLD, error_score=0.4, resamples=50, batch_size=5)
BASELINES = find_baselines("stretch,median")


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make_streets(tmp_path_factory.mktemp("evaluation") / "streets")


@pytest.fixture(scope="module")
def trained(streets: Dataset) -> Report:
    return evaluate_enhancer(make_enhancer(trained=True), streets, BASELINES, OPTIONS)


def test_an_untrained_enhancer_differs_by_exactly_nothing_at_every_level(streets: Dataset) -> None:
    report = evaluate_enhancer(make_enhancer(trained=False), streets, {}, OPTIONS)
    levels = report.of_kind("level")
    assert levels["0"]["all"].score.ap50.value > 0
    for level in LEVELS:
        for group, judgement in levels[str(level)].items():
            assert judgement.score == levels["0"][group].score or not judgement.frames
            gain = judgement.gains["level 0"]
            if not np.isnan(gain.map.value):
                assert vars(gain.map) == vars(gain.ap50) == {"value": 0.0, "low": 0.0, "high": 0.0}
            assert judgement.errors == levels["0"][group].errors
    assert report.of_kind("oracle") == report.of_kind("baseline") == {}
    assert find_cases(make_enhancer(trained=False), streets, report) == []


def test_scores_of_levels_are_those_of_the_enhancer_run_level_by_level(
    streets: Dataset, trained: Report
) -> None:
    enhancer = make_enhancer(trained=True)
    plain = list(detect_frames(enhancer.detector, streets))
    images, geometry = enhancer.detector.prepare([streets.frame(i) for i in range(len(streets))])
    for level in range(6):
        found = enhancer.run(images, [level] * len(streets), geometry=geometry) if level else plain
        expected = mean_average_precision(streets, found)
        score = trained.of_kind("level")[str(level)]["all"].score
        assert (score.map.value, score.ap50.value) == pytest.approx((expected.map, expected.ap50), abs=1e-6)
        assert score.ap50.low <= score.ap50.high
    assert trained.of_kind("level")["5"]["all"].gains["level 0"].ap50.value != 0


def test_gains_are_differences_on_the_same_resamples(trained: Report) -> None:
    for judged in trained.judged.values():
        gain = judged["all"].gains["level 0"].ap50
        plain = trained.judged["level", "0"]["all"].score.ap50
        assert gain.value == pytest.approx(judged["all"].score.ap50.value - plain.value)
    levels = trained.of_kind("level")
    assert set(levels["3"]["all"].gains) == {"level 0", "stretch", "median"}
    assert levels["0"]["all"].gains["level 0"].ap50.high == 0


def test_groups_follow_difficulty_and_cameras(streets: Dataset, trained: Report) -> None:
    groups = trained.groups
    assert [len(groups[f"camera {name}"]) for name in CAMERAS] == [4, 4, 4]
    assert groups["seen"].tolist() == groups["camera north"].tolist() == [0, 1, 2, 3]
    assert len(groups["unseen"]) == 8
    for row in range(len(streets)):
        c = trained.confidences[row]
        something = bool((~streets.targets(row).ignore).any())
        assert (row in groups["hard"]) == (c < THRESHOLD if c is not None else something)
        assert (row in groups["easy"]) == (c is not None and c >= THRESHOLD)
    assert len(groups["hard"]) and len(groups["easy"])


def test_without_hard_frames_their_scores_are_unknown_and_nothing_fails(streets: Dataset) -> None:
    kinds = np.array(["easy"] * len(streets))
    assert len(group_frames(streets, kinds, ())["hard"]) == 0
    options = EvaluationOptions(roi_score=0.0, hard_threshold=0.0, resamples=5)
    report = evaluate_enhancer(make_enhancer(trained=True), streets, {}, options)
    content = as_artifact(report).model_dump()
    assert content["levels"]["4"]["hard"]["frames"] == 0
    assert content["levels"]["4"]["hard"]["map"] is content["levels"]["4"]["hard"]["map_interval"] is None
    assert content["discriminator"]["auc"] is None
    page = make_page(as_artifact(report), [], "x")
    assert "Easy frames (12)" in page and "Hard frames" not in page


def test_merged_boxes_are_compared_with_a_mirrored_pass(trained: Report) -> None:
    for fusion in ("union", "weighted"):
        merged = trained.of_kind(fusion)
        assert set(merged) == {"1", "2", "3", "4", "5", "mirrored"}
        control = merged["mirrored"]["all"]
        assert control.gains["mirrored"].ap50.value == 0
        gain = merged["2"]["all"].gains["mirrored"].ap50.value
        assert gain == pytest.approx(merged["2"]["all"].score.ap50.value - control.score.ap50.value)


def test_oracles_choose_frame_by_frame_among_equally_many(streets: Dataset, trained: Report) -> None:
    assert len(trained.passes.no_ops) == len(trained.passes.baselines) == 2
    by_frame = {
        name: evaluate(streets, found).frame_scores()[:, 1]
        for name, found in trained.passes.baselines.items()
    }
    best = np.fmax(trained.by_frame[0][:, 1], np.fmax(*by_frame.values()))
    choices = [trained.passes.levels[0], *trained.passes.baselines.values()]
    scores = [evaluate(streets, found).frame_scores() for found in choices]
    chosen = evaluate(streets, choose_best(choices, np.array(scores))).frame_scores()[:, 1]
    np.testing.assert_allclose(chosen, best)
    oracles = trained.of_kind("oracle")
    assert "no-ops" in oracles["baselines"]["all"].gains
    expected = mean_average_precision(streets, choose_best(choices, np.array(scores)))
    assert oracles["baselines"]["all"].score.ap50.value == pytest.approx(expected.ap50)


def test_the_first_choice_wins_ties_and_frames_without_ground_truth() -> None:
    choices = [[Detections.empty() for _ in range(3)] for _ in range(2)]
    scores = np.array(
        [[[0.5, 0.5], [np.nan, np.nan], [0.2, 0.6]], [[0.5, 0.5], [np.nan, np.nan], [0.3, 0.6]]]
    )
    best = choose_best(choices, scores)
    assert [best[row] is choices[choice][row] for row, choice in enumerate((0, 0, 1))] == [True] * 3


def test_mistakes_are_counted_at_the_score(streets: Dataset, trained: Report) -> None:
    errors = trained.of_kind("level")["0"]["all"].errors
    truth = sum(int((~streets.targets(row).ignore).sum()) for row in range(len(streets)))
    shown = sum(len(found.above(0.4)) for found in trained.passes.levels[0])
    assert errors.hits + errors.false_negatives == truth
    assert 0 < errors.hits + errors.false_positives <= shown


def test_json_has_the_promised_shape(trained: Report) -> None:
    content: dict[str, Any] = json.loads(as_artifact(trained).model_dump_json())
    for level in ("0", "1", "2", "3", "4", "5"):
        for group in ("all", "hard", "easy"):
            one = content["levels"][level][group]
            assert 0 <= one["map"] <= one["ap50"] <= 1
            assert one["frames"] == content["frames"][group]
            assert set(one["per_class"]) == {"car"}
    assert set(content["levels"]["0"]["cameras"]) == set(CAMERAS)
    assert content["frames"]["all"] == 12
    assert len(content["discriminator"]["tenths"]) == 10


def test_best_and_worst_cases_are_drawn_and_the_page_holds_all(
    streets: Dataset, trained: Report, tmp_path: Path
) -> None:
    ap50 = np.full((12, 2), 0.5)
    ap50[[0, 4, 6, 7, 9, 11], 1] = [np.nan, 0.5, 0.9, 0.7, 0.1, 0.6]
    by_frame = {level: ap50 if level else np.full((12, 2), 0.5) for level in range(6)}
    cases = find_cases(make_enhancer(trained=True), streets, replace(trained, by_frame=by_frame), count=2)
    assert [(case.row, round(case.gain, 3)) for case in cases] == [(6, 0.4), (7, 0.2), (9, -0.4)]
    write_gallery(tmp_path / "gallery", cases)
    pictures = sorted(path.name for path in (tmp_path / "gallery").iterdir())
    assert pictures == ["best-01-000007.jpg", "best-02-000008.jpg", "worst-01-000010.jpg"]
    assert Image.open(tmp_path / "gallery" / pictures[0]).size == (2 * 64 + 4, 32 + 34)
    page = make_page(as_artifact(trained), cases, "<b>small</b>")
    assert page.count("data:image/jpeg;base64,") == len(cases)
    assert "&lt;b&gt;small" in page and "<b>small" not in page
    assert "http" not in page, "a self-contained page refers to nothing outside"
    for camera in CAMERAS:
        assert camera in page


def test_frames_without_labels_and_unknown_classes_are_user_errors(streets: Dataset) -> None:
    unlabelled = open_dataset(streets.path.parent)
    with pytest.raises(TurboError, match="has no labels"):
        evaluate_enhancer(make_enhancer(trained=False), unlabelled, {}, OPTIONS)
    with pytest.raises(TurboError, match="no class 'cat'"):
        evaluate_enhancer(
            make_enhancer(trained=False), streets, {}, EvaluationOptions(classes={"cat": ("cat",)})
        )
