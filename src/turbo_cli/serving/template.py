"""What `turbo init` writes, and the JSON schema of such a file."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.errors import TurboError

_FOLDER = files("turbo_cli.serving") / "project"

SCHEMA: dict[str, Any] = json.loads((_FOLDER / "turbo.schema.json").read_text(encoding="utf-8"))
"""For editors and other programs; `Project.model_json_schema()` as it was released."""

TEMPLATE = (_FOLDER / "turbo.yaml").read_text(encoding="utf-8")
"""A project file with every key at its default, as comments."""


def write_template(path: Path) -> None:
    """Write a new project file. Raises `TurboError` if `path` is there already or cannot be written."""
    if path.exists():
        raise TurboError(f"{path}: exists already", "remove it or name another file with --out")
    with replacing_file(path) as temporary:
        temporary.write_text(TEMPLATE, encoding="utf-8")
