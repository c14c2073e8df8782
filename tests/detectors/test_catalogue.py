"""The catalogue agrees with the detectors that it speaks of, and with the page about them."""

import pytest

from tests.conftest import REPOSITORY
from turbo_cli.detectors.catalogue import CATALOGUE, family_module


@pytest.mark.parametrize("name", ["faster-rcnn", "efficientdet-d0", "efficientdet-d4"])
def test_input_sizes_are_those_of_the_libraries(name: str) -> None:
    assert family_module(name).build(name, None).input_size == CATALOGUE[name].input_size


def test_input_sizes_are_those_of_the_darknet_family() -> None:
    known = {name: entry.input_size for name, entry in CATALOGUE.items() if entry.family == "darknet"}
    assert known == {"yolov3": (416, 416), "yolo-fastest-xl": (640, 384)}


def test_the_page_on_detectors_has_the_same_table() -> None:
    rows = [line for line in (REPOSITORY / "docs" / "detectors.md").read_text().splitlines() if "| `" in line]
    assert [row.split(" | ")[:4] for row in rows] == [
        [f"| `{name}`", "x".join(map(str, entry.input_size)), entry.origin, entry.licence]
        for name, entry in CATALOGUE.items()
    ]
