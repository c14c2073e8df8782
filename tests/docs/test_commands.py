"""The pages of `docs/commands/` are what the command line says of itself today."""

from docs.generate import FOLDER, pages


def test_pages_are_current() -> None:
    written = {file.name: file.read_text() for file in FOLDER.glob("*.md")}
    assert written == pages(), "run `make docs`"
