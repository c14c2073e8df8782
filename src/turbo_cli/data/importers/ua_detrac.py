"""UA-DETRAC: an XML file a sequence, and a folder of numbered frames of the same name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from turbo_cli.data.images import IMAGE_SUFFIXES
from turbo_cli.data.importers.numbers import MalformedError, numbers, whole_number
from turbo_cli.data.importers.reading import files_below, measure
from turbo_cli.data.importers.report import Place, Reason, Report
from turbo_cli.data.importers.source import SourceBox, SourceFrame, SourceRegion
from turbo_cli.data.importers.xml_stream import Element, xml_elements
from turbo_cli.errors import TurboError

FPS = 25.0
"""By the data set's specification; the files do not say."""

XYWH = ("left", "top", "width", "height")


@dataclass
class _Annotations:
    """What one XML file says. frames: boxes by frame number (from 1); places: where each frame stands."""

    name: str
    regions: list[SourceRegion] = field(default_factory=list)
    frames: dict[int, list[SourceBox]] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)


def read_frames(source: Path, images: Path | None, report: Report) -> Iterator[SourceFrame]:
    """Every frame of every sequence.

    From the first annotated frame to the last, a frame that the XML passes over has no vehicles, as its
    authors mean it. Before and after, nothing vouches for that (a cut-down XML looks the same), so there the
    whole frame is an ignore region.
    """
    paths = files_below(source, [".xml"])
    if not paths:
        raise TurboError(f"{source}: no UA-DETRAC .xml file in it")
    root = images or (source.parent if source.is_file() else source)
    folders = {path.name: path for path in sorted(root.rglob("*"), reverse=True) if path.is_dir()}
    folders[root.name] = root
    for path in paths:
        annotations = _read_annotations(path, report)
        yield from _sequence(annotations, folders.get(annotations.name), path, report)


def _sequence(
    annotations: _Annotations, folder: Path | None, path: Path, report: Report
) -> Iterator[SourceFrame]:
    if not annotations.frames:
        return
    pictures = _numbered_pictures(folder) if folder else {}
    first, last = min(annotations.frames), max(annotations.frames)
    for number in sorted(pictures.keys() | annotations.frames.keys()):
        boxes = annotations.frames.get(number, [])
        place = annotations.places.get(number, Place(path, key=f"frame {number}"))
        if pictures and not 1 <= number <= max(pictures):
            report.skip(Reason.OUT_OF_RANGE, place, f"{number} of {max(pictures)}", 1 + len(boxes))
            continue
        size = measure(pictures.get(number), place, report, 1 + len(boxes))
        if size is None:
            continue
        regions = list(annotations.regions)
        if not first <= number <= last:
            regions.append(SourceRegion((0.0, 0.0, *size), place))
            report.unannotated += 1
        yield SourceFrame(
            annotations.name,
            pictures[number],
            *size,
            boxes=tuple(boxes),
            regions=tuple(regions),
            timestamp=(number - 1) / FPS,
            fps=FPS,
        )


def _numbered_pictures(folder: Path) -> dict[int, Path]:
    """`img00012.jpg` is frame 12."""
    pictures = {}
    for path in folder.iterdir():
        digits = re.search(r"(\d+)$", path.stem)
        if digits and path.suffix.lower() in IMAGE_SUFFIXES:
            pictures[int(digits.group())] = path
    return pictures


def _read_annotations(path: Path, report: Report) -> _Annotations:
    """Boxes stand in `frame > target_list > target`, a target's class in the attribute after its box."""
    elements = xml_elements(path)
    root = next(elements, None)
    if root is None or root.tag != "sequence" or "name" not in root.attributes:
        found = f"<{root.tag}>" if root else "nothing"
        raise TurboError(f"{path}: not a UA-DETRAC file: expected <sequence name=…>, found {found}")
    annotations = _Annotations(root.attributes["name"])
    for element in elements:
        if element.is_end:
            continue
        if element.tag == "ignored_region":
            annotations.regions = list(_regions(elements, path, report))
        elif element.tag == "frame":
            _read_frame(element, elements, annotations, path, report)
    return annotations


def _regions(elements: Iterator[Element], path: Path, report: Report) -> Iterator[SourceRegion]:
    for element in _inside("ignored_region", elements):
        if element.tag == "box":
            place = Place(path, element.line)
            try:
                yield SourceRegion(_xywh(element), place)
            except MalformedError as error:
                report.skip(Reason.MALFORMED, place, str(error))


def _read_frame(
    frame: Element, elements: Iterator[Element], annotations: _Annotations, path: Path, report: Report
) -> None:
    place = Place(path, frame.line)
    boxes = [box for box in (_target(target, path, report) for target in _targets(elements)) if box]
    try:
        number = whole_number(frame.attributes.get("num"), "num")
    except MalformedError as error:
        report.skip(Reason.MALFORMED, place, str(error), 1 + len(boxes))
        return
    if number in annotations.frames:
        report.skip(Reason.DUPLICATE, place, f"frame {number}", 1 + len(boxes))
        return
    annotations.frames[number] = boxes
    annotations.places[number] = place


def _targets(elements: Iterator[Element]) -> Iterator[list[Element]]:
    """The elements of each target of a frame, the target itself first."""
    for element in _inside("frame", elements):
        if element.tag == "target":
            yield [element, *_inside("target", elements)]


def _target(target: list[Element], path: Path, report: Report) -> SourceBox | None:
    by_tag = {element.tag: element for element in reversed(target)}
    box, attribute = by_tag.get("box"), by_tag.get("attribute")
    place = Place(path, box.line if box else target[0].line)
    try:
        if box is None:
            raise MalformedError("target without a box")
        if attribute is None or "vehicle_type" not in attribute.attributes:
            raise MalformedError("target without vehicle_type")
        return SourceBox(attribute.attributes["vehicle_type"], _xywh(box), place)
    except MalformedError as error:
        report.skip(Reason.MALFORMED, place, str(error))
        return None


def _xywh(box: Element) -> tuple[float, float, float, float]:
    left, top, width, height = numbers(box.attributes, XYWH)
    return left, top, width, height


def _inside(tag: str, elements: Iterator[Element]) -> Iterator[Element]:
    """What starts before the element `tag` ends."""
    for element in elements:
        if element.is_end and element.tag == tag:
            return
        if not element.is_end:
            yield element
