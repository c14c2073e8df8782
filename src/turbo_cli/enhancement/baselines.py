"""Classical ways to make a frame clearer: what an enhancer has to beat (Fig. 11).

Each is a pure function of a (H, W, 3) uint8 RGB frame that returns a new one of the same shape.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageFilter
from scipy.ndimage import convolve, minimum_filter, uniform_filter

from turbo_cli.boxes import FloatArray
from turbo_cli.data.images import Frame
from turbo_cli.data.statistics import luma
from turbo_cli.detectors.loading import current_folder_importable, find_factory
from turbo_cli.errors import TurboError, nearest

Baseline = Callable[[Frame], Frame]

TILES, CLIP = 8, 2.0
"""CLAHE: tiles a side, and how far a tile's histogram may rise above its mean."""

DARKEST = 0.1
"""Dehazing: the least share of a pixel's light that is taken to be the scene's."""

NOISY = 8.0
"""Deviation of the noise, in grey levels, from which a frame counts as noisy."""


def stretch(frame: Frame) -> Frame:
    """Each channel's percentiles 1 and 99 to black and white."""
    low, high = np.percentile(frame, (1, 99), axis=(0, 1))
    return _frame((frame - low) * (255 / np.maximum(high - low, 1)))


def clahe(frame: Frame) -> Frame:
    """Contrast-limited adaptive histogram equalisation of the brightness."""
    brightness, *colours = Image.fromarray(frame).convert("YCbCr").split()
    equalised = Image.fromarray(_equalise(np.asarray(brightness)))
    return np.array(Image.merge("YCbCr", (equalised, *colours)).convert("RGB"))


def gamma(frame: Frame) -> Frame:
    """The power that brings the mean brightness to the middle."""
    mean = float(np.clip(luma(frame).mean() / 255, 1e-3, 1 - 1e-3))
    power = np.clip(math.log(0.5) / math.log(mean), 0.3, 3.0)
    return _frame(255 * (np.arange(256) / 255) ** power)[frame]


def unsharp(frame: Frame) -> Frame:
    """Unsharp masking."""
    return np.array(
        Image.fromarray(frame).filter(ImageFilter.UnsharpMask(radius=2, percent=150, threshold=2))
    )


def median(frame: Frame) -> Frame:
    """The median of 3×3 pixels: made for salt and pepper."""
    return np.array(Image.fromarray(frame).filter(ImageFilter.MedianFilter(3)))


def denoise(frame: Frame) -> Frame:
    """Non-local means, as strong as the noise that the frame seems to have."""
    noise = noise_deviation(frame)
    if noise < 1:
        return frame.copy()
    pixels, grey = frame.astype(np.float32), luma(frame)
    total, weights = pixels.copy(), np.ones_like(grey)
    for here, there in _neighbours(grey.shape, radius=3):
        distance = uniform_filter((grey[here] - grey[there]) ** 2, 5)
        weight = np.exp(-np.maximum(distance - 2 * noise**2, 0) / (0.8 * noise) ** 2)
        for one, other in ((here, there), (there, here)):
            total[one] += weight[..., None] * pixels[other]
            weights[one] += weight
    return _frame(total / weights[..., None])


def dehaze(frame: Frame) -> Frame:
    """Dark-channel prior (He et al. 2009), with a guided filter along the frame's edges."""
    scene = frame.astype(np.float32) / 255
    size = max(3, round(min(frame.shape[:2]) / 40))
    dark = minimum_filter(scene.min(axis=2), size)
    haziest = dark >= np.quantile(dark, 0.999)
    air = np.maximum(scene[haziest].mean(axis=0), 0.05)
    veil = minimum_filter((scene / air).min(axis=2), size)
    clear = _guided(luma(frame) / np.float32(255), 1 - np.float32(0.95) * veil, 4 * size)
    return _frame(255 * ((scene - air) / np.maximum(clear, DARKEST)[..., None] + air))


def median_where_noisy_then_stretch(frame: Frame) -> Frame:
    """What a careful person would do by hand."""
    return stretch(median(frame) if noise_deviation(frame) >= NOISY else frame)


