"""The table of `docs/cli.md` that says what `--json` prints, as something to check values against."""

from dataclasses import dataclass
from typing import Any

from docs.generate import FOLDER

PAGE = FOLDER.parent / "cli.md"
SIMPLE: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "number": (int, float),
    "string": (str,),
    "bool": (bool,),
    "null": (type(None),),
    "object": (dict,),
}

Keys = dict[str, str]
"""The type of each key, as the table writes it; the key of a whole value is empty."""


@dataclass(frozen=True)
class JsonTable:
    """keys: by command or type."""

    keys: dict[str, Keys]

    def check(self, owner: str, value: Any) -> None:
        """Raises `AssertionError` unless the value is what the table says of a command or a type."""
        keys = self.keys[owner]
        if list(keys) == [""]:
            assert self._fits(value, keys[""]), f"{owner}: {value!r} is no {keys['']}"
            return
        required = {key for key, type_ in keys.items() if not type_.endswith(", optional")}
        assert required <= set(value) <= set(keys), f"{owner}: {set(value) ^ set(keys)}"
        for key, one in value.items():
            type_ = keys[key].removesuffix(", optional")
            assert self._fits(one, type_), f"{owner}.{key}: {one!r} is no {type_}"

    def _fits(self, value: Any, type_: str) -> bool:
        if type_.startswith("{") and type_.endswith("}"):
            inner = type_[1:-1].partition(": ")[2]
            return isinstance(value, dict) and all(self._fits(one, inner) for one in value.values())
        if " or " in type_:
            return any(self._fits(value, choice) for choice in type_.split(" or ", 1))
        if type_.endswith("[]"):
            return isinstance(value, list) and all(self._fits(one, type_[:-2]) for one in value)
        if type_ in SIMPLE:
            return isinstance(value, SIMPLE[type_]) and isinstance(value, bool) == (type_ == "bool")
        if not isinstance(value, dict):
            return False
        self.check(type_, value)
        return True


def read_table() -> JsonTable:
    """The rows of `docs/cli.md` beneath the header of the JSON table."""
    keys: dict[str, Keys] = {}
    owners: list[str] = []
    lines = PAGE.read_text().partition("| of | key | type | what it is |\n")[2].splitlines()
    for line in lines[1:]:
        owner, key, type_, _ = (cell.strip().replace("`", "") for cell in line.strip("|").split("|"))
        owners = owner.split(", ") if owner else owners
        for one in owners:
            keys.setdefault(one, {})[key] = type_
    return JsonTable(keys)
