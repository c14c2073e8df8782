"""Play an H.264 MP4 over RTSP on loopback for ever: rtsp_server.py FILE PORT [USER:PASSWORD]

Runs with the interpreter that has GStreamer's bindings, not with the tests' own.
"""

import sys
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstApp, GstRtspServer  # type: ignore[import-not-found] # noqa: E402, F401

LAUNCH = (
    "( appsrc name=src format=time max-bytes=200000 ! h264parse config-interval=-1 ! rtph264pay name=pay0 )"
)


class Movie:
    """The access units of a file without B-frames, and the next one for each client."""

    def __init__(self, path: str) -> None:
        pipeline = Gst.parse_launch(
            f'filesrc location="{path}" ! qtdemux ! h264parse config-interval=-1 ! '
            "video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=sink sync=false"
        )
        sink = pipeline.get_by_name("sink")
        pipeline.set_state(Gst.State.PLAYING)
        self.units = []
        while (sample := sink.emit("pull-sample")) is not None:
            buffer = sample.get_buffer()
            self.caps = sample.get_caps()
            key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
            self.units.append((buffer.extract_dup(0, buffer.get_size()), key))
            self.duration = buffer.duration
        pipeline.set_state(Gst.State.NULL)

    def configure(self, _factory: Any, media: Any) -> None:
        source = media.get_element().get_by_name_recurse_up("src")
        source.set_property("caps", self.caps)
        source.connect("need-data", self.push, [0])

    def push(self, source: Any, _length: int, position: list[int]) -> None:
        data, key = self.units[position[0] % len(self.units)]
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts = buffer.dts = position[0] * self.duration
        buffer.duration = self.duration
        if not key:
            buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
        position[0] += 1
        source.emit("push-buffer", buffer)


def lock(server: Any, factory: Any, user: str, password: str) -> None:
    """Let in nobody else."""
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for right in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("user", right, True)
    factory.set_permissions(permissions)


def main(path: str, port: str, user_info: str = "") -> None:
    Gst.init(None)
    movie = Movie(path)
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH)
    factory.connect("media-configure", movie.configure)
    if user_info:
        lock(server, factory, *user_info.split(":", 1))
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    print("ready", flush=True)  # noqa: T201
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
