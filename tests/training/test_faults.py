"""What the user can mend in either stage: status 2, one line of what, where and what to do, no debris."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.small_detector import SmallDetector
from tests.training.stages import provenance, write_difficulty, write_gan
from turbo_cli.artifacts import dataset as dataset_artifact
from turbo_cli.artifacts import difficulty as difficulty_artifact
from turbo_cli.artifacts import gan as gan_artifact
from turbo_cli.data import open_dataset
from turbo_cli.data.selection import Selection
from turbo_cli.enhancement.generator import copy_encoder
from turbo_cli.training.game import Gan
from turbo_cli.training.stage_one import gan_weights

OTHER_WEIGHTS = "tests.training.faulty_detectors:other_weights"
SHORT = ["--iterations", "2", "--batch-size", "2", "--workers", "0"]


@dataclass(frozen=True)
class Fault:
    """options: behind the usual line; `prepare` changes the files before; `said`: parts of the one line.

    left: what may stay behind, besides what was there.
    """

    name: str
    options: list[str]
    said: list[str]
    prepare: Callable[[Path], object] = lambda folder: None
    left: tuple[str, ...] = ()


def all_of_class(class_: str) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        path = folder / "difficulty.csv"
        table = difficulty_artifact.read(path)
        row = next(row for row in table.rows if row.class_ == class_)
        rows = tuple(replace(row, camera=one.camera, index=one.index) for one in table.rows)
        difficulty_artifact.write(path, replace(table, rows=rows))

    return prepare


def difficulty_of_three_frames(folder: Path) -> None:
    frames = Selection(open_dataset(folder / "rectangles"), (0, 1, 2))
    write_difficulty(folder / "difficulty.csv", frames, SmallDetector())


def gan_with_an_encoder(folder: Path) -> None:
    detector = SmallDetector()
    weights = gan_weights(Gan(detector.channels, copy_encoder(detector)), provenance(detector))
    gan_artifact.write(folder / "gan.safetensors", weights)


def file_at(name: str, content: bytes = b"") -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def folder_at(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).mkdir()


def cut_off(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-9])


def no_labels(folder: Path) -> None:
    (folder / "rectangles" / "dataset.json").unlink()


STAGE_ONE = [
    Fault(
        "no hard frames", [], ["difficulty.csv: 0 hard frames of 6", "--hard-quantile"], all_of_class("easy")
    ),
    Fault(
        "no easy frames", [], ["difficulty.csv: 0 easy frames of 6", "--hard-quantile"], all_of_class("hard")
    ),
    Fault(
        "difficulty for other weights",
        ["--detector", OTHER_WEIGHTS],
        ["difficulty.csv.json: key detector_weights_hash", "other weights of 'small'", "make it anew"],
    ),
    Fault(
        "difficulty for another dataset",
        [],
        ["difficulty.csv: has no row for frame 0 of camera 'south'", "turbo label-difficulty"],
        difficulty_of_three_frames,
    ),
    Fault("no difficulty", ["--difficulty", "none.csv"], ["none.csv", "turbo label-difficulty"]),
    Fault("crop of no size", ["--crop", "12by3"], ["'12by3': not WIDTHxHEIGHT", "640x384"]),
    Fault("crop no multiple", ["--crop", "40x32"], ["--crop 40x32: small takes multiples of 32", "round"]),
    Fault("crop too large", ["--crop", "96x32"], ["--crop 96x32: larger than", "64x32", "leave out --crop"]),
    Fault(
        "log is a file",
        ["--log", "log"],
        ["log: cannot write the log", "--log"],
        file_at("log"),
    ),
    Fault(
        "log below a file",
        ["--log", "log/gan"],
        ["log/gan: cannot write the log"],
        file_at("log"),
    ),
    Fault("unknown objective", ["--adversarial", "ralss"], ["no objective 'ralss'", "did you mean 'rals'"]),
    Fault("half of a pair", ["--only-discriminator"], ["--only-discriminator and --init", "both or neither"]),
    Fault("no learning", ["--lr-discriminator", "0"], ["--lr-discriminator must be above 0, got 0"]),
    Fault("negative rate", ["--learning-rate", "-1"], ["--learning-rate must be above 0, got -1"]),
    Fault(
        "out is a folder",
        [],
        ["out.safetensors: is a directory", "name a file"],
        folder_at("out.safetensors"),
    ),
    Fault(
        "nothing to resume", ["--resume"], ["out.safetensors.checkpoint: no checkpoint", "without --resume"]
    ),
    Fault(
        "stale checkpoint",
        [],
        ["out.safetensors.checkpoint: a run that was broken off", "--resume, or remove it"],
        file_at("out.safetensors.checkpoint"),
    ),
    Fault(
        "damaged checkpoint",
        ["--resume"],
        ["out.safetensors.checkpoint: not a readable checkpoint", "without --resume"],
        file_at("out.safetensors.checkpoint", b"PK\x03\x04"),
    ),
    Fault(
        "losses that explode",
        ["--learning-rate", "1e30", "--iterations", "9", "--save-every", "1"],
        ["step 2: the ", " on frames ", "of camera", "--learning-rate", "checkpoint stays"],
        left=("out.safetensors.checkpoint",),
    ),
    Fault(
        "out of memory",
        ["--detector", "tests.training.faulty_detectors:hungry", "--batch-size", "4"],
        ["--batch-size 4: not enough memory", "--batch-size 1 fits"],
    ),
]
STAGE_TWO = [
    Fault(
        "gan of other weights",
        ["--detector", OTHER_WEIGHTS],
        ["gan.safetensors: key detector_weights_hash", "other weights of 'small'", "make it anew"],
    ),
    Fault("damaged gan", [], ["gan.safetensors: is damaged", "turbo train-gan"], cut_off("gan.safetensors")),
    Fault(
        "gan with an encoder",
        [],
        ["gan.safetensors: its generator has an encoder", "--no-freeze-encoder", "--generator"],
        gan_with_an_encoder,
    ),
    Fault("no labels", [], ["rectangles: has no labels", "--loss distill"], no_labels),
    Fault(
        "unknown camera", ["--validate-on", "nort"], ["rectangles: no camera 'nort'", "did you mean 'north'"]
    ),
    Fault("all held out", ["--validate-on", "north,south"], ["every camera is held out", "hold out fewer"]),
    Fault("patience alone", ["--patience", "2"], ["--patience: nothing is held out", "give --validate-on"]),
    Fault("no such level", ["--levels", "0,6"], ["--levels (0, 6): must be some of 1…5"]),
    Fault("levels in words", ["--levels", "one"], ["--levels 'one': not numbers like 1,3,5"]),
    Fault("unknown loss", ["--loss", "detecton"], ["no term 'detecton'", "did you mean 'detection'"]),
    Fault("loss of no weight", ["--loss", "distill=x"], ["'distill=x': the weight is no number"]),
    Fault("regulariser alone", ["--loss", "adversarial"], ["distill and features have weight 0", "give one"]),
    Fault("unknown degradation", ["--degrade", "fogg"], ["no degradation 'fogg'", "did you mean 'fog'"]),
    Fault("crop no multiple", ["--crop", "64x40"], ["--crop 64x40: small takes multiples of 32", "round"]),
    Fault("unknown class", ["--classes", "cat", "--validate-on", "north"], ["no class 'cat'"]),
    Fault("no photographs", ["--photographs", "none"], ["none: no such file or folder"]),
    Fault("no such device", ["--device", "gpu"], ["unknown device 'gpu'", "use cpu, cuda"]),
    Fault(
        "losses that are not finite",
        ["--detector", "tests.training.faulty_detectors:diverging"],
        ["step 1: the distill loss is nan", "on frames", "of camera 'north'", "--learning-rate"],
    ),
    Fault(
        "out of memory",
        ["--detector", "tests.training.faulty_detectors:hungry", "--batch-size", "5"],
        ["--batch-size 5: not enough memory", "--batch-size 1 fits"],
    ),
    Fault(
        "out of memory for one",
        ["--detector", "tests.training.faulty_detectors:starving"],
        ["--batch-size 2: not enough memory", "not even one sample fits", "--crop"],
    ),
]


@pytest.fixture
def folder(rectangles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: two cameras' frames and all that either stage reads."""
    path = rectangles / "dataset.json"
    content = dataset_artifact.read(path)
    cameras = ("north", "south")
    images = tuple(
        image.model_copy(update={"camera": cameras[i // 3], "frame_index": i})
        for i, image in enumerate(content.images)
    )
    dataset_artifact.write(path, content.model_copy(update={"images": images}))
    write_difficulty(tmp_path / "difficulty.csv", open_dataset(rectangles), SmallDetector())
    write_gan(tmp_path / "gan.safetensors", SmallDetector())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check(fault: Fault, line: list[str], folder: Path, turbo: RunTurbo) -> None:
    fault.prepare(folder)
    before = files(folder)
    usual = ["--detector", "tests.small_detector:make", "--dataset", "rectangles", "--out", "out.safetensors"]
    finished = turbo(*line, *usual, *SHORT, *fault.options)
    assert (finished.status, finished.out) == (2, "")
    assert finished.err.startswith("error: ") and finished.err.count("\n") == 1, finished.err
    for part in fault.said:
        assert part in finished.err
    after = files(folder)
    assert {name: content for name, content in after.items() if name not in fault.left} == before


@pytest.mark.parametrize("fault", STAGE_ONE, ids=lambda fault: fault.name)
def test_stage_one_refuses(fault: Fault, folder: Path, turbo: RunTurbo) -> None:
    check(fault, ["train-gan", "--difficulty", "difficulty.csv"], folder, turbo)


@pytest.mark.parametrize("fault", STAGE_TWO, ids=lambda fault: fault.name)
def test_stage_two_refuses(fault: Fault, folder: Path, turbo: RunTurbo) -> None:
    check(fault, ["train-multiexit", "--gan", "gan.safetensors"], folder, turbo)
