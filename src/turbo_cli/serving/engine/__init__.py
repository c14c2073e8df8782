"""The heart of the service: windows of frames in, plans, detector and enhancer at work, records out."""

from turbo_cli.serving.engine.engine import Engine
from turbo_cli.serving.engine.options import EngineOptions
from turbo_cli.serving.engine.status import EngineStatus

__all__ = ["Engine", "EngineOptions", "EngineStatus"]
