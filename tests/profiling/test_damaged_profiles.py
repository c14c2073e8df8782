"""Damaged profiles: each is refused in one line that names the file, and the row and column or key."""

import json
import re
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.profiling.profiles.samples import ENHANCER, write_profile
from tests.small_detector import SmallDetector
from turbo_cli.artifacts.metadata import EditedFileWarning
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.levels import Levels
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.profile import load_profile

Damage = Callable[[Path], object]


def edit(name: str, before: str, after: str) -> Damage:
    """Replace the first place where a pattern stands."""

    def damage(folder: Path) -> None:
        text, count = re.subn(before, after, (folder / name).read_text("utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1
        (folder / name).write_text(text, "utf-8")

    return damage


def drop(name: str, pattern: str) -> Damage:
    """Remove all lines that begin with a pattern."""

    def damage(folder: Path) -> None:
        lines = (folder / name).read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not re.match(pattern, line)]
        assert len(kept) < len(lines)
        (folder / name).write_text("".join(kept), "utf-8")

    return damage


def repeat(name: str, line: int) -> Damage:
    """Write a line (counted from 1) once more, at the end."""

    def damage(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(text + text.splitlines(keepends=True)[line - 1], "utf-8")

    return damage


def set_key(name: str, key: str, value: object) -> Damage:
    """Write another value of a metadata key."""

    def damage(folder: Path) -> None:
        path = folder / f"{name}.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {key: value}), "utf-8")

    return damage


def cut(name: str, size: int) -> Damage:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:size])


