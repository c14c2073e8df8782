"""What every artifact says about itself: its kind, its schema, and what it was made of and with."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from turbo_cli import __version__
from turbo_cli.artifacts.reading import refuse
from turbo_cli.errors import TurboError, TurboWarning

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
CHECKSUM = "metadata_sha256"


class EditedFileWarning(TurboWarning):
    """A file is valid, but not as the tool wrote it."""


class Strict(BaseModel):
    """A part of a file whose keys are all known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Details = TypeVar("Details", bound=Strict)


@dataclass(frozen=True)
class Kind:
    """A format: its name, its newest schema version, the command that makes such a file."""

    name: str
    schema: int
    made_by: str


class Provenance(Strict):
    """Where an artifact comes from.

    detector: name of the detector that it belongs to. detector_weights_hash: `hash_state` of its weights;
    None where it holds for any (published figures). seed: of the command that made it, if it draws numbers.
    settings: the command's options. parents: SHA-256 of the artifacts it was made of, by file name.
    """

    detector: Annotated[str, Field(min_length=1)]
    detector_weights_hash: Sha256 | None
    tool_version: str = __version__
    created: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    seed: int | None = None
    settings: dict[str, JsonValue] = Field(default_factory=dict)
    parents: dict[str, Sha256] = Field(default_factory=dict)

    def require(self, path: Path, detector: str | None, detector_weights_hash: str | None) -> None:
        """Raise `TurboError` unless the artifact belongs to this detector and these weights (None: any)."""
        if detector is not None and detector != self.detector:
            raise TurboError(
                f"{path}: key detector: made for {self.detector!r}, not {detector!r}",
                f"use --detector {self.detector}, or the file made for {detector}",
            )
        own = self.detector_weights_hash
        if detector_weights_hash is not None and own is not None and detector_weights_hash != own:
            raise TurboError(
                f"{path}: key detector_weights_hash: made for other weights of {self.detector!r}:"
                f" {own[:12]}…, not {detector_weights_hash[:12]}…",
                "use the weights that it was made with, or make it anew with these",
            )

    def unlike(self, other: "Provenance") -> list[str]:
        """The keys in which they differ besides the time: none if both were made of the same and alike."""
        keys = Provenance.model_fields.keys() - {"created"}
        return sorted(key for key in keys if getattr(self, key) != getattr(other, key))


@dataclass(frozen=True)
class Metadata(Generic[Details]):
    """What stood in a metadata block. intact: it is as the tool wrote it, byte for byte in meaning."""

    provenance: Provenance
    details: Details
    intact: bool


def encode(kind: Kind, provenance: Provenance, details: Strict, indent: int | None = None) -> str:
    """The metadata block as JSON text with sorted keys, so that the same content gives the same bytes.

    Raises `TurboError` for NaN or infinity among the settings.
    """
    content: dict[str, Any] = {"schema": kind.schema, "kind": kind.name}
    content |= provenance.model_dump(mode="json") | details.model_dump(mode="json")
    try:
        content[CHECKSUM] = _checksum(content)
    except ValueError as error:
        raise TurboError(f"{kind.name}: metadata that JSON cannot hold: {error}") from error
    return json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=indent)


def decode(path: Path, content: Any, kind: Kind, details_type: type[Details]) -> Metadata[Details]:
    """Read a metadata block (parsed JSON) of this kind; `path` is the file that errors name.

    Raises `TurboError` for another kind, a newer schema, a key that is wrong, missing or unknown.
    """
    _require_kind(path, content, kind)
    intact = content.get(CHECKSUM) == _checksum({k: v for k, v in content.items() if k != CHECKSUM})
    own_keys = {"schema", "kind", CHECKSUM, *Provenance.model_fields}
    try:
        return Metadata(
            Provenance.model_validate({k: v for k, v in content.items() if k in Provenance.model_fields}),
            details_type.model_validate({k: v for k, v in content.items() if k not in own_keys}),
            intact,
        )
    except ValidationError as error:
        refuse(str(path), error, kind.made_by)


def _require_kind(path: Path, content: Any, kind: Kind) -> None:
    if not isinstance(content, dict) or "kind" not in content:
        raise TurboError(f"{path}: key kind: missing, so it is no {kind.name}", f"`{kind.made_by}` makes one")
    if content["kind"] != kind.name:
        raise TurboError(
            f"{path}: key kind: is a {content['kind']!r}, not a {kind.name!r}", f"`{kind.made_by}` makes one"
        )
    require_schema(path, "schema", content.get("schema"), kind.schema)


def require_schema(path: Path, key: str, found: Any, newest: int) -> None:
    """Raise `TurboError` unless `found` is a schema version that this release reads (1…newest)."""
    if type(found) is not int or found < 1:
        raise TurboError(f"{path}: key {key}: must be a whole number from 1, got {found!r}")
    if found > newest:
        raise TurboError(
            f"{path}: key {key}: schema {found} is newer than this turbo reads ({newest})",
            "upgrade: pip install --upgrade turbo-cli",
        )


def warn_edited(path: Path) -> None:
    """Warn that a file is valid, but not as the tool wrote it."""
    warnings.warn(f"{path}: was edited by hand since turbo wrote it", EditedFileWarning, stacklevel=2)


def hash_file(path: Path) -> str:
    """SHA-256 (64 hex digits) of a file's bytes, for `Provenance.parents`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
