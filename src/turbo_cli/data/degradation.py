"""Degradations of a frame: what night, weather, optics and links do to it.

Each is a pure function of a (H, W, 3) uint8 RGB frame, a generator and a severity in [0, 1]. It returns a new
frame of the same shape; at severity 0 an equal one, and further from the original the higher the severity.
Two calls with generators in the same state give the same frame.
"""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy.ndimage import convolve1d

from turbo_cli.data.dataset import Frame

Degradation = Callable[[Frame, np.random.Generator, float], Frame]
Layer = NDArray[np.floating[Any]]


def low_light(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """Few photons: dark, with a noise that is strong against what is left."""
    gain = 1 - 0.9 * severity**0.5
    dark = frame.astype(np.float32) * np.float32(gain)
    deviation = np.float32(14 * severity) * np.sqrt(0.3 + dark / 90)
    return _frame(dark + rng.standard_normal(frame.shape, dtype=np.float32) * deviation)


def fog(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """A veil that thickens towards a horizon in the upper third, in soft banks."""
    height, width = frame.shape[:2]
    horizon = rng.uniform(0.0, 0.3)
    below = np.clip((np.linspace(0, 1, height) - horizon) / (1 - horizon), 0.02, 1)
    banks = 1 + 0.3 * _cloud(height, width, rng, 0.2)
    thickness = severity * 0.55 * (0.8 / (below[:, None] + 0.15) + 0.9) * np.clip(banks, 0.5, 1.5)
    air = np.float32(rng.uniform(185, 225)) + rng.normal(0, 3, 3).astype(np.float32)
    return _veiled(frame, air, np.exp(-thickness))


def rain(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """Grey light, softened detail and bright streaks that slant together."""
    height, width = frame.shape[:2]
    drops = np.zeros((height, width), np.float32)
    count = int(height * width * 0.004 * (0.3 + severity))
    drops[rng.integers(height, size=count), rng.integers(width, size=count)] = rng.uniform(0.4, 1, count)
    slant, length = rng.uniform(-0.35, 0.35), height * (0.05 + 0.06 * severity)
    streaks = np.clip(_smear(drops, slant, length) * length * 0.55, 0, 1)
    grey = _softened(frame, height * 0.004 * severity) * np.float32(1 - 0.3 * severity) + 42 * severity
    return _frame(grey + (225 - grey) * (streaks * 0.75 * severity**0.5)[..., None])


def blur(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """Motion blur of a shaking camera, in a random direction."""
    length = 0.045 * frame.shape[0] * severity
    if length < 1e-6:
        return frame.copy()
    angle = rng.uniform(0, np.pi)
    steps = np.linspace(-length, length, 2 * int(np.ceil(length)) + 1)
    border = int(np.ceil(length))
    padded = np.pad(frame, ((border, border), (border, border), (0, 0)), "edge")
    total = np.zeros(frame.shape, np.uint16)
    for step in steps:
        down, right = border + round(step * np.sin(angle)), border + round(step * np.cos(angle))
        total += padded[down : down + frame.shape[0], right : right + frame.shape[1]]
    return _frame(total / np.float32(len(steps)))


def low_resolution(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """Fewer pixels, stretched back to the old size."""
    factor = 1 + 4 * severity
    height, width = frame.shape[:2]
    small = (max(1, round(width / factor)), max(1, round(height / factor)))
    way_back = Image.Resampling.BILINEAR if rng.random() < 0.7 else Image.Resampling.NEAREST
    shrunk = Image.fromarray(frame).resize(small, Image.Resampling.BOX)
    return np.asarray(shrunk.resize((width, height), way_back)).copy()


def compression(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """JPEG at a low bit rate."""
    if severity <= 0:
        return frame.copy()
    buffer = io.BytesIO()
    quality = round(float(np.interp(severity, (0, 1), (45, 4))))
    Image.fromarray(frame).save(buffer, "JPEG", quality=quality, subsampling=2)
    return np.asarray(Image.open(buffer)).copy()


def salt_and_pepper(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """Pixels stuck at black or white."""
    draw = rng.random(frame.shape[:2], dtype=np.float32)
    result = frame.copy()
    result[draw < 0.06 * severity] = 0
    result[draw > 1 - 0.06 * severity] = 255
    return result


def exposure(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """Far too much light, or far too little, for the shutter."""
    stops = severity * (1.7 if rng.random() < 0.5 else -2.4)
    return _frame(frame.astype(np.float32) * np.float32(2**stops))


def colour_cast(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """A wrong white balance and washed-out contrast."""
    tint = rng.normal(0, 1, 3)
    gains = 1 + 0.6 * severity * (tint - tint.mean()) / max(float(np.abs(tint - tint.mean()).max()), 1e-6)
    faded = frame.astype(np.float32) * (1 - 0.3 * severity) + 38 * severity
    return _frame(faded * gains.astype(np.float32))


def dirty_lens(frame: Frame, rng: np.random.Generator, severity: float) -> Frame:
    """Out-of-focus dirt and smears on the glass, and the light that they scatter."""
    height, width = frame.shape[:2]
    # Dirt is out of focus: its cover is drawn small and stretched.
    rows, columns = np.mgrid[0:48, 0 : max(1, round(48 * width / height))] / 48
    cover = np.zeros(rows.shape)
    for _ in range(24):
        y, x, radius = rng.uniform(0, 1), rng.uniform(0, width / height), rng.uniform(0.04, 0.18)
        distance = np.hypot(rows - y, columns - x) / radius
        cover = np.maximum(cover, rng.uniform(0.5, 1) * np.clip(1.4 - distance, 0, 0.7) / 0.7)
    smear = np.clip(_cloud(height, width, rng, 0.1) + 0.6, 0, 1.6) * np.float32(0.4)
    dirt = _softened(frame, height * 0.03) * np.float32(0.45) + np.float32(rng.uniform(30, 70))
    opaque = np.clip(_stretched(cover, height, width) + smear, 0, 1) * np.float32(0.95 * severity**0.7)
    return _frame(frame + (dirt - frame) * opaque[..., None])


DEGRADATIONS: dict[str, Degradation] = {
    "low-light": low_light,
    "fog": fog,
    "rain": rain,
    "blur": blur,
    "low-resolution": low_resolution,
    "compression": compression,
    "salt-and-pepper": salt_and_pepper,
    "exposure": exposure,
    "colour-cast": colour_cast,
    "dirty-lens": dirty_lens,
}


FRESH = ("low-light", "rain", "salt-and-pepper")
"""Kinds that fall anew in every frame; dirt, shake, casts and the like stay for a whole spell."""


def befall(frame: Frame, kind: str, severity: float, seed: int, rng: np.random.Generator) -> Frame:
    """Degrade one frame of a spell; all that stays the same in the spell is drawn from its `seed`."""
    own = rng if kind in FRESH else np.random.default_rng(seed)
    return DEGRADATIONS[kind](frame, own, severity)


def _frame(values: Layer) -> Frame:
    rounded: Frame = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    return rounded


def _veiled(frame: Frame, air: Layer, kept: Layer) -> Frame:
    return _frame(air + (frame - air) * kept[..., None])


def _cloud(height: int, width: int, rng: np.random.Generator, size: float) -> Layer:
    """Smooth noise, deviation 1, whose lumps measure `size` of the height."""
    cells = max(2, round(1 / size))
    coarse = rng.standard_normal((cells + 1, max(2, round(cells * width / height)) + 1), dtype=np.float32)
    return _stretched(coarse, height, width)


def _stretched(coarse: Layer, height: int, width: int) -> Layer:
    image = Image.fromarray(coarse.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def _softened(frame: Frame, deviation: float) -> Layer:
    return np.asarray(Image.fromarray(frame).filter(ImageFilter.GaussianBlur(deviation)), np.float32)


def _smear(layer: Layer, slant: float, length: float) -> Layer:
    """Spread each point into a streak: `length` pixels down, `slant` pixels sideways for each."""
    height, width = layer.shape
    shift = (np.arange(height) * slant).astype(int)[:, None]
    columns = (np.arange(width)[None] + shift) % width
    straight = np.take_along_axis(layer, columns, axis=1)
    size = max(1, round(length))
    straight = convolve1d(straight, np.full(size, 1 / size, np.float32), axis=0)
    return np.take_along_axis(straight, (np.arange(width)[None] - shift) % width, axis=1)
