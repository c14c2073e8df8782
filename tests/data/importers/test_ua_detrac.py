"""UA-DETRAC: the real sample to the last box, and what its files can do wrong."""

from pathlib import Path

import pytest

from tests.data.importers.sources import bad_counts, bad_rows, boxes_of, read_back, write_image, write_text
from turbo_cli.data import open_dataset
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError


def target(box: str, kind: str = "car") -> str:
    return f'<target id="1">\n<box {box}/>\n<attribute speed="1" vehicle_type="{kind}"/>\n</target>'


def sequence(frames: str, regions: str = '<box left="0" top="0" width="40" height="10"/>') -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<sequence name="MVI_1">\n'
        f"<ignored_region>{regions}</ignored_region>\n{frames}\n</sequence>"
    )


def frame(number: int | str, *targets: str) -> str:
    return f'<frame density="1" num="{number}"><target_list>{"".join(targets)}</target_list></frame>'


GOOD = 'left="10" top="20" width="30" height="40"'


def write_source(folder: Path, xml: str, frames: int = 6) -> Path:
    write_text(folder / "annotations" / "MVI_1_v3.xml", xml)
    for number in range(1, frames + 1):
        write_image(folder / "images" / "MVI_1" / f"img{number:05}.jpg")
    return folder


def test_real_sample(shared_data: Path, tmp_path: Path) -> None:
    imported = import_dataset("ua-detrac", shared_data / "ua-detrac", tmp_path / "out")
    summary = imported.summary()
    assert (summary["frames"], summary["cameras"], summary["boxes"]) == (9, 1, {"car": 5})
    # Seven regions a frame; the XML ends with frame 2, so the seven frames after it are ignored whole.
    assert (summary["ignore_regions"], summary["unannotated"]) == (7 * 9 + 7, 7)
    assert (summary["bad"], summary["clipped"]) == (0, 2)
    content = read_back(tmp_path / "out")
    # 378.8 + 162.2 = 541 sticks out of 540 lines.
    assert boxes_of(content, 0) == [
        ("car", [592.75, 378.8, 160.05, 161.2]),
        ("car", [557.65, 120.98, 47.2, 43.06]),
    ]
    assert [len(boxes_of(content, index)) for index in range(9)] == [2, 3, 0, 0, 0, 0, 0, 0, 0]
    assert content.images[0].ignore_regions[0] == pytest.approx((778.75, 24.75, 181.25, 63.5))
    assert list(content.images[2].ignore_regions[-1]) == [0, 0, 960, 540]
    assert content.sequences[0].fps == 25
    assert content.sequences[0].timestamps[:3] == (0, 0.04, 0.08)


def test_real_sample_opens(shared_data: Path, tmp_path: Path) -> None:
    import_dataset("ua-detrac", shared_data / "ua-detrac" / "MVI_20011.xml", tmp_path / "out")
    dataset = open_dataset(tmp_path / "out")
    assert dataset.frame(8).shape == (540, 960, 3)
    assert dataset.frames[1].camera == "MVI_20011"
    assert dataset.targets(1).boxes_xyxy[2].tolist() == pytest.approx([545, 88.53, 580.7, 119.13], abs=1e-3)
    assert len(dataset.targets(0).ignore_regions_xyxy) == 7


def test_classes_and_frames_without_vehicles(tmp_path: Path) -> None:
    frames = frame(2, target(GOOD), target(GOOD, "van"), target(GOOD, "bus")) + frame(
        5, target(GOOD, "others")
    )
    imported = import_dataset("ua-detrac", write_source(tmp_path / "src", sequence(frames)), tmp_path / "out")
    content = imported.dataset
    assert imported.summary()["boxes"] == {"car": 2, "bus": 1, "truck": 1}
    assert [len(boxes_of(content, index)) for index in range(6)] == [0, 3, 0, 0, 1, 0]
    whole = (0, 0, 100, 80)
    assert [whole in image.ignore_regions for image in content.images] == [
        True,
        False,
        False,
        False,
        False,
        True,
    ]
    assert content.images[2].ignore_regions == ((0, 0, 40, 10),)


