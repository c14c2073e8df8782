"""YAML that people write: read into a pydantic model, with the line and the key of whatever is wrong."""

import json
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from turbo_cli.artifacts.reading import readable
from turbo_cli.errors import TurboError, nearest

Model = TypeVar("Model", bound=BaseModel)

Location = tuple[str | int, ...]

SHOWN_TEXT = frozenset({"literal_error", "int_type", "float_type", "bool_type"})
"""Errors that quote the text they refuse; any other text might be a secret."""


class _Loader(yaml.SafeLoader):
    """YAML 1.2's JSON schema: `no`, `010` and `12:30` are text, `true`, `10` and `0.5` are not."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as in the base class

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not taken", problem_mark=mark)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?(0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^({_pattern})$"), _first)


def read(path: Path, model: type[Model], made_by: str) -> Model:
    """The file's content; an empty file is a mapping without keys.

    made_by: the command that makes such a file. Raises `TurboError` with line and key for what is no YAML,
    a key that stands twice or is unknown, and a value that the model refuses.
    """
    with readable(path, made_by):
        content = path.read_bytes()
    root = _compose(path, content)
    try:
        value = {} if root is None else _value(root)
        return model.model_validate_json(json.dumps(value), strict=True)
    except yaml.MarkedYAMLError as error:
        raise _malformed(path, error) from error
    except ValidationError as error:
        raise _refusal(path, root, model, error) from error


def _compose(path: Path, content: bytes) -> Node | None:
    try:
        return _Loader(content.decode("utf-8-sig")).get_single_node()
    except UnicodeDecodeError as error:
        raise TurboError(f"{path}: is not UTF-8 text: byte {error.start}: {error.reason}") from error
    except yaml.YAMLError as error:
        raise _malformed(path, error) from error
    except RecursionError as error:
        raise TurboError(f"{path}: is not valid YAML: nested too deeply") from error


def _malformed(path: Path, error: yaml.YAMLError) -> TurboError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    place = f"{path}: line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
    hint = None if type(error) is yaml.MarkedYAMLError else "quote text that holds : # { or *"
    return TurboError(f"{place}: is not valid YAML: {problem}", hint)


def _value(node: Node) -> Any:
    """What a node stands for, of the types that JSON has."""
    if isinstance(node, MappingNode):
        return _mapping(node)
    if isinstance(node, SequenceNode):
        return [_value(item) for item in node.value]
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind == "str":
        return node.value
    if kind == "null":
        return None
    if kind in ("bool", "int", "float") and len(node.value) < 100:
        return json.loads(node.value)
    raise yaml.MarkedYAMLError(problem="is no value that JSON has", problem_mark=node.start_mark)


def _mapping(node: MappingNode) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise yaml.MarkedYAMLError(problem="a key must be one word", problem_mark=key.start_mark)
        if key.value in content:
            problem = f"key {key.value!r} stands twice"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        content[key.value] = _value(value)
    return content


def _refusal(path: Path, root: Node | None, model: type[BaseModel], error: ValidationError) -> TurboError:
    """The first thing that pydantic found wrong. A validator's ctx["within"] leads on from its own place."""
    # A misspelt key is the reason why another one is missing.
    first = min(error.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
    location: Location = (*first["loc"], *first.get("ctx", {}).get("within", ()))
    key = re.sub(r"\.(\d+)", r"[\1]", ".".join(map(str, location)))
    place = f"{path}: line {_line(root, location)}: " + f"key {key}: " * bool(key)
    if first["type"] == "extra_forbidden":
        return TurboError(f"{place}no such key", nearest(str(location[-1]), _known(model, location[:-1])))
    if first["type"] == "missing":
        return TurboError(f"{place}is missing")
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return TurboError(f"{place}{message[:1].lower()}{message[1:]}{_shown(first['type'], first['input'])}")


def _shown(kind: str, value: object) -> str:
    harmless = isinstance(value, bool | int | float) or (isinstance(value, str) and kind in SHOWN_TEXT)
    return f", not {json.dumps(value, ensure_ascii=False)[:40]}" if harmless else ""


def _line(root: Node | None, location: Location) -> int:
    """The line of the key that a location names, or of the innermost one that is there."""
    mark, node = (root.start_mark if root else None), root
    for part in location:
        if isinstance(node, SequenceNode) and isinstance(part, int):
            node = node.value[part]
            mark = node.start_mark
        elif isinstance(node, MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            mark, node = found[0].start_mark, found[1]
    return mark.line + 1 if mark else 1


def _known(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that the model takes at a location, by its JSON schema."""
    schema = model.model_json_schema()
    definitions, part = schema.get("$defs", {}), schema
    for step in (None, *location):
        if isinstance(step, int):
            part = part["items"]
        elif step is not None:
            part = part["properties"][step]
        for option in (part, *part.get("anyOf", ())):
            part = definitions[option["$ref"].rpartition("/")[2]] if "$ref" in option else part
    return list(part.get("properties", ()))
