import io
import random

import numpy as np
import pytest
from PIL import Image

from tests.serving.cameras.http_server import jpeg
from tests.serving.cameras.running import cameras
from turbo_cli.errors import TurboError


def png(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("1", (width, height)).save(content, "PNG")
    return content.getvalue()


def test_a_posted_image_becomes_a_frame() -> None:
    with cameras() as readers:
        readers.open("client", "post:")
        posted = readers.post("client", jpeg(1), taken_at=123.5)
        [frame] = readers.inbox.take(0)
        assert frame is posted
        assert (frame.camera, frame.index, frame.time) == ("client", 0, 123.5)
        assert readers.post("client", png(30, 20)).image.shape == (20, 30, 3)
        assert readers.post("client", jpeg(2)).index == 2
        assert readers.named("client").skipped == 1
        assert readers.named("client").state == "live"


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", jpeg(1)[:200], png(20_000, 20_000), b"\x89PNG\r\n\x1a\n" + bytes(50)],
    ids=["empty", "page", "cut", "bomb", "header"],
)
def test_what_is_no_image_is_refused_and_counted(content: bytes) -> None:
    with cameras() as readers:
        readers.open("client", "post:")
        with pytest.raises(TurboError, match="posted image: "):
            readers.post("client", content)
        assert readers.named("client").decode_errors == 1
        assert readers.inbox.take(0) == []


def test_random_damage_is_either_an_image_or_refused() -> None:
    chance = random.Random(3)
    with cameras() as readers:
        readers.open("client", "post:")
        for original in (jpeg(1), png(40, 30)):
            for _ in range(500):
                damaged = bytearray(original)
                for _ in range(chance.randint(1, 8)):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
                try:
                    assert readers.post("client", bytes(damaged)).image.dtype == np.uint8
                except TurboError as refusal:
                    assert "posted image" in str(refusal)


def test_paused_and_removed_cameras_take_nothing() -> None:
    with cameras() as readers:
        readers.open("client", "post:")
        readers.pause("client")
        with pytest.raises(TurboError, match="is paused"):
            readers.post("client", jpeg(1))
        readers.resume("client")
        readers.post("client", jpeg(1))
        readers.remove("client")
        with pytest.raises(TurboError, match="no camera 'client'"):
            readers.post("client", jpeg(1))
