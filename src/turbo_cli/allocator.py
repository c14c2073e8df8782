"""How the C library hands out memory: how fast large tensors come, and how small a service stays."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -2, -3, -8
"""As glibc's malloc.h has them."""

NEVER = 2**31 - 1
"""The largest number of bytes that mallopt takes."""

STEP = 64 * 2**20
"""Bytes by which the heap grows."""


def keep_freed_memory() -> None:
    """Reuse freed memory however large it is; does nothing where the C library is not glibc.

    By default large tensors are fresh mappings, and every page of one costs a page fault: on a CPU that is a
    third of what an enhancer takes, and it comes and goes with the state of the heap.
    """
    _set({M_MMAP_THRESHOLD: NEVER, M_TRIM_THRESHOLD: NEVER, M_TOP_PAD: STEP})


def use_one_heap() -> None:
    """Let all threads share one heap; does nothing where the C library is not glibc.

    By default each of the first threads gets a heap of its own. Frames are made in one thread and dropped in
    another, so every heap would grow holes that the others cannot use.
    """
    _set({M_ARENA_MAX: 1})


def _set(options: dict[int, int]) -> None:
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "gnu_get_libc_version"):
        for option, value in options.items():
            library.mallopt(option, value)
