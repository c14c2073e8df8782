"""How often one client may ask."""

from collections import OrderedDict
from collections.abc import Callable

CLIENTS = 4096
"""Clients that are remembered; the one that was silent for longest is forgotten."""


class RateLimit:
    """Each client may ask `per_s` times a second, and save up two seconds' worth."""

    def __init__(self, per_s: float, clock: Callable[[], float]) -> None:
        self._per_s = per_s
        self._most = max(1.0, 2 * per_s)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Whether the client may ask now; counts the question."""
        now = self._clock()
        left, since = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_s)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return allowed
