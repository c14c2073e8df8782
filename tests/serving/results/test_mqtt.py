import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.serving.results.records import indices, record
from tests.serving.waiting import until
from turbo_cli.errors import TurboError
from turbo_cli.serving.credentials import resolve
from turbo_cli.serving.results.mqtt import Mqtt

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
needs_broker = pytest.mark.skipif(MOSQUITTO is None, reason="no MQTT broker here (Debian's mosquitto)")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def broker(folder: Path, port: int) -> Iterator[None]:
    """A real broker, up when the block begins and killed at its end."""
    configuration = folder / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    process = subprocess.Popen([str(MOSQUITTO), "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: listens(port))
        yield
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


@contextlib.contextmanager
def subscribed(port: int) -> Iterator[list[tuple[str, int]]]:
    messages: list[tuple[str, int]] = []
    ready: list[object] = []

    def keep(_client: Client, _data: object, message: MQTTMessage) -> None:
        messages.extend((message.topic, index) for index in indices(bytes(message.payload)))

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = keep
    client.on_subscribe = lambda *answer: ready.append(answer)
    client.connect("127.0.0.1", port)
    client.subscribe("street/#", qos=1)
    client.loop_start()
    until(lambda: ready)
    yield messages
    client.disconnect()
    client.loop_stop()


@needs_broker
def test_what_waits_for_a_broker_arrives_in_order(tmp_path: Path) -> None:
    port = free_port()
    sink = Mqtt(resolve(f"mqtt://ann:hush@127.0.0.1:{port}/street", "mqtt"), longest_pause_s=1)
    for index in range(3):
        sink.write(record(index, camera="gate"))
    assert sink.status().waiting == 3
    with broker(tmp_path, port), subscribed(port) as messages:
        until(lambda: sink.status().written == 3)
        sink.write(record(3, camera="yard"))
        sink.close(10)
        until(lambda: len(messages) == 4)
    assert messages == [("street/gate", 0), ("street/gate", 1), ("street/gate", 2), ("street/yard", 3)]
    assert (sink.status().written, sink.status().failed, sink.status().waiting) == (4, 0, 0)
    assert "hush" not in repr(sink.status())


def test_a_full_queue_delays_nobody() -> None:
    sink = Mqtt(resolve(f"mqtt://127.0.0.1:{free_port()}", "mqtt"), capacity=2)
    for index in range(5):
        sink.write(record(index))
    assert (sink.status().waiting, sink.status().failed) == (2, 3)
    sink.close(0)
    assert (sink.status().waiting, sink.status().failed) == (0, 5)


@pytest.mark.parametrize(
    "url",
    ["http://host/", "mqtt:///street", "mqtt://host:99999", "mqtt://host:x", "mqtt://[::1", "mqtt://a..b"],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(TurboError, match="not an mqtt or mqtts address"):
        Mqtt(resolve(url, "mqtt"))


def test_a_topic_with_a_wildcard_is_refused_before_the_first_record() -> None:
    with pytest.raises(TurboError, match="no wildcard"):
        Mqtt(resolve("mqtt://host/street/+", "mqtt"))
