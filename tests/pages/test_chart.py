"""Marks lie where their numbers are, and all text is escaped."""

import math
import xml.etree.ElementTree as ElementTree

from turbo_cli.pages.axis import names, scale
from turbo_cli.pages.chart import Bars, Field, Line, Mark, figure, stacked
from turbo_cli.pages.table import table

FIELD = Field(scale("", (0, 10)), scale("", (0, 1)))


def elements(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<g>{svg}</g>"))


def test_a_dot_lies_at_its_place() -> None:
    (dot,) = elements(Line([5], [0.5], "turbo", style="dots").svg(FIELD))
    assert (float(dot.attrib["cx"]), float(dot.attrib["cy"])) == (FIELD.x(5), FIELD.y(0.5))
    assert FIELD.y(1) < FIELD.y(0)


def test_what_is_not_known_breaks_the_line() -> None:
    line, *dots = elements(Line([0, 1, 2, 3], [0.1, math.nan, 0.3, 0.4], "turbo").svg(FIELD))
    assert line.attrib["d"].count("M") == 2
    assert len(dots) == 3


def test_whiskers_reach_from_low_to_high() -> None:
    whisker, dot = elements(Line([1], [0.5], "turbo", style="dots", low=[0.4], high=[0.7]).svg(FIELD))
    assert whisker.attrib["d"] == f"M{FIELD.x(1):.1f} {FIELD.y(0.4):.1f}V{FIELD.y(0.7):.1f}"
    assert dot.tag == "circle"


def test_layers_stand_on_each_other_and_nothing_is_drawn_for_none() -> None:
    bars = stacked([0, 1, 2], [("easy", "easy", [0.2, 0.0]), ("hard", "hard", [0.3, 0.4])])
    assert [bar.bottom for bar in bars] == [[0.0, 0.0], [0.2, 0.0]]
    assert bars[1].top == [0.5, 0.4]
    assert len(elements(bars[0].svg(FIELD))) == 1


def test_text_is_escaped_everywhere() -> None:
    bad = "<script>"
    marks: list[Mark] = [Line([0], [0.5], "turbo", bad), Bars([0], [1], [0], [1], "hard", "other")]
    drawn = figure(
        bad, names(bad, [bad]), scale(bad, (0, 1)), marks, table((bad,), [(bad,), (bad, bad)]), bad
    )
    assert bad not in drawn and drawn.count("&lt;script&gt;") >= 9
    ElementTree.fromstring(drawn)
