"""HTTP clients that keep passwords out of addresses and logs."""

import logging

import httpx2 as httpx

from turbo_cli.errors import TurboError
from turbo_cli.serving.credentials import Address

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would log every request's whole address

LAST_PORT = 65535


def parse_address(address: Address, place: str) -> httpx.URL:
    """An http or https address. Raises `TurboError`, which begins with `place`, for what is none."""
    try:
        url = httpx.URL(address.url)
    except httpx.InvalidURL as error:
        raise TurboError(f"{place}: {address}: {address.redact(str(error))}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise TurboError(f"{place}: {address}: not an http or https address")
    if url.port is not None and not 1 <= url.port <= LAST_PORT:
        raise TurboError(f"{place}: {address}: there is no port {url.port}", f"ports are 1…{LAST_PORT}")
    return url


def open_client(url: httpx.URL, timeout: httpx.Timeout) -> httpx.Client:
    """A client with the user and password of `url`; it follows no redirect and uses no proxy."""
    password = (url.username, url.password) if url.userinfo else None
    return httpx.Client(auth=password, timeout=timeout, trust_env=False)
