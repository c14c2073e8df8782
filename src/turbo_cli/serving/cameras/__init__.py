"""Cameras in: each is read by its own thread, and the newest frame of each waits for the next window."""

from turbo_cli.serving.cameras.inbox import Inbox
from turbo_cli.serving.cameras.settings import CameraSettings
from turbo_cli.serving.cameras.source import CameraFrame
from turbo_cli.serving.cameras.status import CameraState, CameraStatus
from turbo_cli.serving.cameras.supervisor import Supervisor

__all__ = ["CameraFrame", "CameraSettings", "CameraState", "CameraStatus", "Inbox", "Supervisor"]
