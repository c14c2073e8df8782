"""Image files of every kind become the RGB that a person would see."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from turbo_cli.data.images import image_size, read_image
from turbo_cli.errors import TurboError

RAMP = np.arange(6 * 4, dtype=np.uint16).reshape(4, 6)


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


def test_rgb_is_untouched(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    assert np.array_equal(read_image(saved(tmp_path / "a.png", Image.fromarray(pixels))), pixels)


def test_16_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    deep = (RAMP * 2849).astype(np.uint16)  # up to 65527
    read = read_image(saved(tmp_path / "deep.png", Image.fromarray(deep)))
    assert read.dtype == np.uint8 and read.shape == (4, 6, 3)
    assert np.array_equal(read[..., 0], np.rint(deep / 257))
    assert (read[..., 0] == read[..., 2]).all()


def test_grey_alpha_and_palette(tmp_path: Path) -> None:
    grey = Image.fromarray((RAMP * 10).astype(np.uint8))
    assert np.array_equal(read_image(saved(tmp_path / "grey.png", grey))[..., 1], RAMP * 10)
    see_through = Image.new("RGBA", (6, 4), (10, 20, 30, 0))
    assert (read_image(saved(tmp_path / "alpha.png", see_through)) == (10, 20, 30)).all()
    palette = Image.new("RGB", (6, 4), (200, 100, 50)).quantize(4)
    assert (read_image(saved(tmp_path / "palette.png", palette)) == (200, 100, 50)).all()


def test_cmyk_jpeg(tmp_path: Path) -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    read = read_image(saved(tmp_path / "print.jpg", red)).astype(int)
    assert np.abs(read - (255, 0, 0)).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path: Path, orientation: int) -> None:
    upright = np.zeros((4, 6, 3), np.uint8)
    upright[0, :, 0], upright[:, 0, 1] = 250, 250
    # What the camera stored, by the definition of each orientation.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: np.rot90(upright, 2).swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "phone.png", Image.fromarray(np.ascontiguousarray(stored)), exif=exif)
    assert np.array_equal(read_image(path), upright)
    assert image_size(path) == (6, 4)


@pytest.mark.parametrize("kind", range(14))
def test_damaged_exif_does_not_matter(tmp_path: Path, kind: int) -> None:
    """A copyright, which is text, stands there as something else."""
    entries = struct.pack("<HHIIHHII", 0x0112, 3, 1, 6, 0x8298, kind, 2, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)
    path = saved(tmp_path / "phone.jpg", Image.new("RGB", (6, 4)), exif=exif)
    assert read_image(path).shape == (6, 4, 3)


def test_damaged_images_are_one_error(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    whole = saved(tmp_path / "a.jpg", Image.fromarray(noise)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TurboError, match=r"cut\.jpg: cannot read image: .*truncated"):
        read_image(tmp_path / "cut.jpg")
    (tmp_path / "empty.png").touch()
    with pytest.raises(TurboError, match=r"empty\.png: is empty"):
        read_image(tmp_path / "empty.png")
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(TurboError, match=r"text\.png: cannot read image"):
        image_size(tmp_path / "text.png")
    saved(tmp_path / "float.tif", Image.fromarray(np.ones((4, 4), np.float32)))
    with pytest.raises(TurboError, match=r"float\.tif: .*floating-point"):
        read_image(tmp_path / "float.tif")
    with pytest.raises(TurboError, match=r"gone\.png: .*No such file"):
        read_image(tmp_path / "gone.png")
