"""What to do where a step of training does not fit into memory."""

from collections.abc import Callable
from typing import TypeVar

from turbo_cli.detectors.running import is_out_of_memory
from turbo_cli.errors import TurboError

T = TypeVar("T")


def within_memory(learn: Callable[[int], T], batch_size: int) -> T:
    """`learn(batch_size)`, which trains on that many samples.

    Raises `TurboError` if memory runs out, after trying halves of the batch, half by half, for one that fits.
    """
    try:
        return learn(batch_size)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    # Only here, behind the handler, are the error's traceback and the tensors in it gone.
    fitting = batch_size // 2
    while fitting and not _fits(learn, fitting):
        fitting //= 2
    smallest = "not even one sample fits: use a smaller --crop or --size"
    hint = f"--batch-size {fitting} fits" if fitting else smallest
    raise TurboError(f"--batch-size {batch_size}: not enough memory", hint)


def _fits(learn: Callable[[int], object], size: int) -> bool:
    try:
        learn(size)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True
