"""Who may ask: tokens, and requests that a foreign web page makes a browser send."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

PUBLIC = frozenset({"/", "/docs", "/openapi.json", "/healthz", "/readyz"})
"""Pages without data, and whether the service is well."""

ASSETS = "/assets/"


def is_public(path: str) -> bool:
    """Whether a path needs no token."""
    return path in PUBLIC or path.startswith(ASSETS)


class Tokens:
    """The tokens that open the API; only their hashes are kept."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._hashes = [_hash(token) for token in tokens]

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def match(self, headers: Headers) -> bool:
        """Whether `Authorization: Bearer TOKEN` holds one of them; takes as long for any wrong one."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = _hash(token.strip())
        matches = [hmac.compare_digest(given, known) for known in self._hashes]
        return scheme.lower() == "bearer" and any(matches)


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another site sends the request."""
    origin = headers.get("origin")
    if origin is None:
        return False
    return origin.lower().partition("://")[2] != headers.get("host", "").lower()


def names_this_machine(headers: Headers) -> bool:
    """Whether the request's Host is a loopback name: a foreign name may have been bent to this address."""
    try:
        name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
