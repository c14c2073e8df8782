"""Reading a source's files: what cannot be read is the user's to mend, and is named."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from turbo_cli.data.files import visible_files
from turbo_cli.data.images import IMAGE_SUFFIXES, image_size
from turbo_cli.data.importers.report import Place, Reason, Report
from turbo_cli.errors import TurboError


def read_text(path: Path) -> str:
    """The whole file as UTF-8. Raises `TurboError` if it cannot be read, is empty or is no text."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TurboError(f"{path}: cannot read: {error.strerror}") from error
    if not content.strip():
        raise TurboError(f"{path}: is empty ({len(content)} bytes)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TurboError(f"{path}: is not a text file (byte {error.start})") from error


def read_json(path: Path) -> Any:
    """The JSON value in the file. Raises `TurboError` naming the line that is no JSON."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise TurboError(f"{path}: line {error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # nested too deeply, a number of thousands of digits
        raise TurboError(f"{path}: not usable as JSON: {error}") from error


class _TextLoader(yaml.BaseLoader):
    """Every scalar is text (so a class `no` is no False), and no key may be there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep)
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} is there twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return mapping


def read_yaml(path: Path) -> Any:
    """The YAML value in the file, of text, lists and maps. Raises `TurboError` naming the line."""
    text = read_text(path)
    with yaml_errors(path):
        return yaml.load(text, Loader=_TextLoader)


@contextlib.contextmanager
def yaml_errors(path: Path) -> Iterator[None]:
    """Turns what PyYAML raises into a `TurboError` naming the file and the line."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TurboError(f"{path}: line {line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise TurboError(f"{path}: not usable as YAML: {error}") from error


def files_below(source: Path, suffixes: Iterable[str]) -> list[Path]:
    """`source` itself if it is a file, else the files below it with such a suffix, `img2` before `img10`.

    Hidden files and folders are passed over. Raises `TurboError` if `source` is absent.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise TurboError(f"{source}: no such file or folder")
    wanted = set(suffixes)
    return visible_files(source, lambda path: path.suffix.lower() in wanted)


class ImageFinder:
    """Finds images below a folder by the names that annotations use, wherever in it they lie."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._by_name: dict[str, list[Path]] = {}
        for path in files_below(root, IMAGE_SUFFIXES):
            self._by_name.setdefault(path.name, []).append(path)

    @property
    def is_empty(self) -> bool:
        """Whether there is no image at all."""
        return not self._by_name

    def find(self, name: str) -> Path | None:
        """The image `name` in the folder, else the one image below it whose path ends in `name`.

        Raises `TurboError` if there are several: it is not for us to guess.
        """
        name = name.replace("\\", "/")
        if _is_file(self.root / name):
            return self.root / name
        tail = PurePosixPath(name).parts
        same_name = self._by_name.get(tail[-1] if tail else "", [])
        matches = [path for path in same_name if path.parts[-len(tail) :] == tail]
        if len(matches) > 1:
            raise TurboError(
                f"two images are named {name}: {matches[0]} and {matches[1]}",
                "name the folder that is meant with --images",
            )
        return matches[0] if matches else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def measure(path: Path | None, place: Place, report: Report, rows: int) -> tuple[int, int] | None:
    """Width and height of an image as it is shown.

    None, and a bad row that takes `rows` rows along, if there is no such image or it is not readable.
    """
    if path is None or not _is_file(path):
        report.skip(Reason.MISSING_IMAGE, place, str(path or ""), rows)
        return None
    try:
        return image_size(path)
    except TurboError as error:
        report.skip(Reason.UNREADABLE_IMAGE, place, str(error), rows)
        return None
