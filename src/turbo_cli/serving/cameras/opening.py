"""From a camera's settings to its source."""

from pathlib import Path

from turbo_cli.errors import TurboError, nearest
from turbo_cli.serving.cameras.recording import Recording
from turbo_cli.serving.cameras.settings import CameraSettings
from turbo_cli.serving.cameras.snapshots import Snapshots
from turbo_cli.serving.cameras.source import Source
from turbo_cli.serving.cameras.stream import PROTOCOLS, VideoStream
from turbo_cli.serving.credentials import Address


def open_source(settings: CameraSettings, address: Address) -> Source:
    """The source that an address stands for; it connects when it is read.

    Raises `TurboError` for an address of an unknown kind and a path where no video lies.
    """
    scheme, separator, rest = address.url.partition("://")
    if settings.poll_s and scheme not in ("http", "https"):
        raise TurboError(f"camera {settings.name!r}: key poll_s: is for http and https", "leave it out")
    if not separator:
        return Recording(Path(address.url), settings)
    if scheme == "file":
        return Recording(Path(rest), settings)
    if scheme not in PROTOCOLS:
        raise TurboError(
            f"camera {settings.name!r}: key url: unknown kind {scheme!r}",
            nearest(scheme, [*PROTOCOLS, "file"]),
        )
    if settings.poll_s:
        return Snapshots(address, settings.poll_s, settings)
    return VideoStream(address, settings)
