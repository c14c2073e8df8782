"""What self-contained pages are made of: their style, tables, and pictures that lie in them."""

import base64
import io
from collections.abc import Iterable, Sequence
from importlib.resources import files

from PIL import Image

STYLE = files(__package__).joinpath("page.css").read_text("utf-8")
"""Of every page, light or dark as the reader's system is."""

PICTURE_WIDTH = 1400


def table(head: Sequence[str], rows: Iterable[str]) -> str:
    """A table of `row`s under its column names; all of it HTML already."""
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{''.join(rows)}</table>"


def row(cells: Iterable[str]) -> str:
    """One row of HTML cells."""
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def embedded(picture: Image.Image, alt: str, width: int = PICTURE_WIDTH) -> str:
    """The picture as an element that needs no other file, at most so many pixels wide or high."""
    small = picture.copy()
    small.thumbnail((width, width))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=82)
    text = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="{alt}" src="data:image/jpeg;base64,{text}">'
