"""Profiles on disk: found, read, and refused where something is missing or does not belong together."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.scheduling.windows import gain_rows, latency_rows, write_profile
from tests.small_detector import SmallDetector
from turbo_cli.artifacts import accuracy
from turbo_cli.errors import TurboError
from turbo_cli.scheduling import profile
from turbo_cli.scheduling.gains import gain_table
from turbo_cli.scheduling.latency import latency_profile
from turbo_cli.scheduling.profile import load_profile


def test_a_profile_has_gains_for_each_order_and_latencies(tmp_path: Path) -> None:
    small = SmallDetector()
    own = write_profile(tmp_path / "own", detector="small", weights_hash=small.weights_hash)
    loaded = load_profile(own, small)
    assert loaded.latency.ms("encode", 4) == 18
    assert loaded.gains("detect-first").of([0.95])[0, 5] == pytest.approx(0.09)
    assert loaded.gains("discriminate-first", "lower").of([0.95])[0, 5] == pytest.approx(0.09 - 0.0196)
    assert not loaded.assumed
    assert loaded.roi_score == 0.3
    assert load_profile(write_profile(tmp_path / "drawn", source="assumed")).assumed


def test_a_profile_says_what_is_a_roi(tmp_path: Path) -> None:
    folder = write_profile(tmp_path / "own")
    table = accuracy.read(folder / "accuracy.csv")
    provenance = table.provenance.model_copy(update={"settings": {"roi_score": 0.1}})
    accuracy.write(folder / "accuracy.csv", replace(table, provenance=provenance))
    assert load_profile(folder).roi_score == 0.1


def test_shipped_profiles_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src" / "turbo_cli").mkdir(parents=True)
    monkeypatch.setattr(profile, "PACKAGE", tmp_path / "src" / "turbo_cli")
    in_checkout = write_profile(tmp_path / "profiles" / "t4" / "yolov3")
    assert load_profile("t4/yolov3").folder == in_checkout
    with pytest.raises(TurboError, match=r"t4/yolo: no such folder.*did you mean 't4/yolov3'"):
        load_profile("t4/yolo")
    in_wheel = write_profile(tmp_path / "src" / "turbo_cli" / "profiles" / "t4" / "yolov3")
    assert load_profile("t4/yolov3").folder == in_wheel


def test_tables_of_different_detectors_or_weights_are_refused(tmp_path: Path) -> None:
    one = write_profile(tmp_path / "one")
    other_detector = write_profile(tmp_path / "two", detector="yolov3")
    other_weights = write_profile(tmp_path / "three", weights_hash="b" * 64)
    for mixed, key in ((other_detector, "detector"), (other_weights, "detector_weights_hash")):
        for name in ("latency.csv", "latency.csv.json"):
            (mixed / name).write_bytes((one / name).read_bytes())
        with pytest.raises(TurboError, match=rf"{mixed.name}/.*csv\.json: key {key}: made for"):
            load_profile(mixed)
    with pytest.raises(TurboError, match="made for 'tiny', not 'small'"):
        load_profile(one, SmallDetector())


def test_a_piece_or_batch_size_that_is_missing_is_named() -> None:
    rows = latency_rows()
    with pytest.raises(TurboError, match=r"^t\.csv: piece 'layer-3' is missing"):
        latency_profile([row for row in rows if row.piece != "layer-3"], Path("t.csv"))
    with pytest.raises(TurboError, match=r"^latency\.csv: batch_size 1 of piece 'head' is missing"):
        latency_profile([row for row in rows if (row.piece, row.batch_size) != ("head", 1)])


def test_a_bucket_or_level_that_is_missing_is_named() -> None:
    rows = gain_rows()
    with pytest.raises(
        TurboError, match=r"^a\.csv: reading 'true', difficulty_from 0\.3: level 2 is missing"
    ):
        gain_table(
            [row for row in rows if (row.difficulty_from, row.level) != (0.3, 2)], "true", path=Path("a.csv")
        )
    for gone, named in ((0.0, "0 to 0.1"), (0.4, "0.4 to 0.5"), (0.9, "0.9 to 1")):
        with pytest.raises(TurboError, match=f"'predicted': the bucket from difficulty {named} is missing"):
            gain_table([row for row in rows if row.difficulty_from != gone], "predicted")
    with pytest.raises(TurboError, match="from difficulty 0 to 1 is missing"):
        gain_table([row for row in rows if row.reading == "true"], "predicted")


def test_a_difficulty_on_an_edge_belongs_to_the_bucket_above() -> None:
    table = gain_table(gain_rows(), "true")
    assert table.buckets([0, 0.1, 0.0999, 0.3, 1]).tolist() == [0, 1, 0, 3, 9]


def test_between_batch_sizes_time_is_linear_and_beyond_the_largest_there_are_several() -> None:
    latency = latency_profile(latency_rows(largest=4))
    assert [latency.ms("head", n) for n in (0, 1, 3, 4)] == [0, 12, 16, 18]
    assert latency.ms("head", 11) == 2 * 18 + 16
    assert latency.table("head", 8).tolist() == [0, 12, 14, 16, 18, 30, 32, 34, 36]
    assert latency.scaled(2).ms("head", 3) == 32
    one_slower = latency.scaled({"head": 1.5})
    assert (one_slower.ms("head", 3), one_slower.ms("encode", 3)) == (24, 16)