BASELINES: dict[str, Baseline] = {
    "stretch": stretch,
    "clahe": clahe,
    "gamma": gamma,
    "unsharp": unsharp,
    "median": median,
    "denoise": denoise,
    "dehaze": dehaze,
    "median-then-stretch": median_where_noisy_then_stretch,
}


def find_baselines(names: str, device: str = "cpu") -> dict[str, Baseline]:
    """`none`, or names with commas: `all` (classical ones), one of them, a plug-in's `module:factory`.

    A plug-in is how a learned restoration or super-resolution model takes part: its factory is called as
    `factory(device=str)` and returns a function of a (H, W, 3) uint8 RGB frame that returns another, of any
    size that shows the same view. Raises `TurboError` for an unknown name.
    """
    if names == "none":
        return {}
    found: dict[str, Baseline] = {}
    for name in names.split(","):
        found |= BASELINES if name == "all" else {name: _find(name, device)}
    return found


def noise_deviation(frame: Frame) -> float:
    """Standard deviation of the noise in grey levels (Immerkær 1996); fine texture counts a little too."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = convolve(luma(frame), kernel)[1:-1, 1:-1]
    return float(np.abs(response).mean() * math.sqrt(math.pi / 2) / 6) if response.size else 0.0


def _find(name: str, device: str) -> Baseline:
    if ":" in name:
        with current_folder_importable():
            found: Baseline = find_factory(name)(device=device)
        return found
    if name not in BASELINES:
        raise TurboError(f"no baseline {name!r}", nearest(name, [*BASELINES, "all", "none"]))
    return BASELINES[name]


def _frame(values: np.ndarray) -> Frame:
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def _equalise(grey: np.ndarray) -> np.ndarray:
    """CLAHE of a (H, W) uint8 image: one curve a tile, blended between the tiles' centres."""
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % TILES), (0, -width % TILES)), "symmetric")
    rows, columns = padded.shape[0] // TILES, padded.shape[1] // TILES
    tiles = padded.reshape(TILES, rows, TILES, columns).swapaxes(1, 2).reshape(TILES**2, -1)
    numbered = tiles + 256 * np.arange(TILES**2)[:, None]
    counts = np.bincount(numbered.ravel(), minlength=256 * TILES**2).reshape(-1, 256)
    limit = max(1, int(CLIP * rows * columns / 256))
    kept = np.minimum(counts, limit)
    kept = kept + (rows * columns - kept.sum(axis=1, keepdims=True)) / 256
    curves = (kept.cumsum(axis=1) * (255 / (rows * columns))).reshape(TILES, TILES, 256)
    blended = np.zeros((height, width))
    for row, share_y in _tiles_around(height, rows):
        for column, share_x in _tiles_around(width, columns):
            blended += share_y[:, None] * share_x * curves[row[:, None], column, grey]
    return _frame(blended)


def _tiles_around(pixels: int, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The tile before and the tile behind each pixel of an axis, each with its share."""
    place = np.arange(pixels) / size - 0.5
    before = np.floor(place).astype(int)
    for tile, share in ((before, before + 1 - place), (before + 1, place - before)):
        yield tile.clip(0, TILES - 1), share


def _neighbours(shape: tuple[int, ...], radius: int) -> Iterator[tuple[tuple[slice, slice], ...]]:
    """Pairs of views of an image that lie a few pixels apart; each pair of pixels comes once."""
    height, width = shape
    for down in range(min(radius, height - 1) + 1):
        for right in range(-radius if down else 1, radius + 1):
            left, over = max(0, -right), max(0, right)
            if left + over < width:
                here = (slice(0, height - down), slice(left, width - over))
                there = (slice(down, height), slice(over, width - left))
                yield here, there


def _guided(guide: FloatArray, values: FloatArray, size: int) -> FloatArray:
    """Smooth `values` except where `guide` has edges (guided filter, He et al. 2010)."""
    mean, level = uniform_filter(guide, size), uniform_filter(values, size)
    variance = uniform_filter(guide**2, size) - mean**2
    slope = (uniform_filter(guide * values, size) - mean * level) / (variance + 1e-3)
    smooth: FloatArray = uniform_filter(slope, size) * guide + uniform_filter(level - slope * mean, size)
    return smooth
