"""How the service is: status, windows, plan, configuration, health and metrics."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import JsonValue

from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.serving.api.context import InContext
from turbo_cli.serving.api.metrics import registry_of
from turbo_cli.serving.api.problems import Refusal
from turbo_cli.serving.credentials import redact
from turbo_cli.serving.engine import EngineStatus
from turbo_cli.serving.engine.status import WindowReport

router = APIRouter(tags=["status"])


@router.get("/v1/status")
def status(context: InContext) -> EngineStatus:
    """Everything about the engine but its windows."""
    return replace(context.engine.status(), recent=())


@router.get("/v1/windows")
def windows(context: InContext, after: Annotated[int, Query(ge=-1)] = -1) -> list[WindowReport]:
    """The latest windows numbered above `after`, oldest first, without their plans."""
    recent = context.engine.status().recent
    return [replace(window, plan=None) for window in recent if window.number > after]


@router.get("/v1/plan")
def plan(context: InContext) -> WindowPlan | None:
    """The last plan; null where none was made yet."""
    plans = [window.plan for window in context.engine.status().recent if window.plan]
    return plans[-1] if plans else None


@router.get("/v1/config")
def config(context: InContext) -> dict[str, Any]:
    """The configuration without passwords and keys."""
    shown = _without_secrets(context.project.model_dump(mode="json"))
    assert isinstance(shown, dict)
    return shown


@router.get("/healthz")
def healthz(context: InContext) -> dict[str, str]:
    """Whether the service works."""
    if not context.engine.status().running:
        raise Refusal(503, "the window loop does not run", "see the service's log")
    return {"status": "ok"}


@router.get("/readyz")
def readyz(context: InContext) -> dict[str, str]:
    """Whether the service takes frames."""
    if context.closing or not context.engine.status().running:
        raise Refusal(503, "the service does not take frames", "wait until it has started")
    return {"status": "ready"}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(context: InContext) -> Response:
    """Figures for Prometheus."""
    return Response(
        generate_latest(registry_of(context.engine)), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )


def _without_secrets(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return redact(value) if isinstance(value, str) else value
