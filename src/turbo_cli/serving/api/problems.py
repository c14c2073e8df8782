"""Every error as JSON: what is wrong, and what to do. What the client sent is never repeated by us."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from turbo_cli.errors import TurboError
from turbo_cli.serving.credentials import redact


class Problem(BaseModel):
    """An error. hint: what to do."""

    error: str
    hint: str | None = None


class Refusal(HTTPException):
    """An error of the client with a hint."""

    def __init__(self, status: int, error: str, hint: str | None = None) -> None:
        super().__init__(status, error)
        self.hint = hint


def problem(
    status: int, error: str, hint: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer for an error, without passwords of addresses."""
    found = Problem(error=redact(error), hint=redact(hint) if hint else None)
    return JSONResponse(found.model_dump(), status, headers)


def answer_with_problems(app: FastAPI) -> None:
    """Let all errors of an app be JSON; what the user can mend is a 400, a bug a 500 and logged."""

    @app.exception_handler(TurboError)
    async def _(request: Request, error: TurboError) -> JSONResponse:
        return problem(400, error.message, error.hint)

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), getattr(error, "hint", None), error.headers)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, "; ".join(map(_told, error.errors())), "see /docs")

    @app.exception_handler(ClientDisconnect)
    async def _(request: Request, error: ClientDisconnect) -> JSONResponse:
        return problem(400, "the body broke off")  # to nobody: the client has gone

    @app.exception_handler(Exception)
    async def _(request: Request, error: Exception) -> JSONResponse:
        return problem(500, "an error of the service", "its log says more")


def _told(error: Mapping[str, object]) -> str:
    place = error["loc"]
    path = ".".join(map(str, place)) if isinstance(place, tuple) else str(place)
    return f"{path}: {error['msg']}"
