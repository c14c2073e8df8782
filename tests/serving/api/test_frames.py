import struct
import zlib

import pytest

from tests.serving.api.running import Service, picture, post, serving
from turbo_cli.serving.results import ResultRecord


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_posted_image_comes_back_as_its_record(service: Service, kind: str) -> None:
    answer = post(service.client, picture(kind), f"image/{kind.lower()}")
    record = ResultRecord.model_validate_json(answer.content)
    assert (answer.status_code, record.camera, record.width, record.height) == (200, "gate", 64, 32)
    assert (record.level, record.sent, len(record.boxes)) == (0, True, 2)


def test_the_client_may_tell_when_the_frame_was_taken(service: Service) -> None:
    answer = service.client.post(
        "/v1/frames?camera=gate&time=1700000000.5", content=picture(), headers={"Content-Type": "image/jpeg"}
    )
    assert answer.json()["time"] == 1700000000.5


def bomb() -> bytes:
    """A PNG of a few bytes that claims 9000×9000 pixels."""
    header = struct.pack(">IIBBBBB", 9_000, 9_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("content", "kind", "status", "says"),
    [
        (b"", "image/jpeg", 400, "cannot read image"),
        (b"<html>no camera</html>", "image/jpeg", 400, "cannot read image"),
        (picture()[:500], "image/jpeg", 400, "runcated"),
        (picture("GIF"), "image/png", 400, "cannot read image"),
        (bomb(), "image/png", 400, "pixels are too many"),
        (picture(), "text/html", 415, "must be an image"),
        (picture(), "", 415, "must be an image"),
    ],
)
def test_what_is_no_image_is_refused(
    service: Service, content: bytes, kind: str, status: int, says: str
) -> None:
    answer = post(service.client, content, kind)
    assert answer.status_code == status
    assert says in answer.json()["error"]


def test_an_unknown_camera_is_told_from_one_that_takes_no_frames(service: Service) -> None:
    assert post(service.client, picture(), camera="nobody").status_code == 404
    assert service.client.post("/v1/frames", content=picture()).status_code == 422


def test_a_paused_camera_takes_no_frames() -> None:
    with serving() as service:
        service.client.post("/v1/cameras/gate/pause")
        assert "paused" in post(service.client, picture()).json()["error"]
        service.client.post("/v1/cameras/gate/resume")
        assert post(service.client, picture()).status_code == 200
