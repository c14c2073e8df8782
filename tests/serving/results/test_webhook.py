import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.serving.results.receiver import Receiver, receiving
from tests.serving.results.records import indices, record
from tests.serving.waiting import until
from turbo_cli.errors import TurboError
from turbo_cli.serving.credentials import resolve
from turbo_cli.serving.results import destination
from turbo_cli.serving.results.destination import Destination
from turbo_cli.serving.results.ndjson import NdjsonFile
from turbo_cli.serving.results.webhook import Webhook


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def buried(tmp_path: Path) -> Path:
    return tmp_path / "dead-letters.ndjson"


def hook(url: str, buried: Path, **options: Any) -> Webhook:
    quick = {"private": True, "timeout_s": 0.3, "longest_pause_s": 0.05}
    return Webhook(resolve(url, "webhook"), NdjsonFile(buried), **(quick | options))


def write(webhook: Webhook, numbers: range) -> None:
    for number in numbers:
        webhook.write(record(number))


def test_records_arrive_in_order_with_password(receiver: Receiver, buried: Path) -> None:
    webhook = hook(receiver.url("ann:p%40ss", host="localhost"), buried)
    write(webhook, range(20))
    webhook.close(10)
    assert receiver.taken == list(range(20))
    assert receiver.headers["Authorization"] == "Basic YW5uOnBAc3M="
    assert receiver.headers["Host"] == f"localhost:{receiver.port}"
    assert receiver.headers["Content-Type"] == "application/json"
    assert (webhook.status().written, webhook.status().failed) == (20, 0)


def test_a_host_that_answers_at_its_second_address_alone(
    receiver: Receiver, buried: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `localhost` does where it is ::1 first, and the server listens on 127.0.0.1."""
    both = [(0, 0, 0, "", (address, receiver.port)) for address in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(destination, "socket", FakeSocket(both))
    webhook = hook(receiver.url(host="box.local"), buried)
    write(webhook, range(3))
    webhook.close(10)
    assert receiver.taken == [0, 1, 2]


@dataclass(frozen=True)
class FakeSocket:
    """The module `socket`, whose names all lead to the same addresses."""

    found: list[Any]
    SOCK_STREAM: int = 1

    def getaddrinfo(self, *_: Any, **__: Any) -> list[Any]:
        return self.found


@pytest.mark.parametrize("repetition", range(3))
def test_down_for_a_while_nothing_is_lost(receiver: Receiver, buried: Path, repetition: int) -> None:
    webhook = hook(receiver.url(), buried)
    write(webhook, range(5))
    receiver.kill()
    write(webhook, range(5, 15))
    until(lambda: webhook.status().last_error)
    receiver.status = 503
    receiver.start()
    until(lambda: webhook.status().last_error == "answers 503")
    receiver.status = 200
    webhook.close(10)
    assert sorted(set(receiver.taken)) == list(range(15))
    assert buried.read_text() == ""


@pytest.mark.parametrize("status", [302, 400, 404])
def test_what_is_refused_is_buried_at_once(receiver: Receiver, buried: Path, status: int) -> None:
    receiver.status = status
    webhook = hook(receiver.url(), buried)
    write(webhook, range(2))
    until(lambda: webhook.status().failed == 2)
    receiver.status = 200
    write(webhook, range(2, 4))
    webhook.close(10)
    assert receiver.taken == [2, 3]
    assert indices(buried.read_text()) == [0, 1]


def test_what_is_too_old_is_buried(receiver: Receiver, buried: Path) -> None:
    receiver.status = 500
    webhook = hook(receiver.url(), buried, give_up_s=0.2)
    write(webhook, range(3))
    until(lambda: webhook.status().failed == 3)
    webhook.close(1)
    assert indices(buried.read_text()) == [0, 1, 2]


def test_a_full_queue_delays_nobody_and_loses_nothing(receiver: Receiver, buried: Path) -> None:
    receiver.frozen.set()
    webhook = hook(receiver.url(), buried, capacity=5)
    write(webhook, range(20))
    assert webhook.status().waiting == 5
    receiver.frozen.clear()
    webhook.close(10)
    assert sorted(set(receiver.taken)) == list(range(5))
    assert indices(buried.read_text()) == list(range(5, 20))


def test_what_is_left_at_the_end_is_buried(receiver: Receiver, buried: Path) -> None:
    receiver.frozen.set()
    webhook = hook(receiver.url(), buried)
    write(webhook, range(5))
    webhook.close(0.1)
    assert indices(buried.read_text()) == list(range(5))
    assert webhook.status().waiting == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "[fe80::1]"]
)
def test_private_networks_only_when_allowed(buried: Path, host: str) -> None:
    with pytest.raises(TurboError, match="in a private network"):
        hook(f"http://{host}:9/", buried, private=False)


@pytest.mark.parametrize(
    "address", ["[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]", "224.0.0.1", "0.0.0.0"]
)
def test_disguised_private_addresses(address: str) -> None:
    with pytest.raises(TurboError, match="in a private network"):
        Destination(address.strip("[]"), 80, private=False).addresses()


def test_a_public_address_is_allowed() -> None:
    assert Destination("8.8.8.8", 80, private=False).addresses() == ["8.8.8.8"]


@pytest.mark.parametrize(
    "url", ["ftp://host/", "http:///hush", "http://host:x/", "http://a..b/", "http://host:65536/"]
)
def test_addresses_that_are_none(buried: Path, url: str) -> None:
    with pytest.raises(TurboError, match="webhook"):
        hook(url, buried)


def test_no_secret_is_logged(receiver: Receiver, buried: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.status = 404
    webhook = hook(receiver.url("ann:p%40ss"), buried)
    write(webhook, range(2))
    webhook.close(10)
    for secret in ("p%40ss", "p@ss", "hush"):
        assert secret not in caplog.text + repr(webhook.status())
