"""What was found in words, for the page and the terminal."""

from turbo_cli.pages.text import UNKNOWN, number, percent, points
from turbo_cli.trying.findings import Findings

CAUTION = (
    "More boxes are not the same as better: without labels nobody knows which are right, so there is no mAP"
    " here. Look at the pictures; turbo evaluate judges an enhancer on labelled frames."
)


def figures(findings: Findings) -> dict[str, tuple[str, str]]:
    """The numbers that matter with what they are of, by their labels."""
    summary = findings.summary
    detected = sum(summary.levels)
    extra = max(0.0, summary.utilisation - summary.level_0_utilisation)
    dropped = f", {summary.dropped:,} dropped in overload" if summary.dropped else ""
    return {
        "Frames": (f"{summary.frames:,}", f"{summary.sent:,} sent to the detector{dropped}"),
        "Hard": (
            percent(findings.hard, detected),
            f"and {percent(findings.blank, detected)} without any box",
        ),
        "Enhanced": (percent(findings.enhanced, detected), f"{findings.changed:,} frames changed by it"),
        "Boxes gained": (f"+{findings.gained:,}", f"in enhanced frames, which had {findings.boxes:,}"),
        "Boxes lost": (f"−{findings.lost:,}", "in the same frames"),
        "Mean score": (
            _difference(findings.mean_score, findings.mean_score_delivered),
            f"{_change(findings.mean_score, findings.mean_score_delivered)}; of boxes found both times"
            f" {_change(findings.kept_score, findings.kept_score_delivered)}",
        ),
        "Predicted gain": (points(summary.gain, signed=True), "points of AP a frame, by the profile"),
        "Device busy": (percent(summary.utilisation, 1), f"{percent(extra, 1)} for Turbo"),
    }


def overload(findings: Findings, frame_ms: float) -> list[str]:
    """A sentence if frames were dropped, with what helps; frame_ms: what level 0 of one takes."""
    summary = findings.summary
    if not summary.dropped:
        return []
    return [
        f"the detector alone is too slow for this: a frame takes {frame_ms:.0f} ms at level 0, and"
        f" {summary.dropped} of {summary.sent} were dropped. Take fewer (--fps {max(1, 500 / frame_ms):.0f}),"
        " or filter them (--pipeline glimpse)"
    ]


def _change(before: float | None, after: float | None) -> str:
    return UNKNOWN if before is None or after is None else f"{number(before)} → {number(after)}"


def _difference(before: float | None, after: float | None) -> str:
    return UNKNOWN if before is None or after is None else f"{after - before:+.2f}"
