"""Numbers as people read them."""

import math

from turbo_cli.pages.text import Html, difference, html, number, percent, points


def test_what_is_not_known_is_a_dash() -> None:
    assert number(None) == number(math.nan) == points(None) == percent(1, 0) == difference(None, None) == "–"


def test_numbers() -> None:
    assert number(1234.567) == "1,234.57"
    assert (points(0.1234), points(0.1234, signed=True), points(-0.05)) == ("12.3", "+12.3", "-5.0")
    assert percent(1, 8) == "12.5 %"


def test_a_difference_has_a_colour_only_where_zero_is_outside() -> None:
    assert 'class="good"' in difference(0.1, (0.05, 0.2))
    assert 'class="bad"' in difference(-0.1, (-0.2, -0.05))
    assert 'class=""' in difference(0.1, (-0.05, 0.2))


def test_html_stays_and_text_does_not() -> None:
    assert html(Html("<b>")) == "<b>"
    assert html("<b>") == "&lt;b&gt;"
