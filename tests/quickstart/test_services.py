"""A service beside a stage: there when it is needed, gone afterwards."""

import socket
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest

from turbo_cli.errors import TurboError
from turbo_cli.quickstart.services import free_port, serving
from turbo_cli.quickstart.stage import Service


def make_service(port: int) -> Service:
    return Service(f"--detector tiny --port {port}", f"http://127.0.0.1:{port}")


def test_it_answers_inside_and_has_drained_and_ended_behind(tmp_path: Path) -> None:
    service, log = make_service(free_port()), tmp_path / "log"
    with serving(service, tmp_path, log):
        assert httpx.get(f"{service.url}/readyz", trust_env=False).is_success
    assert not psutil.Process().children()
    assert "ended: 0 frames accepted" in log.read_text()


def test_it_ends_with_what_goes_wrong_inside(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), serving(make_service(free_port()), tmp_path, tmp_path / "log"):
        raise KeyboardInterrupt
    assert not psutil.Process().children()


def test_one_that_cannot_start_says_where_it_says_why(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service = make_service(taken.getsockname()[1])
        problem = f"turbo serve ended, status 2.*{log}"
        with pytest.raises(TurboError, match=problem), serving(service, tmp_path, log):
            pass
    assert "Address already in use" in log.read_text()
