"""Tables of a page."""

from collections.abc import Iterable, Sequence

from turbo_cli.pages.text import Html, html

Row = Sequence[object]


def table(head: Row, rows: Iterable[Row]) -> Html:
    """The first column names the rows; a row of one cell is a heading inside the table."""
    body = "".join(_heading(row, len(head)) if len(row) == 1 else _row(row) for row in rows)
    names = "".join(f'<th scope="col">{html(name)}</th>' for name in head)
    return Html(
        f'<div class="scroll"><table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def facts(rows: Iterable[tuple[str, object]]) -> Html:
    """Names and values; those without a value are left out."""
    shown = "".join(
        f"<div><dt>{html(name)}</dt><dd>{html(value)}</dd></div>" for name, value in rows if value != ""
    )
    return Html(f'<dl class="facts">{shown}</dl>')


def _row(row: Row) -> str:
    first, *others = row
    cells = "".join(f"<td>{html(cell)}</td>" for cell in others)
    return f'<tr><th scope="row">{html(first)}</th>{cells}</tr>'


def _heading(row: Row, columns: int) -> str:
    return f'<tr class="kind"><th colspan="{columns}">{html(row[0])}</th></tr>'
