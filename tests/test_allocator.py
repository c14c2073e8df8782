"""What the allocator does, seen from outside: in processes of their own, for it cannot be undone."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux's")

HEAPS = """
import ctypes, sys, threading
from turbo_cli.allocator import use_one_heap

use_one_heap()
barrier = threading.Barrier(4)

def allocate() -> None:
    kept = [bytes(100_000) for _ in range(10)]
    barrier.wait()

threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def printed_by(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("line", "one"), [("use_one_heap()", True), ("", False)], ids=["called", "not called"]
)
def test_threads_share_one_heap(line: str, one: bool) -> None:
    script = HEAPS.replace("use_one_heap()\nbarrier", f"{line}\nbarrier")
    assert (printed_by(script).count("<heap nr=") == 1) is one


FAULTS = """
import resource
import numpy as np
from turbo_cli.allocator import keep_freed_memory

keep_freed_memory()

def large() -> None:
    np.full(8 * 2**20, 1, np.uint8)

large()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    large()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.parametrize(
    ("line", "kept"), [("keep_freed_memory()", True), ("", False)], ids=["called", "not called"]
)
def test_freed_memory_is_used_again_without_page_faults(line: str, kept: bool) -> None:
    script = FAULTS.replace("keep_freed_memory()\n\ndef", f"{line}\n\ndef")
    assert (int(printed_by(script)) < 50) is kept
