"""What tests share: the command line in-process, and the real data that may lie beside the checkout."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# Two OpenMP threads in one process stall now and then in backward; one is steady.
os.environ.setdefault("OMP_NUM_THREADS", "1")

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    status: int
    out: str
    err: str


RunTurbo = Callable[..., Finished]


@pytest.fixture
def turbo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[RunTurbo]:
    """Call `turbo ARGUMENT…` in this process: exit status, stdout and stderr; a traceback is a failure."""

    def run(*arguments: str | Path) -> Finished:
        from turbo_cli.cli.main import main

        monkeypatch.setattr(sys, "argv", ["turbo", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_info:
            main()
        captured = capsys.readouterr()
        return Finished(int(exit_info.value.code or 0), captured.out, captured.err)

    root, ours = logging.getLogger(), logging.getLogger("turbo_cli")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    yield run
    # `turbo serve` logs to the stderr of its test, which is closed when that ends.
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)
    logging.captureWarnings(False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real frames and weights of `../shared/data`; tests that need them skip where they are absent."""
    folder = Path(os.environ.get("TURBO_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set TURBO_SHARED_DATA)")
    return folder
