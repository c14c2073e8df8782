"""`<file name>.json` beside a table (`difficulty.csv` → `difficulty.csv.json`): the table's metadata.

The metadata holds the table's SHA-256, so the two cannot disagree unseen. While a table is being replaced
the sidecar holds both metadata blocks, new and previous, and the table on disk says by its hash which one
is its own: a crash at any moment leaves a table with the right metadata.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turbo_cli.artifacts import metadata
from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.artifacts.metadata import Kind, Metadata, Provenance, Sha256, Strict, warn_edited
from turbo_cli.artifacts.reading import parse_json, read_bytes, read_lines
from turbo_cli.errors import TurboError


class TableDetails(Strict):
    """What the metadata says of the table's bytes.

    sha256: of the whole file. lines: how many that are not blank, the header's among them. last_line:
    without its end; it and `lines` tell a table that was cut off from one that was edited.
    """

    sha256: Sha256
    lines: int
    last_line: str


@dataclass(frozen=True)
class Fingerprint:
    """The same, of the table as it lies there. ended: the last line has its end."""

    details: TableDetails
    ended: bool


def sidecar_path(path: Path) -> Path:
    """`difficulty.csv` → `difficulty.csv.json`."""
    return path.with_name(f"{path.name}.json")


def fingerprint(path: Path, made_by: str) -> Fingerprint:
    """Hash a table in a stream. Raises `TurboError` if it cannot be read."""
    digest, lines, last = hashlib.sha256(), 0, b""
    for line in read_lines(path, made_by):
        digest.update(line)
        if line.strip():
            lines, last = lines + 1, line
    text = last.rstrip(b"\r\n").decode("utf-8", "replace")
    return Fingerprint(
        TableDetails(sha256=digest.hexdigest(), lines=lines, last_line=text), last[-1:] == b"\n"
    )


def read_sidecar(path: Path, kind: Kind) -> Provenance:
    """The provenance of the table `path`.

    Warns with `EditedFileWarning` where table or sidecar was edited. Raises `TurboError` where either cannot
    be read, is of another kind or newer, or the table was cut off.
    """
    found = fingerprint(path, kind.made_by)
    sidecar = sidecar_path(path)
    if not sidecar.exists():
        raise TurboError(
            f"{sidecar}: no such file: {path.name} lies without its metadata",
            f"keep the two together, or make them anew with `{kind.made_by}`",
        )
    content = parse_json(str(sidecar), read_bytes(sidecar, kind.made_by))
    read = metadata.decode(sidecar, _own_block(path, content, found), kind, TableDetails)
    if not read.intact:
        warn_edited(sidecar)
    _compare(path, kind, found, read)
    return read.provenance


@contextlib.contextmanager
def replacing_table(path: Path, kind: Kind, provenance: Provenance) -> Iterator[Path]:
    """`atomic.replacing_file` for a table and its sidecar together."""
    sidecar = sidecar_path(path)
    # Both new files are on disk before the first rename: a full disk leaves both old ones as they were.
    with replacing_file(sidecar) as new_sidecar, replacing_file(path) as new_table:
        yield new_table
        details = fingerprint(new_table, kind.made_by).details
        block = metadata.encode(kind, provenance, details, indent=2)
        new_sidecar.write_text(block + "\n", encoding="utf-8")
        if path.exists():
            _announce(sidecar, block)


def _announce(sidecar: Path, block: str) -> None:
    """Put the block that is to come beside the one that holds now."""
    try:
        previous = parse_json(str(sidecar), sidecar.read_bytes())
    except (OSError, TurboError):
        previous = None  # no metadata so far, or none that can be read: nothing to keep
    blocks = [json.loads(block), *(_blocks(previous) or [previous])]
    with replacing_file(sidecar) as temporary:
        temporary.write_text(json.dumps({"blocks": blocks}, ensure_ascii=False), encoding="utf-8")


def _blocks(content: Any) -> list[Any] | None:
    """The metadata blocks of a sidecar whose table was being replaced; None for an ordinary sidecar."""
    blocks = content.get("blocks") if isinstance(content, dict) else None
    return blocks if isinstance(blocks, list) else None


def _own_block(path: Path, content: Any, found: Fingerprint) -> Any:
    blocks = _blocks(content)
    if blocks is None:
        return content
    for block in blocks:
        if isinstance(block, dict) and block.get("sha256") == found.details.sha256:
            return block
    raise TurboError(
        f"{path}: was edited, and a write of it broke off, so its metadata is not known",
        f"remove it and {sidecar_path(path).name}, and make them anew",
    )


def _compare(path: Path, kind: Kind, found: Fingerprint, read: Metadata[TableDetails]) -> None:
    now, written = found.details, read.details
    if now.sha256 == written.sha256:
        return
    if not now.lines:
        raise TurboError(f"{path}: is empty", f"`{kind.made_by}` makes it anew")
    if now.last_line != written.last_line and (not found.ended or now.lines < written.lines):
        raise TurboError(
            f"{path}: line {now.lines}: is cut off: the last line is missing or not whole",
            "make it anew; or, if you edited it, end it with a newline and set the key lines of"
            f" {sidecar_path(path).name} to {now.lines}",
        )
    warn_edited(path)
