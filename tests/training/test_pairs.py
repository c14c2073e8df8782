"""Processes that make batches."""

import sys

import pytest

from turbo_cli.training.pairs import _leave_quietly


def test_a_batch_that_nobody_fetches_is_no_news(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    _leave_quietly(0)
    for error in (EOFError(), ConnectionResetError()):
        sys.excepthook(type(error), error, None)
    assert capsys.readouterr().err == ""
    sys.excepthook(OSError, OSError("too many open files"), None)
    assert "too many open files" in capsys.readouterr().err
