"""Damaged files: equal, or one clear error, or (where a person may edit) a warning that names the file."""

import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.artifacts.formats import CSV_FORMATS, FORMATS, ROW_FORMATS, WEIGHTS_FORMATS, Format, equal
from tests.artifacts.samples import SAMPLES
from turbo_cli.artifacts.metadata import EditedFileWarning
from turbo_cli.errors import TurboError

MASKS = (0x01, 0x02, 0x20, 0x80)
by_name = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
rows_by_name = pytest.mark.parametrize("kind", ROW_FORMATS, ids=lambda kind: kind.name)

Damage = Iterator[bytes]


def _positions(data: bytes) -> list[int]:
    """All of a small file, every third of others (so all remainders of `MASKS` come up)."""
    return list(range(0, len(data), 1 if len(data) < 500 else 3))


def _truncated(data: bytes) -> Damage:
    yield from (data[:length] for length in _positions(data))


def _flipped(data: bytes, positions: list[int]) -> Damage:
    """Each position once, masks by turns, so that files stay few."""
    for position in positions:
        damaged = bytearray(data)
        damaged[position] ^= MASKS[position % len(MASKS)]
        yield bytes(damaged)


def _flipped_anywhere(data: bytes) -> Damage:
    return _flipped(data, _positions(data))


def _verdict(kind: Format, path: Path, value: Any) -> str:
    """ "equal", "error", "warned" (other content, and a warning that names the file) or "unnoticed"."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = kind.read(path)
        except TurboError as error:
            assert path.name in error.message and "\n" not in str(error), error
            return "error"
    if equal(found, value):
        return "equal"
    named = [str(each.message) for each in caught if issubclass(each.category, EditedFileWarning)]
    return "warned" if any(path.name in message for message in named) else "unnoticed"


def _verdicts(kind: Format, path: Path, damage: Callable[[bytes], Damage], suffix: str = "") -> list[str]:
    """Damage the file (or its sidecar) in many ways; how reading each ended."""
    value = SAMPLES[kind.file_name]
    kind.write(path, value)
    target = path.with_name(path.name + suffix)
    verdicts = []
    for data in damage(target.read_bytes()):
        target.write_bytes(data)
        verdicts.append(_verdict(kind, path, value))
    assert len(verdicts) >= 50
    return verdicts


@by_name
def test_cut_anywhere(kind: Format, tmp_path: Path) -> None:
    verdicts = _verdicts(kind, tmp_path / kind.file_name, _truncated)
    assert set(verdicts) <= {"equal", "error"}
    assert verdicts.count("equal") <= 2  # the last newline and a blank at the end may go


@rows_by_name
def test_sidecar_cut_anywhere(kind: Format, tmp_path: Path) -> None:
    assert set(_verdicts(kind, tmp_path / kind.file_name, _truncated, ".json")) <= {"equal", "error"}


def _structure(data: bytes, marks: bytes, header: int) -> list[int]:
    return [position for position, byte in enumerate(data) if position < header or byte in marks]


@rows_by_name
def test_flipped_structure_of_a_table(kind: Format, tmp_path: Path) -> None:
    def damage(data: bytes) -> Damage:
        header = data.index(b"\n") if kind in CSV_FORMATS else 0
        positions = _structure(data, b',"\n' if kind in CSV_FORMATS else b'{}[]":,\n', header)
        for shift in range(len(MASKS)):
            yield from _flipped(data, positions[shift::2])

    assert set(_verdicts(kind, tmp_path / kind.file_name, damage)) <= {"equal", "error"}


@rows_by_name
@pytest.mark.parametrize("suffix", ["", ".json"], ids=["table", "sidecar"])
def test_flip_anywhere_is_never_unnoticed(kind: Format, suffix: str, tmp_path: Path) -> None:
    verdicts = _verdicts(kind, tmp_path / kind.file_name, _flipped_anywhere, suffix)
    assert set(verdicts) <= {"equal", "error", "warned"}
    assert "warned" in verdicts and "error" in verdicts


@pytest.mark.parametrize("kind", WEIGHTS_FORMATS, ids=lambda kind: kind.name)
def test_flip_anywhere_in_weights(kind: Format, tmp_path: Path) -> None:
    assert set(_verdicts(kind, tmp_path / kind.file_name, _flipped_anywhere)) <= {"equal", "error"}


@pytest.mark.parametrize("kind", FORMATS[-2:], ids=lambda kind: kind.name)
def test_flip_anywhere_in_coco_json(kind: Format, tmp_path: Path) -> None:
    verdicts = set(_verdicts(kind, tmp_path / kind.file_name, _flipped_anywhere))
    # A COCO result list has no room for a hash: a changed digit is another number.
    allowed = {"equal", "error", "warned"} if kind.hashed else {"equal", "error", "unnoticed"}
    assert verdicts <= allowed


@by_name
def test_random_bytes(kind: Format, tmp_path: Path) -> None:
    generator = random.Random(0)

    def damage(data: bytes) -> Damage:
        for _ in range(60):
            yield generator.randbytes(generator.randrange(1, len(data)))

    assert set(_verdicts(kind, tmp_path / kind.file_name, damage)) == {"error"}
