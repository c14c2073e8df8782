"""Recorded frames as live cameras for a running service, with faults on demand: the load tool."""

from turbo_cli.serving.replay.replaying import ReplayOptions, replay
from turbo_cli.serving.replay.report import ReplayReport

__all__ = ["ReplayOptions", "ReplayReport", "replay"]
