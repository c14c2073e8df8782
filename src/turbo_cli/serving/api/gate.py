"""What every request passes before it is looked at."""

import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from turbo_cli.serving.api.access import Tokens, is_foreign, is_public, names_this_machine
from turbo_cli.serving.api.bodies import LimitedBody
from turbo_cli.serving.api.problems import problem
from turbo_cli.serving.api.rates import RateLimit
from turbo_cli.serving.settings import Limits

SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Gate:
    """Refuses who asks too often, comes from a foreign page or has no token; counts the bytes of bodies.

    local: only this machine reaches the address, so without tokens its name must be this machine's.
    `scope["state"]["trusted"]` tells whether a token came.
    """

    def __init__(self, app: ASGIApp, tokens: Tokens, limits: Limits, local: bool) -> None:
        self._app = app
        self._tokens = tokens
        self._limits = limits
        self._local = local
        self._rate = RateLimit(limits.requests_per_s, time.monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFE_HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        trusted = bool(self._tokens) and self._tokens.match(headers)
        scope.setdefault("state", {})["trusted"] = trusted
        answer = self._refusal(scope, headers, trusted) or self._app
        limited = LimitedBody(receive, self._limits.body_bytes) if scope["type"] == "http" else receive
        await answer(scope, limited, send_safely)

    def _refusal(self, scope: Scope, headers: Headers, trusted: bool) -> ASGIApp | None:
        client = scope.get("client") or ("", 0)
        if not self._rate.allows(client[0]):
            return problem(429, "too many requests", "ask less often", {"Retry-After": "1"})
        if is_foreign(headers):
            return problem(403, "a page of another site may not ask", "open the dashboard at this address")
        if not self._tokens and self._local and not names_this_machine(headers):
            return problem(403, "without a token only localhost is answered", "ask for http://localhost")
        if self._tokens and not trusted and not is_public(scope["path"]):
            hint = "send Authorization: Bearer TOKEN"
            return problem(401, "a token is needed", hint, {"WWW-Authenticate": "Bearer"})
        return None
