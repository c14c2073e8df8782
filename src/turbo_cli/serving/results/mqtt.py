"""Records to an MQTT broker; needs the extra `mqtt`."""

import time
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from turbo_cli.errors import TurboError
from turbo_cli.serving.credentials import Address
from turbo_cli.serving.results.record import ResultRecord
from turbo_cli.serving.results.sink import SinkStatus

PORTS = {"mqtt": 1883, "mqtts": 8883}
CLOSE_CHECK_S = 0.02


class Mqtt:
    """Publishes to `<topic>/<camera>` with quality of service 1; the library keeps, resends and reconnects.

    address: `mqtt[s]://user:password@host:port/topic`; the topic is `turbo` by default. capacity: records
    that may wait for a broker; what comes in addition is given up. Raises `TurboError` for another kind of
    address, a topic with a wildcard, and where the extra is missing.
    """

    def __init__(self, address: Address, capacity: int = 10_000, longest_pause_s: int = 30) -> None:
        self._address = address
        url, port = find_broker(address)
        self._topic = url.path.strip("/") or "turbo"
        self._accepted = self._written = self._failed = 0
        self._last_error: str | None = None
        self._client = _client(capacity, longest_pause_s)
        self._client.on_publish = self._on_publish
        self._client.on_connect = self._on_connect
        if url.username:
            self._client.username_pw_set(unquote(url.username), unquote(url.password or ""))
        if url.scheme == "mqtts":
            self._client.tls_set()
        self._client.connect_async(str(url.hostname), port)
        self._client.loop_start()

    def write(self, record: ResultRecord) -> None:
        """Hand a record to the library's queue."""
        message = self._client.publish(f"{self._topic}/{record.camera}", record.json_text, qos=1)
        if message.rc == _mqtt().MQTT_ERR_QUEUE_SIZE:
            self._failed += 1
            self._last_error = "the queue is full"
        else:
            self._accepted += 1

    def close(self, deadline_s: float) -> None:
        """Wait for the broker's receipts, for at most `deadline_s`; the rest is given up."""
        deadline = time.monotonic() + deadline_s
        while self._written < self._accepted and time.monotonic() < deadline:
            time.sleep(CLOSE_CHECK_S)
        self._failed += self._accepted - self._written
        self._accepted = self._written
        self._client.disconnect()
        self._client.loop_stop()

    def status(self) -> SinkStatus:
        """Figures until now."""
        waiting = self._accepted - self._written
        return SinkStatus(f"mqtt {self._address}", self._written, self._failed, waiting, self._last_error)

    def _on_publish(self, *_: Any) -> None:
        self._written += 1

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._last_error = self._address.redact(str(reason)) if reason.is_failure else None


def find_broker(address: Address) -> tuple[SplitResult, int]:
    """Where an address leads, and by which port. Raises `TurboError` as `Mqtt` does."""
    _mqtt()
    try:
        url = urlsplit(address.url)
        port = url.port or PORTS[url.scheme]
        name = (url.hostname or "").encode("idna")
    except (KeyError, ValueError):
        name = b""
    if not name:
        raise TurboError(f"mqtt {address}: not an mqtt or mqtts address")
    if "+" in url.path:
        raise TurboError(f"mqtt {address}: a topic to publish to has no wildcard", "leave out the +")
    return url, port


def _client(capacity: int, longest_pause_s: int) -> Any:
    mqtt = _mqtt()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.max_queued_messages_set(capacity)
    client.reconnect_delay_set(1, longest_pause_s)
    return client


def _mqtt() -> Any:
    try:
        import paho.mqtt.client
    except ModuleNotFoundError as error:
        raise TurboError("MQTT needs an optional package", "pip install 'turbo-cli[mqtt]'") from error
    return paho.mqtt.client
