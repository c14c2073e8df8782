"""Cameras that give one picture a request."""

import time
from collections.abc import Generator
from threading import Event

import httpx2 as httpx

from turbo_cli.data.images import decode_image
from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras.settings import CameraSettings
from turbo_cli.serving.cameras.source import Damage, LostError, Picture
from turbo_cli.serving.credentials import Address
from turbo_cli.serving.http import open_client, parse_address

LARGEST_BYTES = 32 << 20


class Snapshots:
    """Asks for a picture every `poll_s` seconds over one kept connection; basic and digest passwords."""

    lossless = False

    def __init__(self, address: Address, poll_s: float, settings: CameraSettings) -> None:
        self._url = parse_address(address, f"camera {settings.name!r}: key url")
        self._poll_s = poll_s
        self._settings = settings

    def pictures(self, halt: Event) -> Generator[Picture | Damage]:
        timeout = httpx.Timeout(self._settings.read_timeout_s, connect=self._settings.connect_timeout_s)
        with open_client(self._url, timeout) as client:
            due = time.monotonic()
            while not halt.is_set():
                yield self._decode(self._fetch(client))
                due = max(due + self._poll_s, time.monotonic())
                halt.wait(due - time.monotonic())

    def _fetch(self, client: httpx.Client) -> bytes:
        try:
            with client.stream("GET", self._url.copy_with(userinfo=b"")) as answer:
                if answer.status_code == 401 and self._may_digest(client, answer):
                    return self._fetch(client)
                return self._body(answer)
        except httpx.HTTPError as error:
            raise LostError(str(error) or type(error).__name__) from error

    def _may_digest(self, client: httpx.Client, answer: httpx.Response) -> bool:
        """Whether to ask once more with a digest, which the server wants and which was not tried yet."""
        wanted = answer.headers.get("WWW-Authenticate", "").lower().startswith("digest")
        if not wanted or not self._url.userinfo or isinstance(client.auth, httpx.DigestAuth):
            return False
        client.auth = httpx.DigestAuth(self._url.username, self._url.password)
        return True

    def _body(self, answer: httpx.Response) -> bytes:
        if answer.status_code == 401:
            raise LostError("wrong user or password (401)")
        if answer.status_code != 200:
            raise LostError(f"answers {answer.status_code} {answer.reason_phrase}")
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/"):
            raise LostError(f"sends {kind.partition(';')[0]}, not a picture")
        deadline = time.monotonic() + self._settings.read_timeout_s
        body = bytearray()
        for part in answer.iter_bytes():
            body += part
            if len(body) > LARGEST_BYTES:
                raise LostError(f"sends more than {LARGEST_BYTES >> 20} MiB as one picture")
            if time.monotonic() > deadline:
                raise LostError(f"one picture takes more than {self._settings.read_timeout_s:g} s")
        return bytes(body)

    def _decode(self, content: bytes) -> Picture | Damage:
        started = time.perf_counter()
        try:
            image = decode_image(content, "picture", self._settings.max_pixels)
        except TurboError as error:
            return Damage(str(error))
        return Picture(image, (time.perf_counter() - started) * 1000)
