"""When a live stream's frames were taken, by the stream's own clock."""

LONGEST_DELAY_S = 10.0
"""A frame that seems to be older when it arrives tells that the stream's clock has jumped."""

DRIFT = 1e-4
"""By how much a stream's clock may be slower than ours, as a share; crystals differ by half of that."""


class StreamClock:
    """Maps a stream's time stamps to Unix time.

    A stream counts from a moment of its own, so the mapping is learnt: a frame is taken before it arrives,
    and the one that arrived with the least delay, of late, is held to have had none. Time never goes
    backwards.
    """

    def __init__(self) -> None:
        self._start = float("inf")
        self._arrived_at = 0.0
        self._latest = float("-inf")

    def taken_at(self, seconds: float | None, arrived_at: float) -> float:
        """Unix time of a frame. seconds: its time stamp, if it has one. arrived_at: Unix time."""
        taken_at = arrived_at if seconds is None else self._by_stream(seconds, arrived_at)
        self._latest = max(self._latest, taken_at)
        return self._latest

    def _by_stream(self, seconds: float, arrived_at: float) -> float:
        start = arrived_at - seconds
        self._start += DRIFT * max(0.0, arrived_at - self._arrived_at)
        self._arrived_at = arrived_at
        if not self._start <= start <= self._start + LONGEST_DELAY_S:
            self._start = start
        return self._start + seconds
