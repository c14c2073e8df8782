"""From a source's class names to COCO's: a map from a YAML file over the map shipped for the format."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import yaml

from turbo_cli.coco import COCO_IDS
from turbo_cli.data.importers.reading import read_text, yaml_errors
from turbo_cli.errors import TurboError

NULL_TAG = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class ClassMap:
    """Source class (case does not matter) → COCO's name, another name, or None to drop its boxes.

    A name of COCO's own that is not in the map means itself.
    """

    names: Mapping[str, str | None]

    def __contains__(self, source: str) -> bool:
        return _key(source) in self.names or _key(source) in COCO_IDS

    def __getitem__(self, source: str) -> str | None:
        return self.names.get(_key(source), _key(source))


def load_class_map(shipped: str, own: Path | None) -> ClassMap:
    """The shipped map of that name, overridden by the entries of the user's own file."""
    names = _parse(_shipped_text(shipped), Path(shipped))
    if own is not None:
        names |= _parse(read_text(own), own)
    return ClassMap(names)


def _shipped_text(name: str) -> str:
    folder = resources.files("turbo_cli.data.importers") / "class_maps"
    return (folder / name).read_text(encoding="utf-8")


def _parse(text: str, path: Path) -> dict[str, str | None]:
    """Walk the nodes, not the values: PyYAML would take duplicates silently and read `no` as False."""
    with yaml_errors(path):
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or not root.value:
        raise TurboError(f"{path}: no class map", "write lines such as `van: car` or `sign: null`")
    names: dict[str, str | None] = {}
    for key_node, value_node in root.value:
        key = _key(_scalar(key_node, path) or "")
        if not key:
            raise _wrong(path, key_node, "the class has no name")
        if key in names:
            raise _wrong(path, key_node, f"class {key!r} is there twice")
        names[key] = _scalar(value_node, path)
    return names


def _scalar(node: yaml.Node, path: Path) -> str | None:
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong(path, node, "expected one name or null")
    if node.tag == NULL_TAG:
        return None
    name = str(node.value).strip()
    if not name:
        raise _wrong(path, node, "empty name (null drops a class)")
    return _key(name) if _key(name) in COCO_IDS else name


def _wrong(path: Path, node: yaml.Node, message: str) -> TurboError:
    return TurboError(f"{path}: line {node.start_mark.line + 1}: {message}")


def _key(name: str) -> str:
    return name.strip().casefold()
