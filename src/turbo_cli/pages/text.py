"""Text and numbers as HTML."""

from html import escape

UNKNOWN = "–"


class Html(str):
    """Text that is HTML already; every other text is escaped where it goes into a page."""

    __slots__ = ()


def html(content: object) -> Html:
    """Any value as HTML."""
    return content if isinstance(content, Html) else Html(escape(str(content)))


def joined(parts: "list[Html]") -> Html:
    """One after the other."""
    return Html("".join(parts))


def number(value: float | None, places: int = 2) -> str:
    """With thousands apart; a dash for what is not known (None or NaN)."""
    return UNKNOWN if value is None or value != value else f"{value:,.{places}f}"


def points(share: float | None, signed: bool = False) -> str:
    """A score in [0, 1] in points, or a difference of two with its sign; a dash for None or NaN."""
    if share is None or share != share:
        return UNKNOWN
    return f"{100 * share:+.1f}" if signed else f"{100 * share:.1f}"


def percent(part: float, whole: float) -> str:
    """A dash for a part of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else UNKNOWN


def difference(gain: float | None, bounds: tuple[float, float] | None) -> Html:
    """A gain in points with its interval, green or red where that excludes zero."""
    if gain is None or bounds is None:
        return Html(UNKNOWN)
    tone = "good" if bounds[0] > 0 else "bad" if bounds[1] < 0 else ""
    interval = ", ".join(points(bound, signed=True) for bound in bounds)
    return Html(f'<span class="{tone}">{points(gain, signed=True)}</span> <small>[{interval}]</small>')