DAMAGES: dict[str, tuple[Damage, str]] = {
    "negative latency": (
        edit("latency.csv", "^head,1,[0-9.]+", "head,1,-4.0"),
        r"latency\.csv: line 10, column mean_ms: input should be greater than or equal to 0",
    ),
    "batch that no memory holds": (
        edit("latency.csv", "^head,2,", "head,9999999999999,"),
        r"latency\.csv: line 11, column batch_size: input should be less than or equal to 4096",
    ),
    "latency that is not a number": (
        edit("latency.csv", "^head,1,[0-9.]+", "head,1,nan"),
        r"latency\.csv: line 10, column mean_ms: input should be a finite number",
    ),
    "infinite latency": (
        edit("latency.csv", "^encode,2,[0-9.]+", "encode,2,inf"),
        r"latency\.csv: line 7, column mean_ms: input should be a finite number",
    ),
    "latency in words": (
        edit("latency.csv", "^encode,2,[0-9.]+", "encode,2,fast"),
        r"latency\.csv: line 7, column mean_ms: input should be a valid number",
    ),
    "no latency": (
        edit("latency.csv", "^encode,2,[0-9.]+", "encode,2,"),
        r"latency\.csv: line 7, column mean_ms",
    ),
    "batch of no frames": (
        edit("latency.csv", "^encode,1,", "encode,0,"),
        r"latency\.csv: line 6, column batch_size: input should be greater than",
    ),
    "batch of half a frame": (
        edit("latency.csv", "^encode,2,", "encode,2.5,"),
        r"latency\.csv: line 7, column batch_size: input should be a valid integer",
    ),
    "unknown piece": (
        edit("latency.csv", "^layer-5,1,", "layer-6,1,"),
        r"latency\.csv: line 30, column piece: input should be",
    ),
    "unknown source": (
        edit("latency.csv", "measured", "guessed"),
        r"latency\.csv: line 2, column source: input should be",
    ),
    "measured in no runs": (
        edit("latency.csv", ",100,", ",,"),
        r"latency\.csv: line 2, runs is empty though source is 'measured'",
    ),
    "piece and batch size twice": (
        repeat("latency.csv", 7),
        r"latency\.csv: line 58: duplicate key: piece 'encode', batch_size 2",
    ),
    "missing piece": (drop("latency.csv", "layer-4,"), r"latency\.csv: piece 'layer-4' is missing"),
    "missing level": (drop("latency.csv", "level-2,"), r"latency\.csv: piece 'level-2' is missing"),
    "missing batch size 1": (
        drop("latency.csv", "encode,1,"),
        r"latency\.csv: batch_size 1 of piece 'encode' is missing",
    ),
    "missing column": (
        edit("latency.csv", "mean_ms,", ""),
        r"latency\.csv: line 1: column 'mean_ms' is missing",
    ),
    "unknown column": (
        edit("latency.csv", "mean_ms,", "mean_s,"),
        r"latency\.csv: line 1: unknown column 'mean_s' \(did you mean 'mean_ms'",
    ),
    "column twice": (
        edit("accuracy.csv", "gain,", "level,"),
        r"accuracy\.csv: line 1: column 'level' stands twice",
    ),
    "a cell too few": (
        edit("accuracy.csv", "^true,0.0,0.1,", "true,0.0,"),
        r"accuracy\.csv: line 2: has 8 columns, the header 9",
    ),
    "bucket missing": (
        drop("accuracy.csv", "true,0.3,0.4,"),
        r"accuracy\.csv: reading 'true': the bucket from difficulty 0\.3 to 0\.4 is missing",
    ),
    "last bucket missing": (
        lambda folder: write_profile(
            folder,
            change_gain=lambda row: row if (row.reading, row.difficulty_to) != ("predicted", 1) else None,
        ),
        r"accuracy\.csv: reading 'predicted': the bucket from difficulty 0\.9 to 1 is missing",
    ),
    "buckets overlap": (
        edit("accuracy.csv", "^true,0.5,0.6,", "true,0.5,0.7,"),
        r"accuracy\.csv: reading 'true': the bucket from difficulty 0\.5 to 0\.6 overlaps",
    ),
    "level missing in a bucket": (
        drop("accuracy.csv", "predicted,0.2,0.3\\d*,4,"),
        r"accuracy\.csv: reading 'predicted', difficulty_from 0\.2: level 4 is missing",
    ),
    "reading missing": (
        lambda folder: write_profile(folder, change_gain=lambda row: row if row.reading == "true" else None),
        r"accuracy\.csv: reading 'predicted': the bucket from difficulty 0 to 1 is missing",
    ),
    "bucket and level twice": (
        repeat("accuracy.csv", 12),
        r"accuracy\.csv: line 122: duplicate key: reading 'true', difficulty_from 0\.0, level 1",
    ),
    "level 0 gains": (
        edit("accuracy.csv", "^true,0.4,0.5,0,0[.0]*", "true,0.4,0.5,0,0.1"),
        r"accuracy\.csv: line 6, gain of level 0 must be 0",
    ),
    "level 6": (
        edit("accuracy.csv", "^true,0.0,0.1,5,", "true,0.0,0.1,6,"),
        r"accuracy\.csv: line 52, column level: input should be less than or equal to 5",
    ),
    "gain of more than 1": (
        edit("accuracy.csv", "^true,0.0,0.1,5,[0-9.]+", "true,0.0,0.1,5,3.5"),
        r"accuracy\.csv: line 52, column gain: input should be less than or equal to 1",
    ),
    "gain that is not a number": (
        edit("accuracy.csv", "^true,0.0,0.1,5,[0-9.]+", "true,0.0,0.1,5,nan"),
        r"accuracy\.csv: line 52, column gain: input should be a finite number",
    ),
    "negative standard error": (
        edit("accuracy.csv", "^(true,0.0,0.1,5,[0-9.]+),[0-9.]+", r"\1,-0.01"),
        r"accuracy\.csv: line 52, column standard_error: input should be greater",
    ),
    "difficulty of more than 1": (
        edit("accuracy.csv", "^true,0.9,1.0,0", "true,0.9,1.1,0"),
        r"accuracy\.csv: line 11, column difficulty_to: input should be less than or equal to 1",
    ),
    "unknown reading": (
        edit("accuracy.csv", "^true,0.0", "guessed,0.0"),
        r"accuracy\.csv: line 2, column reading: input should be",
    ),
    "newer schema": (
        set_key("latency.csv", "schema", 2),
        r"latency\.csv\.json: key schema: schema 2 is newer than this turbo reads \(1\)",
    ),
    "another kind": (
        set_key("accuracy.csv", "kind", "latency"),
        r"accuracy\.csv\.json: key kind: is a 'latency', not a 'accuracy'",
    ),
    "tables of two detectors": (
        set_key("latency.csv", "detector", "yolov3"),
        r"latency\.csv\.json: key detector: made for 'small', not 'yolov3'",
    ),
    "tables of two enhancers": (
        set_key("latency.csv", "parents", {"enhancer.safetensors": "d" * 64}),
        r"accuracy\.csv\.json: key parents: made with another enhancer than latency\.csv",
    ),
    "metadata that are no JSON": (
        cut("latency.csv.json", 100),
        r"latency\.csv\.json: is not valid JSON: line \d+, column \d+",
    ),
    "cut off in a row": (cut("latency.csv", 900), r"latency\.csv: line \d+: is cut off"),
    "cut off between rows": (
        lambda folder: cut("accuracy.csv", (folder / "accuracy.csv").read_bytes()[:-1].rindex(b"\n") + 1)(
            folder
        ),
        r"accuracy\.csv: line 120: is cut off",
    ),
    "empty table": (cut("accuracy.csv", 0), r"accuracy\.csv: is empty"),
    "table absent": (lambda folder: (folder / "latency.csv").unlink(), "has no latency.csv"),
    "metadata absent": (
        lambda folder: (folder / "accuracy.csv.json").unlink(),
        r"accuracy\.csv\.json: no such file: accuracy\.csv lies without its metadata",
    ),
    "not text": (
        lambda folder: (folder / "latency.csv").write_bytes(
            (folder / "latency.csv").read_bytes().replace(b"encode", b"\xffncode", 1)
        ),
        r"latency\.csv: line 6, column 1: is not UTF-8 text",
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_profile(tmp_path_factory.mktemp("damaged") / "profile")


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_profile_is_one_line_with_its_place(
    name: str, whole: Path, tmp_path: Path, turbo: RunTurbo
) -> None:
    damage, problem = DAMAGES[name]
    folder = Path(shutil.copytree(whole, tmp_path / "profile"))
    damage(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EditedFileWarning)
        with pytest.raises(TurboError, match=problem):
            load_profile(folder)
    finished = turbo("profile", "check", folder)
    [line] = [line for line in finished.err.splitlines() if not line.startswith("warning: ")]
    assert (finished.status, finished.out) == (2, "")
    assert line.startswith("error: ") and re.search(problem, line)


def test_the_whole_profile_is_read_without_a_word(whole: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        profile = load_profile(whole, SmallDetector(), Levels(parents={"e": ENHANCER}))
    assert not profile.assumed


def _wider() -> SmallDetector:
    detector = SmallDetector()
    detector.input_size = (96, 32)
    return detector


@pytest.mark.parametrize(
    ("detector", "levels", "problem"),
    [
        (_wider(), Levels(), r"key settings\.input_size: made for frames of \[64, 32\] pixels, not \[96, 32"),
        (SmallDetector(1), Levels(), "key detector_weights_hash: made for other weights"),
        (SmallDetector(), Levels(parents={"e": "d" * 64}), "key parents: made with another enhancer, not d"),
        (
            SmallDetector(),
            Levels("detectors:small"),
            "key settings.levels: made for levels 'enhancer', not 'detectors:small'",
        ),
    ],
)
def test_a_profile_of_another_detector_or_other_levels_is_refused(
    detector: SplitDetector, levels: Levels, problem: str, whole: Path
) -> None:
    with pytest.raises(TurboError, match=rf"latency\.csv\.json: {problem}"):
        load_profile(whole, detector, levels)


def test_a_folder_that_is_no_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TurboError, match="no such folder, and no shipped profile"):
        load_profile(tmp_path / "nowhere")
    with pytest.raises(TurboError, match=r"has no latency\.csv"):
        load_profile(tmp_path)