def test_bad_rows_are_listed_with_their_lines(tmp_path: Path) -> None:
    frames = "\n".join(
        [
            frame(1, target(GOOD), target('left="200" top="0" width="5" height="5"')),  # box in line 8
            frame(2, target('left="5" top="5" width="0" height="5"')),  # 12
            frame(3, target('left="NaN" top="5" width="9" height="5"')),  # 16
            frame(4, target('left="x" top="5" width="9" height="5"')),  # 20
            frame(5, target(GOOD, "tram")),  # 24
            frame(7, target(GOOD), target(GOOD)),  # frame in 27
            frame(5, target(GOOD)),
            frame("five", target(GOOD)),
            frame(6, '<target id="9"></target>'),
        ]
    )
    source = write_source(tmp_path / "src", sequence(frames))
    with pytest.raises(TurboError, match=r"13 of 20 rows are bad \(65%\).*--allow-bad"):
        import_dataset("ua-detrac", source, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    import_dataset("ua-detrac", source, tmp_path / "out", allow_bad=True)
    name = "MVI_1_v3.xml"
    rows = bad_rows(tmp_path / "out")
    assert ("outside the image", name, 8, None) in rows
    assert ("zero area", name, 12, None) in rows
    assert ("not a finite number", name, 16, None) in rows
    assert ("malformed row", name, 20, None) in rows
    assert ("unknown class", name, 24, None) in rows
    assert ("frame number out of range", name, 27, None) in rows
    assert bad_counts(tmp_path / "out") == {
        "outside the image": 1,
        "zero area": 1,
        "not a finite number": 1,
        "malformed row": 4,
        "unknown class": 1,
        "frame number out of range": 3,
        "duplicate": 2,
    }
    assert boxes_of(read_back(tmp_path / "out"), 0) == [("car", [10, 20, 30, 40])]


def test_a_missing_or_unreadable_image_takes_its_boxes_along(tmp_path: Path) -> None:
    frames = "".join(frame(number, target(GOOD), target(GOOD)) for number in range(1, 7))
    source = write_source(tmp_path / "src", sequence(frames))
    (source / "images" / "MVI_1" / "img00003.jpg").unlink()
    (source / "images" / "MVI_1" / "img00004.jpg").write_bytes(b"")
    import_dataset("ua-detrac", source, tmp_path / "out", allow_bad=True)
    assert bad_counts(tmp_path / "out") == {"missing image": 3, "unreadable image": 3}
    assert len(read_back(tmp_path / "out").images) == 4


def test_no_frames_for_a_sequence(tmp_path: Path) -> None:
    path = write_text(tmp_path / "MVI_1.xml", sequence(frame(1, target(GOOD))))
    with pytest.raises(TurboError, match=r"missing image.*--images"):
        import_dataset("ua-detrac", path, tmp_path / "out")
    write_image(tmp_path / "elsewhere" / "MVI_1" / "img00001.jpg")
    imported = import_dataset("ua-detrac", path, tmp_path / "out", images=tmp_path / "elsewhere")
    assert imported.summary()["boxes"] == {"car": 1}


def billion_laughs() -> str:
    entities = ['<!ENTITY e0 "ha">']
    entities += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    return (
        f'<?xml version="1.0"?>\n<!DOCTYPE s [{"".join(entities)}]>\n<sequence name="MVI_1">&e9;</sequence>'
    )


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (billion_laughs(), "line 2: has a document type"),
        ('<!DOCTYPE s SYSTEM "file:///etc/passwd"><sequence name="a"/>', "line 1: has a document type"),
        (sequence(frame(1, target(GOOD)))[:-20], "not well-formed XML"),
        ("<annotation><folder>VOC</folder></annotation>", "expected <sequence name=…>, found <annotation>"),
        ("", "not well-formed XML"),
        ('<?xml version="1.0" encoding="klingon"?><sequence name="a"/>', "cannot be read: unknown encoding"),
        (sequence(""), "no frame can be used"),
    ],
    ids=["billion-laughs", "external-entity", "truncated", "other-xml", "empty", "encoding", "no-frames"],
)
def test_files_that_are_refused(tmp_path: Path, xml: str, message: str) -> None:
    source = write_source(tmp_path / "src", xml)
    with pytest.raises(TurboError, match=message):
        import_dataset("ua-detrac", source, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["src"]
