"""What became of each frame that was sent."""

from dataclasses import dataclass

from turbo_cli.serving.replay.timetable import Shot
from turbo_cli.serving.results import ResultRecord


@dataclass
class Outcome:
    """whole: it was sent undamaged, so that a record is owed. Times are Unix seconds.

    sent_at: when its last byte was due. record: what the service made of it. answered_at: when that came.
    refusal: why there is none, as the service or the connection says; None: it is still awaited. connection:
    the number of its camera's, where that may change.
    """

    shot: Shot
    whole: bool
    sent_at: float
    record: ResultRecord | None = None
    answered_at: float | None = None
    refusal: str | None = None
    connection: int = 0
