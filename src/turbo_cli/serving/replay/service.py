"""The service under load, as its HTTP API shows it."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

import httpx2 as httpx

from turbo_cli.errors import TurboError
from turbo_cli.serving.credentials import resolve
from turbo_cli.serving.http import parse_address

TIMEOUT = httpx.Timeout(90.0, connect=5.0)
"""A posted frame is answered when its window is done."""


@contextlib.asynccontextmanager
async def connected(url: str, token: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service. Raises `TurboError` where none answers, and for what is no address."""
    address = resolve(url, "--to")
    base_url = parse_address(address, "--to")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    unlimited = httpx.Limits(max_connections=None)
    try:
        async with httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=TIMEOUT, limits=unlimited, trust_env=False
        ) as client:
            yield client
    except httpx.TransportError as error:
        raise TurboError(
            f"{address}: no service answers: {address.redact(str(error))}", "start one with `turbo serve`"
        ) from error


async def window_ms(client: httpx.AsyncClient) -> float:
    """The service's interval T. Raises `TurboError` for an answer that is no such service's."""
    answer = _fine(await client.get("/v1/status"))
    try:
        return float(answer.json()["window_ms"])
    except (ValueError, KeyError, TypeError) as error:
        raise TurboError(
            f"{client.base_url}: answers, but is no `turbo serve`", "name another address"
        ) from error


@contextlib.asynccontextmanager
async def added(client: httpx.AsyncClient, addresses: dict[str, str]) -> AsyncIterator[None]:
    """Inside, the service has cameras of these names; those that it did not have go again at the end.

    Raises `TurboError` if one of them cannot be added.
    """
    there = {figures["camera"]["camera"] for figures in _fine(await client.get("/v1/cameras")).json()}
    missing = [name for name in addresses if name not in there]
    ours: list[str] = []
    try:
        for name in missing:
            _fine(await client.post("/v1/cameras", json={"name": name, "url": addresses[name]}))
            ours.append(name)
        yield
    finally:
        await _remove(client, ours)


async def _remove(client: httpx.AsyncClient, names: Sequence[str]) -> None:
    with contextlib.suppress(httpx.HTTPError):  # it may have ended meanwhile
        for name in names:
            await client.delete(f"/v1/cameras/{quote(name, safe='')}")


def _fine(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise TurboError(f"{answer.url.path}: the service answers {answer.status_code}: {answer.text[:200]}")
    return answer
