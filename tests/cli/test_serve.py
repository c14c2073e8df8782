"""`turbo serve` before it serves: whatever stands in its way is one line."""

import socket
import sys
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.serving.api.running import TOKEN
from turbo_cli.serving.settings import Project

NOTHING = "nothing.safetensors"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHORT", "tiny")
    monkeypatch.setenv("LONG", TOKEN)
    return tmp_path


# What stands in the project file → what the error says.
HINDRANCES = {
    "enhancer: nothing.safetensors": "key profile: an enhancer needs a profile",
    "enhancer: nothing.safetensors\nprofile: t4/yolov3": "nothing.safetensors: no such file",
    "profile: nowhere": "nowhere: no such folder, and no shipped profile",
    "detector: tinny": "did you mean 'tiny'?",
    "detector: tiny\ndevice: cuda:99": "cuda",
    "serve: {tokens: ['${NO_SUCH_THING}']}": "there is no environment variable NO_SUCH_THING",
    "serve: {tokens: ['${SHORT}']}": "at least 16 characters",
    "serve: {tls_certificate: no.pem, tls_key: no.key}": "no.pem",
    "serve: {host: 192.0.2.1, insecure: true}": "cannot listen on 192.0.2.1",
    "serve: {cameras: [{name: a, url: 'rtmp://x/y'}]}": "camera 'a': key url: unknown kind 'rtmp'",
    "serve: {cameras: [{name: a, url: nothing.mp4}]}": "nothing.mp4",
    "serve: {cameras: [{name: a, url: 'rtsp://${NO_SUCH_THING}@x'}]}": "environment variable NO_SUCH_THING",
    "serve: {results: {mqtt: {url: '${NO_SUCH_THING}'}}}": "environment variable NO_SUCH_THING",
    "serve: {results: {mqtt: {url: 'http://host'}}}": "not an mqtt or mqtts address",
    "serve: {results: {webhook: {url: 'ftp://host/'}}}": "not an http or https address",
    "serve: {results: {webhook: {url: 'http://127.0.0.1/'}}}": "in a private network",
    "serve: {results: {ndjson: {path: /proc/no/such}}}": "/proc/no/such: cannot write",
}


@pytest.mark.parametrize(("text", "problem"), HINDRANCES.items())
def test_check_says_what_stands_in_the_way(text: str, problem: str, turbo: RunTurbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text(text)
    finished = turbo("serve", "check")
    assert finished.status == 2
    assert problem in finished.err and finished.err.count("\n") == 1


def test_check_is_content_with_what_init_writes_and_takes_nothing(turbo: RunTurbo, folder: Path) -> None:
    turbo("init")
    finished = turbo("serve", "check")
    assert (finished.status, finished.out) == (0, "fine: 1 cameras, tiny, at level 0\n"), finished.err
    assert [path.name for path in folder.iterdir()] == ["turbo.yaml"]


def test_check_passes_while_a_service_holds_the_port(turbo: RunTurbo, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        (folder / "turbo.yaml").write_text(f"serve: {{port: {taken.getsockname()[1]}}}")
        assert turbo("serve", "check").status == 0


def test_a_missing_extra_is_named(turbo: RunTurbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "turbo_cli.serving.building", raising=False)
    monkeypatch.delitem(sys.modules, "turbo_cli.serving.api.server", raising=False)
    finished = turbo("serve", "check")
    assert (finished.status, "pip install 'turbo-cli[serve]'" in finished.err) == (2, True)


def test_a_port_in_use_is_one_line(turbo: RunTurbo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = turbo("serve", "--port", str(port), "--camera", "post:")
    assert finished.status == 2
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in finished.err


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--port", "99999"], "key serve.port"),
        (["--pipeline", "glimps"], "key serve.pipeline"),
        (["--size", "big"], "key size"),
        (["--host", "0.0.0.0"], "give tokens, or say insecure: true"),
        (["--window", "0"], "key serve.window_ms"),
    ],
)
def test_a_bad_option_names_its_key(options: list[str], problem: str, turbo: RunTurbo) -> None:
    finished = turbo("serve", *options, "check")
    assert finished.status == 2
    assert problem in finished.err and finished.err.count("\n") == 1


@pytest.mark.parametrize(("options", "guarded"), [(["--no-guard"], False), ([], True)])
def test_the_guard_can_be_left_out(
    options: list[str], guarded: bool, turbo: RunTurbo, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Project] = []
    monkeypatch.setattr("turbo_cli.serving.serve", lambda project, read: served.append(project))
    assert turbo("serve", "--camera", "street.mp4", *options).status == 0
    assert [project.serve.guard for project in served] == [guarded]
