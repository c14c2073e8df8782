"""What was found in words, for the page and the terminal."""

from turbo_cli.trying.findings import Findings

CAUTION = "More boxes are not the same as better: only labels can tell (turbo evaluate)."

OVERLOAD = (
    "the detector alone needs more time than there is: {dropped} of {sent} frames were dropped, and nothing could be"
    " enhanced beside them; take fewer frames a second (--fps), filter them (--pipeline glimpse), or use a faster device"
)


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
        "boxes gained there": f"+{findings.gained:,}",
        "boxes lost there": f"−{findings.lost:,}",
        "mean score there": f"{_score(findings.mean_score)} → {_score(findings.mean_score_delivered)}",
        "points of AP a frame, predicted": f"{100 * summary.gain:+.1f}",
        "of the device's time, by Turbo": f"{summary.utilisation:.0%}, {extra:.0%}",
    }
    return {name: value for name, value in known.items() if value is not None}


def overload(findings: Findings) -> list[str]:
    """A sentence if frames were dropped, with what helps."""
    summary = findings.summary
    return [OVERLOAD.format(dropped=summary.dropped, sent=summary.sent)] if summary.dropped else []


def _share(count: int, whole: int) -> str:
    return f"{count / whole:.0%}" if whole else "–"


def _score(mean: float | None) -> str:
    return "–" if mean is None else f"{mean:.2f}"
