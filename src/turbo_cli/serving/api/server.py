"""The HTTP server in a thread of its own."""

import errno
import socket
import ssl
from collections.abc import Sequence
from threading import Thread

import uvicorn

from turbo_cli.errors import TurboError
from turbo_cli.serving.api.app import make_app
from turbo_cli.serving.api.connections import limited_connections
from turbo_cli.serving.api.context import Context
from turbo_cli.serving.credentials import resolve
from turbo_cli.serving.engine import Engine
from turbo_cli.serving.results import Broadcaster
from turbo_cli.serving.settings import Project, ServeSettings

SHORTEST_TOKEN = 16

LARGEST_MESSAGE = 4096
"""Bytes of a WebSocket's message to us: clients have nothing to say."""


class ApiServer:
    """Serves an engine's API and dashboard from `start` to `stop`.

    broadcaster: one of the engine's sinks. Raises `TurboError` for a port that is taken, an address that is
    not this machine's, certificates that cannot be read, and tokens that are not there or short.
    """

    def __init__(self, engine: Engine, broadcaster: Broadcaster, project: Project) -> None:
        self._context = Context(engine, broadcaster, project)
        config = _config(self._context, project.serve, _tokens(project.serve))
        self._socket = _bound(project.serve.host, project.serve.port)
        self._server = _Server(config, self._context)
        self._thread = Thread(target=self._server.run, args=([self._socket],), name="http api", daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self._socket.getsockname()[:2]
        scheme = "https" if self._server.config.is_ssl else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def start(self) -> None:
        """Begin to answer; who has connected before is answered, too."""
        self._thread.start()

    def reload(self, project: Project) -> None:
        """Show another configuration; address, tokens and limits stay until the next start."""
        self._context.project = project

    def stop(self, deadline_s: float) -> None:
        """End all streams and finish what was asked, for at most `deadline_s`."""
        self._server.config.timeout_graceful_shutdown = max(1, round(deadline_s))
        self._server.should_exit = True
        self._thread.join(deadline_s + 1)


class _Server(uvicorn.Server):
    """Ends the streams, which it would otherwise wait for, when it shuts down."""

    def __init__(self, config: uvicorn.Config, context: Context) -> None:
        super().__init__(config)
        self._context = context

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._context.close()
        await super().shutdown(sockets)


def _config(context: Context, serve: ServeSettings, tokens: Sequence[str]) -> uvicorn.Config:
    config = uvicorn.Config(
        make_app(context, tokens),
        http=limited_connections(serve.limits.connections),
        ws_max_size=LARGEST_MESSAGE,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # anybody can send them
        server_header=False,
        ssl_certfile=serve.tls_certificate,
        ssl_keyfile=serve.tls_key,
        ssl_keyfile_password="none",  # else OpenSSL would ask for one on the terminal
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        files = f"{serve.tls_certificate}, {serve.tls_key}"
        reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
        raise TurboError(f"{files}: no certificate and key: {reason}", "give PEM files") from error
    return config


def _tokens(serve: ServeSettings) -> list[str]:
    tokens = [resolve(token, "serve.tokens").url for token in serve.tokens]
    if any(len(token) < SHORTEST_TOKEN for token in tokens):
        hint = "make one by: openssl rand -hex 16"
        raise TurboError(f"serve.tokens: a token has at least {SHORTEST_TOKEN} characters", hint)
    return tokens


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except UnicodeError as error:
        raise TurboError(f"cannot listen on {host!r}: no name of a host", "use 127.0.0.1") from error
    except OSError as error:
        hint = "choose another port" if error.errno == errno.EADDRINUSE else "use an address of this machine"
        raise TurboError(f"cannot listen on {host} port {port}: {error.strerror}", hint) from error
    bound.listen(128)
    return bound
