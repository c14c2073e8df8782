"""Real child processes that may be killed, limited or robbed of their rights."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn


def in_child(action: Callable[[], str]) -> tuple[int, str]:
    """Run `action` in a forked child: its exit status (−9: killed) and what it returned or raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _finish(action, writer)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def _finish(action: Callable[[], str], writer: int) -> NoReturn:
    status = 1
    try:
        os.write(writer, action().encode())
        status = 0
    except BaseException:  # noqa: BLE001 - the child must not live on as a second pytest
        os.write(writer, traceback.format_exc().encode())
    finally:
        os._exit(status)


def die_at_file_event(number: int, folder: str) -> None:
    """Kill this process as it is about to open, rename or remove its `number`-th file in `folder`."""
    left = number

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.remove") and str(arguments[0]).startswith(folder):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
