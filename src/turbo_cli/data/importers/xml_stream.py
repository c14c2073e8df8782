"""XML as a stream of elements with line numbers, for files from strangers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from turbo_cli.errors import TurboError

CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Element:
    """The start of an element, or its end. line: from 1."""

    tag: str
    attributes: dict[str, str]
    line: int
    is_end: bool = False


def xml_elements(path: Path) -> Iterator[Element]:
    """Start and end of every element in order, a chunk of the file at a time.

    A document type is refused, and with it every entity: no bomb can be lit and no other file be read. Raises
    `TurboError` with the line for that, for what is not well-formed, and for a file that cannot be read.
    """
    parser = expat.ParserCreate()
    waiting: list[Element] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        waiting.append(Element(tag, attributes, parser.CurrentLineNumber))

    def end(tag: str) -> None:
        waiting.append(Element(tag, {}, parser.CurrentLineNumber, is_end=True))

    def refuse(*declaration: object) -> None:
        raise TurboError(
            f"{path}: line {parser.CurrentLineNumber}: has a document type (DTD), which is refused",
            "remove the <!DOCTYPE …> declaration",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    for chunk in _chunks(path):
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise TurboError(f"{path}: line {error.lineno}: not well-formed XML: {reason}") from error
        except (LookupError, ValueError) as error:  # an encoding that Python or expat does not know
            raise TurboError(f"{path}: line 1: cannot be read: {error}") from error
        yield from waiting
        waiting.clear()


def _chunks(path: Path) -> Iterator[bytes]:
    """The file's bytes, then one empty chunk."""
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise TurboError(f"{path}: cannot read: {error.strerror}") from error
    yield b""
