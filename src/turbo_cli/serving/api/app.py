"""The API as one ASGI application."""

import re
from collections.abc import Sequence

from fastapi import FastAPI

from turbo_cli import __version__
from turbo_cli.serving.api import cameras, frames, results, status
from turbo_cli.serving.api.access import Tokens
from turbo_cli.serving.api.context import Context
from turbo_cli.serving.api.gate import Gate
from turbo_cli.serving.api.problems import Problem, answer_with_problems
from turbo_cli.serving.dashboard import pages

STATUSES = (400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 503, 504)


def make_app(context: Context, tokens: Sequence[str]) -> Gate:
    """All endpoints behind their gate."""
    app = FastAPI(
        title="Turbo",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        responses={code: {"model": Problem} for code in STATUSES},
        generate_unique_id_function=lambda route: re.sub(r"\W+", "_", route.name),
        redirect_slashes=False,
    )
    app.state.context = context
    answer_with_problems(app)
    for part in (cameras, frames, results, status, pages):
        app.include_router(part.router)
    serve = context.project.serve
    return Gate(app, Tokens(tokens), serve.limits, serve.is_local)
