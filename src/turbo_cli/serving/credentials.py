"""Secrets in addresses: put in from the environment or a file, and kept out of everything that is shown."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from turbo_cli.errors import TurboError

HIDDEN = "***"

_PLACEHOLDER = re.compile(r"\$\{(file:)?([^{}]+)\}")
_USER_INFO = re.compile(r"(?<=://)\S*@")
"""As far as the last @ of a word: a password may hold what it should not, such as / or @."""
_TELLING = "(?:pass|pwd|token|key|secret|auth|sig|cred|user|usr|login|session)"
_PARAMETER = re.compile(rf"([?&;][^=\s&;#]*{_TELLING}[^=\s&;#]*=)[^\s&;#]*", re.IGNORECASE)
_IN_PATH = re.compile(rf"(://[^\s?#]*?/[^=\s/?#]*{_TELLING}[^=\s/?#]*=)[^\s?#]*", re.IGNORECASE)
"""Recorders take `/user=NAME_password=WORD_channel=1`, with any sign between: the rest of the path goes."""


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without these secrets in any spelling, and without user, password and keys of any URL in it.

    It rather hides too much than too little: one letter as a password hides that letter everywhere.
    """
    spellings = {spelling for secret in secrets for spelling in _spellings(secret)} - {""}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, HIDDEN)
    text = _IN_PATH.sub(rf"\1{HIDDEN}", _USER_INFO.sub(f"{HIDDEN}@", text))
    return _PARAMETER.sub(rf"\1{HIDDEN}", text)


def is_placeholder(text: str) -> bool:
    """Whether `text` is one `${NAME}` or `${file:PATH}` and nothing else, so that it holds no secret."""
    return _PLACEHOLDER.fullmatch(text) is not None


@dataclass(frozen=True)
class Address:
    """An address with its secrets put in.

    url: for the connection alone. shown: for everybody. secrets: what `url` holds and nobody may see.
    """

    url: str = field(repr=False)
    shown: str
    secrets: frozenset[str] = field(repr=False)

    def __str__(self) -> str:
        return self.shown

    def redact(self, text: str) -> str:
        """`text` without this address's secrets."""
        return redact(text, self.secrets)


def resolve(template: str, place: str, environment: Mapping[str, str] = os.environ) -> Address:
    """Put secrets into an address: `${NAME}` from the environment, `${file:PATH}` from a file's first line.

    A value is percent-encoded, unless it is the whole address. place: what errors begin with (camera and
    key). Raises `TurboError` for what is not there or empty, and for an address with white space.
    """
    values: list[str] = []

    def put_in(match: re.Match[str]) -> str:
        values.append(_value(match, place, environment))
        return values[-1] if match.group() == template else quote(values[-1], safe="")

    url = _PLACEHOLDER.sub(put_in, template)
    if not url or re.search(r"\s|\x00", url):
        raise TurboError(f"{place}: an address is one word", "write %20 for a space")
    secrets = frozenset([*values, *_passwords(url)])
    return Address(url, redact(_PLACEHOLDER.sub(HIDDEN, template), secrets), secrets)


def _value(match: re.Match[str], place: str, environment: Mapping[str, str]) -> str:
    from_file, name = match.groups()
    if from_file:
        value = _first_line(Path(name), place)
    elif name in environment:
        value = environment[name]
    else:
        raise TurboError(f"{place}: there is no environment variable {name}", f"export {name}=…")
    if not value:
        raise TurboError(f"{place}: {name} is empty", "put the secret there")
    return value


def _first_line(path: Path, place: str) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as error:
        raise TurboError(f"{place}: {path}: cannot read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise TurboError(f"{place}: {path}: is not UTF-8 text") from error


def _passwords(url: str) -> list[str]:
    return [info.group()[:-1].partition(":")[2] for info in _USER_INFO.finditer(url)]


def _spellings(secret: str) -> set[str]:
    """As it is, percent-encoded, decoded, and as Python and JSON show it."""
    plain = {secret, unquote(secret)}
    encoded = {quote(text, safe=safe) for text in plain for safe in ("", "/")}
    return plain | encoded | {repr(text)[1:-1] for text in plain}
