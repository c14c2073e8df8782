"""What goes wrong on demand, and how it shows in what is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from turbo_cli.errors import TurboError, nearest
from turbo_cli.serving.replay.timetable import Shot

Kind = Literal["drop", "freeze", "garbage", "slow", "reconnect"]

SLOW_PIECES = 10
SLOW_PAUSE_S = 0.2

_WRITTEN = re.compile(r"(?P<kind>[^:@]+)(:(?P<camera>[^@]+))?@(?P<start>[\d.]+)\+(?P<length>[\d.]+)")


@dataclass(frozen=True)
class Fault:
    """drop: frames are not sent. freeze: one stops halfway and ends with the fault, the others are dropped.
    garbage: rubbish in their place. slow: piece by piece. reconnect: the connection breaks in each frame.

    camera: None is all. start_s, end_s: seconds of the replay.
    """

    kind: Kind
    camera: str | None
    start_s: float
    end_s: float

    def strikes(self, shot: Shot) -> bool:
        """Whether it befalls this shot."""
        return self.camera in (None, shot.camera) and self.start_s <= shot.at_s < self.end_s


@dataclass(frozen=True)
class Delivery:
    """How one frame goes over the line: pieces, each after so many seconds; then `cut`, or the next frame.

    whole: what arrives is the frame.
    """

    pieces: tuple[tuple[float, bytes], ...]
    cut: bool = False
    whole: bool = True


def parse_fault(text: str) -> Fault:
    """`freeze:gate@10+5`: the camera `gate` (all without `:gate`) freezes at second 10 for 5 seconds.

    Raises `TurboError` for anything else.
    """
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise TurboError(f"fault {text!r}: not KIND[:CAMERA]@START+SECONDS", "write for example freeze@10+5")
    kinds = {kind: kind for kind in get_args(Kind)}
    if found["kind"] not in kinds:
        raise TurboError(f"fault {text!r}: no such kind", nearest(found["kind"], kinds))
    try:
        start_s, length_s = float(found["start"]), float(found["length"])
    except ValueError:
        raise TurboError(f"fault {text!r}: START and SECONDS are numbers", "write freeze@10+5") from None
    return Fault(kinds[found["kind"]], found["camera"], start_s, start_s + length_s)


class Line:
    """The line of all cameras, with its faults. seed: of the rubbish."""

    def __init__(self, faults: Sequence[Fault], seed: int) -> None:
        self._faults = faults
        self._random = Random(seed)
        self._frozen: set[tuple[str, Fault]] = set()

    def deliver(self, shot: Shot, picture: bytes) -> Delivery:
        """What becomes of a shot; of several faults at a time the first counts."""
        fault = next((fault for fault in self._faults if fault.strikes(shot)), None)
        if fault is None:
            return Delivery(((0.0, picture),))
        half = len(picture) // 2
        match fault.kind:
            case "garbage":
                return Delivery(((0.0, self._random.randbytes(len(picture))),), whole=False)
            case "slow":
                return Delivery(tuple((SLOW_PAUSE_S, piece) for piece in _split(picture)))
            case "reconnect":
                return Delivery(((0.0, picture[:half]),), cut=True, whole=False)
            case "freeze" if (shot.camera, fault) not in self._frozen:
                self._frozen.add((shot.camera, fault))
                return Delivery(((0.0, picture[:half]), (fault.end_s - shot.at_s, picture[half:])))
        return Delivery((), whole=False)


def _split(picture: bytes) -> list[bytes]:
    step = -(-len(picture) // SLOW_PIECES)
    return [picture[start : start + step] for start in range(0, len(picture), step)]
