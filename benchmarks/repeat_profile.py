"""Whether two measurements of one profile agree within the intervals that they state.

    turbo profile … --out runs/first
    turbo profile … --out runs/second
    python benchmarks/repeat_profile.py runs/first runs/second

Relative latencies: of each row to level 0 at the same batch size. Of 95 % intervals, 95 % should agree.
"""

import argparse
import math
from pathlib import Path

from turbo_cli.artifacts import latency
from turbo_cli.artifacts.latency import PieceLatency

Key = tuple[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    options = parser.parse_args()
    first, second = (relative(folder / "latency.csv") for folder in (options.first, options.second))
    agreeing = 0
    for key in sorted(first.keys() & second.keys()):
        (one, one_error), (other, other_error) = first[key], second[key]
        agrees = abs(one - other) <= math.hypot(one_error, other_error)
        agreeing += agrees
        mark = "" if agrees else "  <- apart"
        print(f"{key[0]:13} {key[1]:3} {one:.3f} ± {one_error:.3f}  {other:.3f} ± {other_error:.3f}{mark}")
    print(f"{agreeing} of {len(first.keys() & second.keys())} rows agree")


def relative(path: Path) -> dict[Key, tuple[float, float]]:
    """By piece and batch size: the share of level 0's time, and half the width of its 95 % interval."""
    rows = {(row.piece, row.batch_size): row for row in latency.read(path).rows}
    return {
        key: (ratio := row.mean_ms / whole.mean_ms, ratio * math.hypot(share(row), share(whole)))
        for key, row in rows.items()
        if (whole := rows["level-0", key[1]]) is not row
    }


def share(row: PieceLatency) -> float:
    """The interval's half width as a share of the mean."""
    assert row.interval_ms is not None
    return row.interval_ms / row.mean_ms


if __name__ == "__main__":
    main()
