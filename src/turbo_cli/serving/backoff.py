"""How long to wait before the next attempt."""

from random import Random

FIRST_S = 0.5


class Backoff:
    """Pauses that double up to a cap, each shortened by chance to between half and all of itself.

    The chance keeps many clients of one server from coming back all at once.
    """

    def __init__(self, random: Random, longest_s: float, first_s: float = FIRST_S) -> None:
        self._random = random
        self._first_s = first_s
        self._longest_s = longest_s
        self._pause_s = first_s

    def next(self) -> float:
        """Seconds to wait now; the next call will say more."""
        pause_s = min(self._pause_s, self._longest_s)
        self._pause_s = pause_s * 2
        return pause_s * self._random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin anew with the shortest pause."""
        self._pause_s = self._first_s
