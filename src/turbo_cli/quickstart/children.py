"""Child processes of `turbo` that never outlive the one that started them."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

PATIENCE_S = 60.0
"""How long a child may take to end by itself: a service empties its queues, and a busy machine is slow."""

DEFAULTS = {
    # Two OpenMP threads in one process stall now and then; one is steady.
    "OMP_NUM_THREADS": "1",
}
"""Environment of the children where the user's has nothing else."""


@contextlib.contextmanager
def child(
    arguments: Sequence[str], folder: Path, stdout: IO[bytes], stderr: IO[bytes] | None
) -> Iterator[subprocess.Popen[bytes]]:
    """`turbo ARGUMENTS` running in `folder`; on the way out it is ended if it still runs.

    stderr: None is this process's own. It has a process group of its own, so that Ctrl-C reaches it once, by
    way of this process.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "turbo_cli", *arguments],
        cwd=folder,
        env=DEFAULTS | {"TURBO_CACHE": str((folder / "cache").absolute())} | os.environ,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        process_group=0,
    )
    try:
        yield process
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> int:
    """Ask a child to end, kill it and its own children where it does not; its exit status."""
    try:
        process.terminate()  # does nothing where it has ended
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_S)
    finally:  # also after a second Ctrl-C
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()
