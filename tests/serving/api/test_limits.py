import socket
from collections.abc import Iterator

import pytest

from tests.serving.api.running import Service, picture, post, serving
from tests.serving.waiting import until
from turbo_cli.serving.api import bodies, connections


def dial(service: Service) -> socket.socket:
    host, port = service.server.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    connection.settimeout(10)
    return connection


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True


def test_a_body_is_counted_whatever_its_length_says() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    with serving(limits={"body_bytes": 5000}) as service:
        for content in (b"x" * 5001, chunks()):
            answer = service.client.post(
                "/v1/frames?camera=gate", content=content, headers={"Content-Type": "image/jpeg"}
            )
            assert (answer.status_code, answer.json()["error"]) == (413, "the body is larger than 5000 bytes")
        assert service.client.post("/v1/cameras", content=b" " * 5001).status_code == 413
        assert post(service.client, picture()).status_code == 200


def test_who_asks_too_often_is_told_to_wait() -> None:
    with serving(limits={"requests_per_s": 2}) as service:
        answers = [service.client.get("/healthz") for _ in range(8)]
        assert [answer.status_code for answer in answers][:4] == [200] * 4
        assert (answers[-1].status_code, answers[-1].headers["Retry-After"]) == (429, "1")


def test_one_connection_too_many_is_closed_and_the_others_are_served() -> None:
    with serving(limits={"connections": 3}) as service:
        held = [dial(service) for _ in range(3)]
        until(lambda: is_closed(dial(service)))
        for connection in held:
            connection.close()
        until(lambda: _answers(service))


def _answers(service: Service) -> bool:
    with dial(service) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            return connection.recv(1000).startswith(b"HTTP/1.1 200")
        except ConnectionResetError:
            return False


def test_a_long_head_is_a_json_error() -> None:
    with serving() as service, dial(service) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
        answer = connection.recv(1000)
        assert answer.startswith(b"HTTP/1.1 400")
        assert b'{"error":' in answer


def test_a_header_without_end_is_cut_off_before_it_is_kept() -> None:
    with serving() as service, dial(service) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        sent = 0
        with pytest.raises(ConnectionError):
            while sent < 32 << 20:
                connection.sendall(b"x" * 65_536)
                sent += 65_536
        assert service.client.get("/healthz").status_code == 200


def test_a_head_that_comes_letter_by_letter_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    with serving() as service, dial(service) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHo")
        assert is_closed(connection)
        assert service.client.get("/healthz").status_code == 200


def test_a_body_that_comes_letter_by_letter_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_S", 0.3)
    with serving() as service, dial(service) as connection:
        connection.sendall(
            b"POST /v1/frames?camera=gate HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: image/jpeg\r\nContent-Length: 100\r\n\r\nx"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 408")


def test_a_client_that_takes_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STUCK_S", 0.3)
    with serving() as service:
        for seed in range(3):
            post(service.client, picture(size=(960, 960), seed=seed))
        with dial(service) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            question = b"GET /v1/cameras/gate/picture HTTP/1.1\r\nHost: localhost\r\n\r\n"
            with pytest.raises(ConnectionError):
                while True:
                    deaf.sendall(question * 10)
