"""A whole page, with its style inside: no network, no scripts."""

import base64
import io
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from string import Template

from PIL import Image

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.pages.text import Html, html

Card = tuple[str, object, object]

PICTURE_WIDTH = 1400
"""Pixels at the most, so that a page with pictures stays small enough to send by mail."""


def write_page(path: Path, page: Html) -> None:
    """Write it whole or not at all."""
    with replacing_file(path) as temporary:
        temporary.write_text(page, "utf-8")


def make_page(title: str, heading: str, lead: str, body: Html) -> Html:
    """title: of the browser's tab. lead: one line below the heading."""
    folder = files(__package__)
    template = Template(folder.joinpath("page.html").read_text("utf-8"))
    style = folder.joinpath("style.css").read_text("utf-8")
    return Html(
        template.substitute(style=style, title=html(title), heading=html(heading), lead=html(lead), body=body)
    )


def section(title: str, lead: str, content: Html) -> Html:
    """A part with a heading that can be linked to."""
    heading = f'<h2>{html(title)}</h2><p class="lead">{html(lead)}</p>'
    return Html(f'<section id="{anchor(title)}">{heading}{content}</section>')


def anchor(title: str) -> str:
    """By what a section is linked to."""
    return "-".join(re.findall(r"\w+", title.lower()))


def grid(content: Html) -> Html:
    """Figures side by side, as many as there is room for."""
    return Html(f'<div class="figures">{content}</div>')


def panel(title: str, content: Html) -> Html:
    """Text or a table across the whole width, framed as a figure is."""
    caption = f"<figcaption>{html(title)}</figcaption>" if title else ""
    return Html(f'<figure class="wide">{caption}{content}</figure>')


def folded(summary: str, content: Html) -> Html:
    """What opens when asked for; on paper it is there if it was open."""
    return Html(f"<details><summary>{html(summary)}</summary>{content}</details>")


def missing(what: str, command: str) -> Html:
    """What is not there, and which command makes it."""
    return Html(f'<p class="missing">Not here yet: {html(what)}. Made by <code>{html(command)}</code></p>')


def cards(content: Iterable[Card], kind: str = "") -> Html:
    """Large figures: label, value, and a line below."""
    parts = (
        f"<div><dt>{html(label)}</dt><dd>{html(value)}<small>{html(note)}</small></dd></div>"
        for label, value, note in content
    )
    return Html(f'<dl class="cards {kind}">{"".join(parts)}</dl>')


def picture(image: Image.Image, caption: str) -> Html:
    """A picture inside the page, made smaller where it is wider than `PICTURE_WIDTH`."""
    small = image.convert("RGB")
    small.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=82)
    text = base64.b64encode(data.getvalue()).decode()
    return Html(
        f'<figure class="picture"><img alt="{html(caption)}" src="data:image/jpeg;base64,{text}"></figure>'
    )
