"""Each way of being wrong has its own line that names the file and the place."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.artifacts.formats import FORMATS, HASH, ROW_FORMATS, WEIGHTS_FORMATS, Format
from tests.artifacts.samples import PROVENANCE, SAMPLES
from turbo_cli.artifacts import (
    accuracy,
    dataset,
    detections,
    difficulty,
    enhancer,
    gan,
    latency,
    plan,
    roi_scores,
    trace,
)
from turbo_cli.artifacts.metadata import EditedFileWarning
from turbo_cli.artifacts.rows import Table
from turbo_cli.artifacts.weights import load_state
from turbo_cli.errors import TurboError

by_name = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
with_provenance = pytest.mark.parametrize(
    "kind", [*ROW_FORMATS, *WEIGHTS_FORMATS], ids=lambda kind: kind.name
)


def _written(kind: Format, folder: Path) -> Path:
    path = folder / kind.file_name
    kind.write(path, SAMPLES[kind.file_name])
    return path


def _error(read: Callable[..., Any], path: Path, *arguments: Any) -> str:
    with pytest.raises(TurboError) as caught:
        read(path, *arguments)
    return str(caught.value)


@by_name
def test_absent(kind: Format, tmp_path: Path) -> None:
    assert "no such file (run `turbo " in _error(kind.read, tmp_path / kind.file_name)


@by_name
def test_empty(kind: Format, tmp_path: Path) -> None:
    path = _written(kind, tmp_path)
    path.write_bytes(b"")
    assert f"{path}: is empty" in _error(kind.read, path)


@by_name
def test_directory(kind: Format, tmp_path: Path) -> None:
    assert f"{tmp_path}: is a directory" in _error(kind.read, tmp_path)
    assert f"{tmp_path}: is a directory" in _error(kind.write, tmp_path, SAMPLES[kind.file_name])


@with_provenance
def test_another_detector_or_other_weights(kind: Format, tmp_path: Path) -> None:
    path = _written(kind, tmp_path)
    kind.read(path, "tiny", HASH)
    assert "key detector: made for 'tiny', not 'yolov3'" in _error(kind.read, path, "yolov3")
    assert "key detector_weights_hash" in _error(kind.read, path, "tiny", "f" * 64)


@with_provenance
def test_another_kind(kind: Format, tmp_path: Path) -> None:
    path = _written(kind, tmp_path)
    for other in [*ROW_FORMATS, *WEIGHTS_FORMATS]:
        if other is not kind and (other in ROW_FORMATS) == (kind in ROW_FORMATS):
            assert f"is a {kind.name!r}, not a {other.name!r}" in _error(other.read, path)


@pytest.mark.parametrize("kind", ROW_FORMATS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("schema", 2, "key schema: schema 2 is newer than this turbo reads (1)"),
        ("schema", "1", "key schema: must be a whole number from 1, got '1'"),
        ("seed", "x", "key seed: input should be a valid integer"),
        ("sha256", "abc", "key sha256: string should match pattern"),
        ("colour", 1, "key colour: extra inputs are not permitted"),
    ],
)
def test_sidecar_keys(kind: Format, key: str, value: Any, problem: str, tmp_path: Path) -> None:
    path = _written(kind, tmp_path)
    sidecar = path.with_name(f"{path.name}.json")
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), key: value}))
    assert f"{sidecar}: {problem}" in _error(kind.read, path)


@pytest.mark.parametrize("kind", ROW_FORMATS, ids=lambda kind: kind.name)
def test_sidecar_absent(kind: Format, tmp_path: Path) -> None:
    path = _written(kind, tmp_path)
    path.with_name(f"{path.name}.json").unlink()
    assert f"{path}.json: no such file" in _error(kind.read, path)


EDITS = [
    (latency, "encode,1,20.5", "encode,1,-1", "line 2, column mean_ms: input should be greater than"),
    (latency, "encode,1,20.5", "encode,1,nan", "line 2, column mean_ms: input should be a finite number"),
    (latency, "layer-1,4,7.125", "layer-1,4,inf", "line 3, column mean_ms: input should be a finite number"),
    (latency, "layer-1,4,7.125", "layer-1,4,fast", "line 3, column mean_ms: input should be a valid number"),
    (latency, "layer-1,4,", "layer-1,0,", "line 3, column batch_size: input should be greater than"),
    (latency, "layer-1,4,", "encode,1,", "line 3: duplicate key: piece 'encode', batch_size 1"),
    (latency, "layer-1,4,", "layer-9,4,", "line 3, column piece: input should be"),
    (latency, "piece,batch_size", "piece,batchsize", "line 1: unknown column 'batchsize' (did you mean"),
    (latency, "23.5,31.0", "23.5,3.0", "line 2, median_ms ≤ p95_ms ≤ p99_ms does not hold"),
    (latency, "7.125,estimated,,,,,,,,,", "7.125,estimated,,,,,,,,", "line 3: has 12 columns, the header 13"),
    (difficulty, ",rois,class", ",class", "line 1: column 'rois' is missing"),
    (difficulty, ",rois,class", ",class,class", "line 1: column 'class' stands twice"),
    (difficulty, "north,1,0.0,1.0", "north,1,0.2,1.0", "line 3, difficulty 1.0 is not 1 − confidence 0.2"),
    (difficulty, "north,1,", "north,0,", "line 3: duplicate key: frame 0 of camera 'north'"),
    (difficulty, "north,0,", "north,7,", "line 3: column index: frame 1 of camera 'north' comes after"),
    (difficulty, '"5th', '"5th"', "line 4: is not valid CSV"),
    (accuracy, "0.125,0.02", "1.5,0.02", "line 3, column gain: input should be less than"),
    (accuracy, "0.125,0.02", "0.125,-0.1", "line 3, column standard_error: input should be greater"),
    (trace, "south,0,0.02", "south,0,0.5", "line 4: column arrived_at_s: 0.1 comes after 0.5"),
    (
        trace,
        "south,0,0.02,False",
        "south,0,0.02,perhaps",
        "line 3, column sent: input should be a valid bool",
    ),
    (plan, '"levels": [0, 4]', '"levels": [0]', "line 1: cameras, indices, difficulties and levels differ"),
    (plan, '"levels": [0, 4]', '"levels": [0, 9]', "line 1: key levels.1: input should be less than"),
    (plan, '"solve_ms": 0.21', '"solve_ms": NaN', "line 1: is not valid JSON: NaN is no JSON number"),
    (plan, '"solver": ', '"order": ', "line 1: is not valid JSON: key 'order' stands twice in one object"),
    (roi_scores, "[0.875, 0.3]", "[0.875, 1.3]", "line 1: key scores.1: input should be less than"),
    (roi_scores, '"objects": 2', '"objects": null', "line 1: objects and small_objects must both"),
    (roi_scores, '"average_precision": 0.5', '"average_precision": null', "line 1: average_precision must"),
    (roi_scores, '"index": 3', '"index": 0', "line 2: duplicate key: frame 0 of camera 'north'"),
    (plan, '"window": 1', '"window": 0', "line 2: key window: 0 comes after 0"),
]


@pytest.mark.parametrize(("module", "old", "new", "problem"), EDITS, ids=lambda part: str(part)[-30:])
@pytest.mark.filterwarnings("ignore::turbo_cli.errors.TurboWarning")
def test_bad_edits(module: Any, old: str, new: str, problem: str, tmp_path: Path) -> None:
    kind = next(kind for kind in ROW_FORMATS if kind.name == module.__name__.rsplit(".", 1)[-1])
    path = _written(kind, tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert f"{path}: {problem}" in _error(kind.read, path)


def test_a_byte_that_is_not_utf8_is_named_by_line_and_column(tmp_path: Path) -> None:
    path = _written(ROW_FORMATS[0], tmp_path)
    path.write_bytes(path.read_bytes().replace(b"north,1", b"n\xffrth,1"))
    with pytest.warns(EditedFileWarning):
        assert f"{path}: line 3, column 2: is not UTF-8 text" in _error(difficulty.read, path)


def test_a_valid_edit_is_read_with_a_warning_that_names_the_table(tmp_path: Path) -> None:
    path = _written(ROW_FORMATS[1], tmp_path)
    lines = path.read_text().splitlines()
    # As Excel leaves it: byte-order mark, other line ends, columns and rows moved, a row less, no bad row.
    swapped = [
        ",".join([*line.split(",")[1:], line.split(",")[0]]) for line in [lines[0], lines[1], lines[3]]
    ]
    path.write_text("\ufeff" + "\r\n".join(swapped) + "\r\n\r\n", newline="")
    with pytest.raises(TurboError, match="cut off"):
        latency.read(path)
    sidecar = path.with_name(f"{path.name}.json")
    sidecar.write_text(sidecar.read_text().replace('"lines": 4', '"lines": 3'))
    with pytest.warns(EditedFileWarning) as caught:
        table = latency.read(path)
    assert [str(each.message).split(":")[0] for each in caught] == [str(sidecar), str(path)]
    assert table.rows == (SAMPLES["latency.csv"].rows[0], SAMPLES["latency.csv"].rows[2])


def test_a_row_taken_out_of_the_middle_is_an_edit(tmp_path: Path) -> None:
    path = _written(ROW_FORMATS[1], tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[1], lines[3]]))
    with pytest.warns(EditedFileWarning, match="edited by hand"):
        assert len(latency.read(path).rows) == 2


def test_the_command_line_shows_the_warning_as_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from turbo_cli.cli.output import Output

    path = _written(ROW_FORMATS[1], tmp_path)
    path.write_text(path.read_text().replace("20.5", "20.75"))
    with Output().showing_warnings():
        latency.read(path)
        latency.read(path)
    line = f"warning: {path}: was edited by hand since turbo wrote it\n"
    assert capsys.readouterr().err.replace("\n", " ").split() == (line + line).split()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_a_bad_number_is_not_written(value: float, tmp_path: Path) -> None:
    path = tmp_path / "latency.csv"
    row = latency.PieceLatency("head", 1, value, "estimated")
    with pytest.raises(TurboError, match="row 1: column mean_ms"):
        latency.write(path, Table(PROVENANCE, (row,)))
    assert list(tmp_path.iterdir()) == []


def test_weights_that_hold_nan_are_neither_written_nor_read(tmp_path: Path) -> None:
    path = tmp_path / "gan.safetensors"
    bad = {"0.weight": torch.tensor([1.0, float("nan")])}
    good = {"0.weight": torch.tensor([1.0])}
    with pytest.raises(TurboError, match=r"key frame_discriminator\.0\.weight: holds NaN"):
        gan.write(path, gan.GanWeights(PROVENANCE, good, bad, good))
    assert not path.exists()


@pytest.mark.parametrize(
    ("knots", "problem"),
    [(((0.0, 0.25), (1.0, 0.5)), "does not fall"), (((1.0, 0.5), (1.0, 0.25)), "does not rise")],
)
def test_a_calibration_that_rises_or_repeats_a_logit_is_refused(
    knots: enhancer.Calibration, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "enhancer.safetensors"
    state = {"0.weight": torch.tensor([1.0])}
    with pytest.raises(TurboError, match=f"key calibration: .*{problem}"):
        enhancer.write(path, enhancer.EnhancerWeights(PROVENANCE, state, state, knots, ()))


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"weight": torch.zeros(2, 3)}, "key decoder.bias: missing"),
        (
            {"weight": torch.zeros(2, 2), "bias": torch.zeros(2)},
            r"key decoder.weight: shape \(2, 2\), needed",
        ),
        (
            {"weight": torch.zeros(2, 3), "bias": torch.zeros(2), "x": torch.zeros(1)},
            "key decoder.x: unknown",
        ),
    ],
)
def test_a_state_of_another_architecture(state: dict[str, torch.Tensor], problem: str) -> None:
    with pytest.raises(TurboError, match=problem):
        load_state(torch.nn.Linear(3, 2), state, Path("gan.safetensors"), "decoder")


def test_foreign_safetensors_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "gan.safetensors"
    save_file({"decoder.weight": torch.zeros(2)}, path, {"format": "pt"})
    assert f"{path}: key turbo: missing, so turbo did not write it" in _error(gan.read, path)


COCO = {
    "images": [{"id": 1, "width": 8, "height": 6, "file_name": "a.jpg", "license": 3}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "segmentation": []}],
    "categories": [{"id": 3, "name": "car", "supercategory": "vehicle"}],
    "licenses": [],
    "info": None,
}


def test_coco_json_from_elsewhere_is_read(tmp_path: Path) -> None:
    path = tmp_path / "instances.json"
    path.write_text(json.dumps(COCO))
    found = dataset.read(path)
    assert (found.annotations[0].area, found.info, found.labelled) == (12, {}, True)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"images": COCO["images"] * 2}, "key images.1.id: 1 stands here for the second time"),  # type: ignore[operator]
        ({"annotations": COCO["annotations"] * 2}, "key annotations.1.id: 1 stands here"),  # type: ignore[operator]
        ({"categories": []}, "key annotations.0.category_id: no category 3"),
        ({"images": []}, "key annotations.0.image_id: no image 1"),
        ({"info": {"turbo_schema": 2}}, "key info.turbo_schema: schema 2 is newer"),
        ({"info": {"turbo_schema": 2}, "images": {"1": []}}, "key info.turbo_schema: schema 2 is newer"),
        ({"images": [{"id": 1, "width": 0, "height": 6}]}, "key images.0.width: input should be greater"),
        ({"images": "x"}, "key images: input should be a valid"),
        (
            {"sequences": [{"camera": "a", "image_ids": [1, 2], "timestamps": [0, 1]}]},
            "key sequences.0.image_ids: no image 2",
        ),
    ],
)
def test_bad_datasets(change: dict[str, Any], problem: str, tmp_path: Path) -> None:
    path = tmp_path / "dataset.json"
    path.write_text(json.dumps({**COCO, **change}))
    assert f"{path}: {problem}" in _error(dataset.read, path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({}, "is not a COCO result list"),
        (
            [{"image_id": 1, "category_id": 3, "bbox": [0, 0, 1], "score": 0.5}],
            "key 0.bbox.3: field required",
        ),
        (
            [{"image_id": 1, "category_id": 3, "bbox": [0, 0, -1, 1], "score": 0.5}],
            "key 0.bbox.2: input should",
        ),
        ([{"image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 1], "score": 2}], "key 0.score: input should"),
        ([{"image_id": 1, "bbox": [0, 0, 1, 1], "score": 1}], "key 0.category_id: field required"),
    ],
)
def test_bad_detections(content: Any, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(content))
    assert f"{path}: {problem}" in _error(detections.read, path)
