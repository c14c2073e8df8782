"""How the C library hands out memory, which decides whether the process stays as small as what it holds."""

import ctypes
import sys

M_ARENA_MAX = -8
"""As glibc's malloc.h has it."""


def use_one_heap() -> None:
    """Let all threads share one heap; does nothing where the C library is not glibc.

    By default each of the first threads gets a heap of its own. Frames are made in one thread and dropped in
    another, so every heap would grow holes that the others cannot use.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "gnu_get_libc_version"):
        library.mallopt(M_ARENA_MAX, 1)
