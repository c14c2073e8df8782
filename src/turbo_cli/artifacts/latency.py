"""`latency.csv`: how long each piece of the work takes at each batch size (§5.1)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.rows import unique_by
from turbo_cli.artifacts.table import CsvFormat, NonNegative, Number

Piece = Literal[
    "discriminator",
    "encode",
    "head",
    "layer-1",
    "layer-2",
    "layer-3",
    "layer-4",
    "layer-5",
    "level-0",
    "level-1",
    "level-2",
    "level-3",
    "level-4",
    "level-5",
]
"""`layer-k`: decoder layer k and the stage 6 − k that it makes re-run, for `staged` execution.
`level-k`: everything a frame of level k needs, from encoder to boxes, for `per-level` execution."""

Source = Literal["measured", "estimated", "published"]

LARGEST_BATCH = 4096
"""Frames; a plan looks up every size up to the largest, so a slip of the pen must not take all the memory."""


@dataclass(frozen=True, slots=True)
class PieceLatency:
    """One piece at one batch size; times are of the whole batch.

    interval_ms: half the width of the mean's 95 % confidence interval. runs: timed after warm-up.
    What an estimated or published row does not know is None, and so is what the device does not tell.
    """

    piece: Piece
    batch_size: Annotated[int, Field(ge=1, le=LARGEST_BATCH)]
    mean_ms: NonNegative
    source: Source
    median_ms: NonNegative | None = None
    p95_ms: NonNegative | None = None
    p99_ms: NonNegative | None = None
    interval_ms: NonNegative | None = None
    runs: Annotated[int, Field(ge=1)] | None = None
    memory_peak_bytes: Annotated[int, Field(ge=0)] | None = None
    power_w: NonNegative | None = None
    clock_mhz: NonNegative | None = None
    temperature_c: Number | None = None

    def __post_init__(self) -> None:
        ordered = [time for time in (self.median_ms, self.p95_ms, self.p99_ms) if time is not None]
        if ordered != sorted(ordered):
            raise ValueError("median_ms ≤ p95_ms ≤ p99_ms does not hold")
        if self.source == "measured" and self.runs is None:
            raise ValueError("runs is empty though source is 'measured'")


LatencyTable = rows.Table[PieceLatency]

_FORMAT = CsvFormat(
    Kind("latency", schema=1, made_by="turbo profile"), PieceLatency, unique_by("piece", "batch_size")
)
read = _FORMAT.read
write = _FORMAT.write
