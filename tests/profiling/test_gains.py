"""The accuracy profile on a small dataset."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.profiling.streets import make_enhancer, make_ladder, make_streets
from turbo_cli.artifacts import accuracy
from turbo_cli.artifacts.accuracy import AccuracyTable, LevelGain
from turbo_cli.artifacts.metadata import hash_file
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.detectors.running import detect_frames
from turbo_cli.enhancement.difficulty import confidence
from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.metrics import evaluate
from turbo_cli.profiling.gains import ONE_CAMERA, TRAINED_ON, measure_gains


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make_streets(tmp_path_factory.mktemp("gains") / "streets")


@pytest.fixture(scope="module")
def table(streets: Dataset) -> AccuracyTable:
    return measure_gains(make_ladder(streets.path.parent, trained=True), streets)


def rows_of(table: AccuracyTable, reading: str, level: int) -> list[LevelGain]:
    return [row for row in table.rows if (row.reading, row.level) == (reading, level)]


def test_every_reading_bucket_and_level_has_a_row_that_reads_back(
    table: AccuracyTable, tmp_path: Path
) -> None:
    assert len(table.rows) == 2 * 10 * 6
    accuracy.write(tmp_path / "accuracy.csv", table)
    assert accuracy.read(tmp_path / "accuracy.csv") == table
    for reading in ("true", "predicted"):
        assert all(row.gain == row.standard_error == 0 for row in rows_of(table, reading, 0))
        for level in range(1, 6):
            rows = rows_of(table, reading, level)
            assert [row.difficulty_from for row in rows] == [k / 10 for k in range(10)]
            assert all(row.standard_error > 0 and row.source == "measured" for row in rows)
            assert all((row.raw_gain is None) == (row.frames == 0) for row in rows)


def test_raw_gains_are_those_of_frames_with_ground_truth_on_unseen_cameras(
    streets: Dataset, table: AccuracyTable
) -> None:
    enhancer = make_enhancer(trained=True)
    images, geometry = enhancer.detector.prepare([streets.frame(i) for i in range(len(streets))])
    plain = list(detect_frames(enhancer.detector, streets))
    before = evaluate(streets, plain).frame_scores()[:, 0]
    after = evaluate(streets, enhancer.run(images, [3] * 12, geometry=geometry)).frame_scores()[:, 0]
    unseen = [info.camera != "north" for info in streets.frames]
    counted = [i for i in range(12) if unseen[i] and np.isfinite(before[i])]
    assert 0 < len(counted) < 8
    theta = {
        "true": [1 - (confidence(plain[i]) or 0) for i in counted],
        "predicted": enhancer.predict_difficulties(images[counted]),
    }
    for reading, difficulties in theta.items():
        for row in rows_of(table, reading, 3):
            own = [
                i
                for i, difficulty in zip(counted, difficulties, strict=True)
                if row.difficulty_from <= difficulty < row.difficulty_to
            ]
            assert row.frames == len(own)
            if own:
                assert row.raw_gain == pytest.approx(np.mean(after[own] - before[own]), abs=1e-5)


def test_the_metadata_say_what_it_was_measured_on(streets: Dataset, table: AccuracyTable) -> None:
    assert table.provenance.settings["cameras"] == ["south", "west"]
    assert table.provenance.settings["warnings"] == []
    file = streets.path.parent / "enhancer.safetensors"
    assert table.provenance.parents["enhancer.safetensors"] == hash_file(file)
    assert "labels.json" in table.provenance.parents
    assert table.provenance.detector == "small"


def test_an_untrained_enhancer_gains_exactly_nothing(streets: Dataset, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = measure_gains(make_ladder(tmp_path, trained=False), streets, {"vehicle": ("car",)})
    assert {row.gain for row in table.rows} == {0}
    assert table.provenance.settings["classes"] == {"vehicle": ["car"]}


def test_cameras_that_were_trained_on_are_measured_on_only_if_there_are_no_others(
    streets: Dataset, tmp_path: Path
) -> None:
    ladder = make_ladder(tmp_path, True, training_cameras=("north", "south", "west", "east"))
    with pytest.warns(TurboWarning, match="was trained on"):
        table = measure_gains(ladder, streets)
    assert table.provenance.settings["warnings"] == [TRAINED_ON]
    assert table.provenance.settings["cameras"] == ["north", "south", "west"]


def test_a_single_camera_says_so(streets: Dataset, tmp_path: Path) -> None:
    ladder = make_ladder(tmp_path, True, training_cameras=("north", "south"))
    with pytest.warns(TurboWarning, match="one camera"):
        table = measure_gains(ladder, streets)
    assert table.provenance.settings["warnings"] == [ONE_CAMERA]


def test_nothing_to_judge_by_is_one_line(streets: Dataset, tmp_path: Path) -> None:
    ladder = make_ladder(tmp_path, trained=False)
    with pytest.raises(TurboError, match="has no labels"):
        measure_gains(ladder, open_dataset(streets.path.parent))
    with pytest.raises(TurboError, match="no class 'cat'"):
        measure_gains(ladder, streets, {"cat": ("cat",)})
