"""A write that dies, or for which the disk has no room, leaves the old file or the new one, never neither."""

import errno
import os
import resource
import signal
import subprocess
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.artifacts.formats import FORMATS, ROW_FORMATS, Format, equal
from tests.artifacts.processes import die_at_file_event, in_child
from tests.artifacts.samples import PROVENANCE, SAMPLES
from turbo_cli.artifacts import difficulty, sidecar
from turbo_cli.artifacts.difficulty import FrameDifficulty
from turbo_cli.errors import TurboError

by_name = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)


def _changed(value: Any) -> Any:
    """Another value of the same format, with another provenance where there is one."""
    if isinstance(value, dict):
        return {image_id + 1: found for image_id, found in value.items()}
    if hasattr(value, "info"):
        return value.model_copy(update={"info": {"changed": True}})
    value = replace(value, provenance=PROVENANCE.model_copy(update={"seed": 8}))
    return replace(value, rows=value.rows[:1]) if hasattr(value, "rows") else value


def _row(index: int) -> FrameDifficulty:
    confidence = index % 1000 / 1000
    return FrameDifficulty(
        camera="a", index=index, confidence=confidence, difficulty=1 - confidence, rois=3, class_="hard"
    )


@by_name
def test_killed_before_any_file_event(kind: Format, tmp_path: Path) -> None:
    path = tmp_path / kind.file_name
    old, new = SAMPLES[kind.file_name], _changed(SAMPLES[kind.file_name])
    endings: list[str] = []
    status = -signal.SIGKILL
    while status == -signal.SIGKILL:
        kind.write(path, old)

        def write() -> str:
            die_at_file_event(len(endings) + 1, str(tmp_path))
            kind.write(path, new)
            return ""

        status, text = in_child(write)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = kind.read(path)
        endings.append("old" if equal(found, old) else "new" if equal(found, new) else "neither")
    assert (status, text) == (0, "")
    assert set(endings) == {"old", "new"} and endings == sorted(endings, reverse=True)


@pytest.mark.parametrize("kind", ROW_FORMATS, ids=lambda kind: kind.name)
def test_an_edit_after_a_broken_write_is_refused(kind: Format, tmp_path: Path) -> None:
    """Whose metadata the table has is not known then, and is not guessed."""
    path = tmp_path / kind.file_name
    kind.write(path, SAMPLES[kind.file_name])

    sidecar = path.with_name(f"{path.name}.json")
    block = sidecar.read_text()
    sidecar.write_text(f'{{"blocks": [{block}, null]}}')
    assert equal(kind.read(path), SAMPLES[kind.file_name])
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(TurboError, match="was edited, and a write of it broke off"):
        kind.read(path)


@by_name
@pytest.mark.parametrize("share", [0, 0.3, 0.95])
def test_no_room(kind: Format, share: float, tmp_path: Path) -> None:
    """A limit on the size of files, which the system refuses as it refuses a full disk."""
    path = tmp_path / kind.file_name
    kind.write(path, SAMPLES[kind.file_name])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    room_bytes = int(share * max(map(len, before.values())))

    def write() -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, room_bytes))
        try:
            kind.write(path, SAMPLES[kind.file_name])
        except TurboError as error:
            return str(error)
        return "no error"

    status, text = in_child(write)
    assert status == 0, text
    assert str(path) in text and "cannot write: File too large" in text
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@by_name
def test_no_permission(kind: Format, tmp_path: Path) -> None:
    """Root may do anything, so a child gives its rights away."""
    path = tmp_path / kind.file_name
    kind.write(path, SAMPLES[kind.file_name])
    tmp_path.chmod(0o700)

    def attempt() -> str:
        if os.getuid() == 0:
            os.setuid(65534)
        else:
            path.chmod(0)
        messages = []
        for action in (lambda: kind.read(path), lambda: kind.write(path, SAMPLES[kind.file_name])):
            try:
                action()
            except TurboError as error:
                messages.append(str(error))
        return "\n".join(messages)

    status, text = in_child(attempt)
    assert status == 0, text
    assert f"{path}: cannot read: Permission denied" in text
    if os.getuid() == 0:
        assert "cannot write: Permission denied" in text


def test_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        path = disk / "difficulty.csv"
        difficulty.write(path, SAMPLES["difficulty.csv"])
        with pytest.raises(TurboError, match="cannot write: No space left on device"):
            difficulty.write(path, replace(SAMPLES["difficulty.csv"], rows=tuple(map(_row, range(5000)))))
        assert difficulty.read(path) == SAMPLES["difficulty.csv"]
        assert len(list(disk.iterdir())) == 2
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _append_for_ever(path: Path, resuming: bool) -> None:
    begin = difficulty.resuming if resuming else difficulty.writing
    with begin(path, PROVENANCE) as writer:
        while True:
            writer.append(_row(writer.count))


@pytest.mark.parametrize("resuming", [False, True])
def test_killed_in_the_middle_of_a_long_write(resuming: bool, tmp_path: Path) -> None:
    path = tmp_path / "difficulty.csv"
    difficulty.write(path, SAMPLES["difficulty.csv"])
    child = os.fork()
    if child == 0:
        try:
            _append_for_ever(path, resuming)
        finally:
            os._exit(1)
    _wait_for_bytes(tmp_path, 100_000)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert difficulty.read(path) == SAMPLES["difficulty.csv"]
    if resuming:
        _resumes(path)


def test_rows_survive_a_failure_of_the_very_last_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "difficulty.csv"
    disk_full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with monkeypatch.context() as patched:
        patched.setattr(sidecar, "fingerprint", Mock(side_effect=disk_full))
        with (
            pytest.raises(TurboError, match="No space left"),
            difficulty.resuming(path, PROVENANCE) as writer,
        ):
            writer.append(_row(0))
    assert not path.exists()
    with difficulty.resuming(path, PROVENANCE) as writer:
        assert writer.count == 1
    assert difficulty.read(path).rows == (_row(0),)
    assert len(list(tmp_path.iterdir())) == 2


def _wait_for_bytes(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while _bytes_in(folder) < count:
        assert time.monotonic() < deadline, "the child writes nothing"
        time.sleep(0.01)


def _bytes_in(folder: Path) -> int:
    """Nothing where a file goes while it is looked at."""
    try:
        return sum(file.stat().st_size for file in folder.iterdir())
    except FileNotFoundError:
        return 0


def _resumes(path: Path) -> None:
    partial = path.with_name("difficulty.csv.partial")
    with partial.open("ab") as file:
        file.write(b"a,99999999,0.1")  # the half line of a crash
    other = difficulty.resuming(path, PROVENANCE.model_copy(update={"seed": 8}))
    with pytest.raises(TurboError, match="was begun with other seed"), other:
        pass
    with difficulty.resuming(path, PROVENANCE) as writer:
        kept = writer.count
        assert kept > 1000 and writer.last == _row(kept - 1)
        writer.append(_row(kept))
    assert difficulty.read(path).rows == tuple(map(_row, range(kept + 1)))
    assert len(list(path.parent.glob("*.partial*"))) == 0
