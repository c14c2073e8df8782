"""Class maps: the shipped ones, the user's, and what is wrong with a file."""

from importlib import resources
from pathlib import Path

import pytest

from tests.data.importers.sources import write_text
from turbo_cli.coco import COCO_IDS
from turbo_cli.data.importers import FORMATS
from turbo_cli.data.importers.classes import load_class_map
from turbo_cli.errors import TurboError


@pytest.mark.parametrize("name", sorted({one.class_map for one in FORMATS.values() if one.class_map}))
def test_shipped_maps_lead_to_coco(name: str) -> None:
    targets = load_class_map(name, None).names.values()
    assert targets and all(target is None or target in COCO_IDS for target in targets)


def test_no_shipped_map_is_left_over() -> None:
    folder = resources.files("turbo_cli.data.importers") / "class_maps"
    assert {file.name for file in folder.iterdir()} == {
        one.class_map for one in FORMATS.values() if one.class_map
    }


def test_the_users_map_goes_over_the_shipped_one(tmp_path: Path) -> None:
    own = write_text(
        tmp_path / "own.yaml", "van: truck\nTram: Train\nhelmet: safety helmet\ncar: null\nno: 'yes'\n"
    )
    classes = load_class_map("ua-detrac.yaml", own)
    assert (classes["van"], classes["bus"], classes["tram"]) == ("truck", "bus", "train")
    assert (classes["Helmet"], classes["car"], classes["no"]) == ("safety helmet", None, "yes")
    assert "car" in classes and "Person" in classes and "ufo" not in classes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("van: car\nbus: bus\nVan: truck\n", "line 3: class 'van' is there twice"),
        ("van: [car, truck]\n", "line 1: expected one name or null"),
        ("van: car\nbus: {name: bus}\n", "line 2: expected one name or null"),
        ("van: car\nbus: ''\n", "line 2: empty name"),
        ("? [a, b]\n: car\n", "line 1: expected one name"),
        ("null: car\n", "line 1: the class has no name"),
        ("- car\n", "no class map"),
        ("van: car\n  bus: [", "line 2"),
        ("", "is empty"),
        ("# nothing\n", "no class map"),
        ("van: \x01\n", "not usable as YAML"),
        ("[" * 5000, "not usable as YAML"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, message: str) -> None:
    own = write_text(tmp_path / "own.yaml", text)
    with pytest.raises(TurboError, match=message) as caught:
        load_class_map("common.yaml", own)
    assert str(own) in str(caught.value)
