"""Where a result may go: what is refused, and what stays as it was."""

import os
from pathlib import Path

import pytest

from turbo_cli.artifacts.atomic import check_file, check_folder, replacing_file
from turbo_cli.errors import TurboError


def _replace(path: Path) -> None:
    with replacing_file(path) as temporary:
        temporary.write_text("new")


def test_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path in (pipe, tmp_path / "link"):
        with pytest.raises(TurboError, match=f"{path}: is a device or a pipe"):
            _replace(path)
    assert pipe.is_fifo()


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "elsewhere" / "old", tmp_path / "link"
    link.symlink_to(target)
    _replace(link)
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert [one.name for one in target.parent.iterdir()] == ["old"]


def test_checking_ahead_refuses_the_same_and_leaves_nothing(tmp_path: Path) -> None:
    check_file(tmp_path / "a.json")
    check_folder(tmp_path / "b")
    assert not list(tmp_path.iterdir())
    (tmp_path / "a.json").write_text("old")
    check_file(tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text() == "old"
    with pytest.raises(TurboError, match="is a directory"):
        check_file(tmp_path)
    with pytest.raises(TurboError, match="exists already"):
        check_folder(tmp_path)
    with pytest.raises(TurboError, match="cannot write"):
        check_file(tmp_path / "a.json" / "b")
