"""What was found in words, for the page and the terminal."""

from turbo_cli.trying.findings import Findings

CAUTION = "More boxes are not the same as better: only labels can tell (turbo evaluate)."


def figures(findings: Findings) -> dict[str, str]:
    """The numbers that matter, by what they are."""
    summary = findings.summary
    detected = sum(summary.levels)
    extra = summary.utilisation - summary.level_0_utilisation
    known = {
        "frames": f"{summary.frames:,}",
        "sent to the detector": _share(summary.sent, summary.frames),
        "dropped in overload": _share(summary.dropped, summary.sent) if summary.dropped else None,
        "hard": _share(findings.hard, detected),
        "without any box": _share(findings.blank, detected) if findings.blank else None,
        "enhanced": _share(findings.enhanced, detected),
        "boxes gained in enhanced frames": f"+{findings.gained:,}",
        "boxes lost in them": f"−{findings.lost:,}",
        "score of boxes found both times": _change(findings.kept_score, findings.kept_score_delivered),
        "points of AP a frame, predicted": f"{100 * summary.gain:+.1f}",
        "device busy": f"{summary.utilisation:.0%}",
        "of its time for Turbo": f"{max(extra, 0):.0%}",
    }
    return {name: value for name, value in known.items() if value is not None}


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


def _share(count: int, whole: int) -> str:
    return f"{count / whole:.0%}" if whole else "–"


def _change(before: float | None, after: float | None) -> str:
    return "–" if before is None or after is None else f"{before:.2f} → {after:.2f}"
