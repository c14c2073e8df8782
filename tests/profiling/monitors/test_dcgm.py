"""The DCGM exporter's page, served over loopback."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from turbo_cli.errors import TurboError
from turbo_cli.profiling.monitors import DeviceSample, find_monitor
from turbo_cli.profiling.monitors.dcgm import DcgmMonitor

Serve = Callable[[bytes], str]


def series(name: str, *values: float) -> str:
    """One field of several GPUs, as the exporter prints it."""
    labels = [f'gpu="{i}",UUID="GPU-{i}",device="nvidia{i}",modelName="Tesla T4"' for i in range(9)]
    lines = [f"{name}{{{label}}} {value}" for label, value in zip(labels, values, strict=False)]
    return "\n".join([f"# HELP {name} A field.", f"# TYPE {name} gauge", *lines, ""])


PAGE = (
    series("DCGM_FI_DEV_SM_CLOCK", 585, 1590)
    + series("DCGM_FI_DEV_GPU_TEMP", 40, 61)
    + series("DCGM_FI_DEV_POWER_USAGE", 9.5, 68.25)
    + series("DCGM_FI_DEV_GPU_UTIL", 0, 97)
    + series("DCGM_FI_DEV_FB_USED", 3, 2048)
    + series("DCGM_FI_PROF_SM_ACTIVE", 0.001, 0.635)
)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve this answer; gives the page's address."""
    servers: list[HTTPServer] = []

    def start(answer: bytes) -> str:
        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Page)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/metrics"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def page(text: str) -> bytes:
    return b"HTTP/1.0 200 OK\r\n\r\n" + text.encode()


def test_the_page_tells_of_the_gpu_by_number_and_by_uuid(serve: Serve) -> None:
    url = serve(page(PAGE))
    expected = DeviceSample(
        utilisation=0.97,
        sm_activity=0.635,
        clock_mhz=1590,
        temperature_c=61,
        power_w=68.25,
        memory_bytes=2 << 30,
    )
    assert DcgmMonitor(url, 1).sample() == DcgmMonitor(url, 0, "GPU-1").sample() == expected
    assert find_monitor("cuda:1", url).name == "dcgm"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (page("<html><body>no metrics</body></html>"), "invalid metric name"),
        (page('DCGM_FI_DEV_GPU_UTIL{gpu="1", ="x"} 5'), "index out of range"),
        (page(""), "no DCGM_FI_DEV_GPU_UTIL for gpu=1"),
        (page(series("DCGM_FI_DEV_GPU_UTIL", 5)), "no DCGM_FI_DEV_GPU_UTIL for gpu=1"),
        (page("\ufffd").replace(b"\xef", b"\xff"), "invalid start byte"),
        (b"HTTP/1.0 503 Service Unavailable\r\n\r\n", "503"),
        (b"not http at all\r\n", "not http"),
    ],
)
def test_a_page_that_tells_nothing_is_one_line(serve: Serve, answer: bytes, problem: str) -> None:
    with pytest.raises(TurboError, match=problem) as caught:
        DcgmMonitor(serve(answer), 1).sample()
    assert "\n" not in str(caught.value)


def test_an_exporter_that_is_not_there_is_named() -> None:
    with pytest.raises(TurboError, match=r"http://127\.0\.0\.1:9/metrics: .*refused"):
        DcgmMonitor("http://127.0.0.1:9/metrics", 0).sample()


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "localhost:9400", "http://", "", "http://h:x/", "http://user:secret@h/metrics"],
)
def test_only_http_without_a_password_is_an_address(url: str) -> None:
    with pytest.raises(TurboError, match="no http URL without a password") as caught:
        DcgmMonitor(url, 0)
    assert "secret" not in str(caught.value)
