"""Image files of every kind as RGB frames."""

import contextlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from turbo_cli.errors import TurboError

Frame = NDArray[np.uint8]
"""One image: (height, width, 3) uint8 RGB."""

IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})

_ORIENTATION = 0x0112

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By EXIF orientation, what makes an image upright."""

_TRANSPOSED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""


def is_image(path: Path) -> bool:
    """Whether the file's name says that it is an image."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def read_image(path: Path) -> Frame:
    """Decode an image, turned as its EXIF orientation says; transparency is dropped, 16 bits become 8.

    Raises `TurboError` for what is no image, is cut short, or has no sensible 8-bit RGB form.
    """
    with _opened(path) as image:
        return _to_rgb(_upright(image))


def decode_image(content: bytes, place: str, max_pixels: int) -> Frame:
    """Decode a JPEG, PNG or WebP image that came from elsewhere, upright as `read_image` does.

    place: what an error begins with. Raises `TurboError` where `read_image` would, and before decoding for
    more than `max_pixels`.
    """
    with _image_errors(place), Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
        if image.width * image.height > max_pixels:
            size = f"{image.width}×{image.height}"
            raise TurboError(f"{place}: {size} pixels are too many", f"at most {max_pixels} are taken")
        return _to_rgb(_upright(image))


def image_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels after EXIF rotation, from the header alone. Raises `TurboError`."""
    with _opened(path) as image:
        width, height = image.size
        return (height, width) if image.getexif().get(_ORIENTATION) in _TRANSPOSED else (width, height)


def _upright(image: Image.Image) -> Image.Image:
    """As its EXIF says. Pillow's own way writes all EXIF anew, and fails where that is damaged."""
    image.load()
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image) -> Frame:
    """Pillow clips deep greys on conversion, so they are scaled by hand."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.float64) / 257
        return np.repeat(np.rint(grey.clip(0, 255)).astype(np.uint8)[..., None], 3, axis=2)
    if image.mode == "F":
        raise ValueError("floating-point pixels have no fixed range")
    return np.array(image.convert("RGB"))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with _image_errors(str(path)):
        if path.stat().st_size == 0:
            raise TurboError(f"{path}: is empty (0 bytes)")
        with Image.open(path) as image:
            yield image


@contextlib.contextmanager
def _image_errors(place: str) -> Iterator[None]:
    try:
        yield
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TurboError(f"{place}: cannot read image: {reason}") from error
