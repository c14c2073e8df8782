"""Serves the dashboard's files, which hold no data: the API's answers do."""

from pathlib import Path

from fastapi import APIRouter, Response

from turbo_cli.serving.api.access import ASSETS
from turbo_cli.serving.api.problems import Refusal

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES = {path.name: path.read_bytes() for path in (Path(__file__).parent / "assets").iterdir()}

router = APIRouter(include_in_schema=False)


@router.get("/")
def dashboard() -> Response:
    """The dashboard."""
    return _file("index.html")


@router.get("/docs")
def docs() -> Response:
    """The endpoints, from /openapi.json."""
    return _file("docs.html")


@router.get(ASSETS + "{name}")
def asset(name: str) -> Response:
    """A style, script or picture of the pages."""
    return _file(name)


def _file(name: str) -> Response:
    if name not in _FILES:
        raise Refusal(404, "there is no such file", "the dashboard is at /")
    return Response(_FILES[name], media_type=_TYPES[Path(name).suffix])
