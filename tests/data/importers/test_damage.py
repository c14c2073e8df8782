"""Whatever happens to a source's files: a dataset or one clear error, no traceback, no half folder."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.importers.sources import read_back, write_image, write_text, write_video
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError

BOX = {
    "id": 1,
    "image_id": 1,
    "category_id": 3,
    "bbox": [1, 2, 3.5, 4],
    "area": 14,
    "iscrowd": 0,
    "score": 0.5,
}
BOX2D = {"x1": 1, "y1": 2, "x2": 4.5, "y2": 6}
XML = """<?xml version="1.0" encoding="utf-8"?>
<sequence name="MVI_1"><ignored_region><box left="1" top="2" width="3" height="4"/></ignored_region>
<frame density="1" num="1"><target_list><target id="1"><box left="1" top="2" width="3.5" height="4"/>
<attribute vehicle_type="van" speed="1"/></target></target_list></frame></sequence>"""


COCO = {
    "images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 80, "ignore_regions": [[0, 0, 9, 9]]}],
    "annotations": [BOX],
    "categories": [{"id": 3, "name": "car"}],
}
LABELS = [{"category": "car", "box2d": BOX2D}]
YAML = "path: .\ntrain: images\nnames:\n  0: car\n  1: bus\n"
ROWS = "0 0.5 0.5 0.5 0.25\n1 0.1 0.1 0.2 0.1 0.2 0.2\n"
MOT = "1,1,2,3,10,10,1,-1,-1,-1\n2,1,2,3,10,10,1,-1,-1,-1\n"

FILES = {
    "coco": ("coco", "labels.json", json.dumps(COCO)),
    "bdd100k of 2020": ("bdd100k", "labels.json", json.dumps([{"name": "a.png", "labels": LABELS}])),
    "bdd100k per image": ("bdd100k", "a.json", json.dumps({"name": "a", "frames": [{"objects": LABELS}]})),
    "yolo labels": ("yolo", "labels/a.txt", ROWS),
    "yolo description": ("yolo", "data.yaml", YAML),
    "aicity": ("aicity", "gt.txt", MOT),
    "ua-detrac": ("ua-detrac", "MVI_1.xml", XML),
}
"""By what is damaged: the format, the file and its good text."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the images and videos that all of these sources speak of."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("images/a.png", "images/a.jpg", "MVI_1/img00001.png"):
        write_image(folder / name)
    write_video(folder / "vdo.avi", 2)
    return folder


def damaged(content: bytes, data: st.DataObject) -> bytes:
    """Cut off, a byte changed, a piece taken out, or a piece replaced by what parsers dislike."""
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, min(start + 12, len(content))))
    nasty = st.sampled_from(
        [b"", b"null", b"-1", b"NaN", b"1e999", b"[", b"{}", b'"', b"\x00", b"\xff", b"\n", b"<"]
    )
    replacement = data.draw(nasty | st.binary(min_size=1, max_size=2))
    cut = data.draw(st.booleans()) and data.draw(st.booleans())
    return content[:start] if cut else content[:start] + replacement + content[end:]


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_damaged_labels(pictures: Path, kind: str, data: st.DataObject) -> None:
    format_name, file_name, text = FILES[kind]
    with tempfile.TemporaryDirectory() as name:
        source, out = Path(name) / "src", Path(name) / "out"
        shutil.copytree(pictures, source)
        write_text(source / "labels" / "a.txt", ROWS)
        write_text(source / "data.yaml", YAML)
        write_text(source / file_name, text).write_bytes(damaged(text.encode(), data))
        try:
            import_dataset(format_name, source, out, allow_bad=True)
        except TurboError:
            assert [found.name for found in out.parent.iterdir()] == ["src"]
        else:
            assert read_back(out).images
