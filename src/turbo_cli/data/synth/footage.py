"""The frames of one camera, one after the other, as its sensor and lens deliver them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from turbo_cli.data.dataset import Frame
from turbo_cli.data.degradation import befall
from turbo_cli.data.spells import Spell, random_spells
from turbo_cli.data.synth.camera import Array
from turbo_cli.data.synth.render import Visible, render
from turbo_cli.data.synth.scene import Scene, random_scene
from turbo_cli.data.synth.traffic import Traffic
from turbo_cli.data.synth.weather import look_of

LENS = ("rain", "low-resolution", "blur", "dirty-lens")
"""Conditions that befall the finished picture, through the degradation of the same name."""


@dataclass(frozen=True)
class Shot:
    """One frame. quality: what its camera's JPEG encoder is set to."""

    frame: Frame
    seen: list[Visible]
    condition: str
    quality: int


def footage(
    seed: int, camera: int, frames: int, size: tuple[int, int], fps: float, conditions: tuple[str, ...]
) -> Iterator[Shot]:
    """All frames of one camera; they depend on the arguments alone."""
    rng = np.random.default_rng([seed, camera])
    scene = random_scene(size, rng)
    traffic = Traffic(scene.layout, rng)
    for spell in random_spells(frames, fps, conditions, rng):
        for index in range(spell.start, spell.stop):
            yield _shot(scene, traffic, spell, spell.severity_at(index, fps), rng)
            traffic.step(1 / fps)


def _shot(scene: Scene, traffic: Traffic, spell: Spell, severity: float, rng: np.random.Generator) -> Shot:
    look = look_of(spell.condition, severity, scene.sunny)
    picture, seen = render(scene, traffic.movers, look)
    frame = _exposed(picture * scene.balance, look.noise, rng)
    if spell.condition in LENS:
        frame = befall(frame, spell.condition, severity, spell.seed, rng)
    return Shot(frame, seen, spell.condition, scene.quality)


def _exposed(picture: Array, deviation: float, rng: np.random.Generator) -> Frame:
    """With the sensor's noise, in 256 levels."""
    grain = _grain(2 * picture.size)
    first = int(rng.integers(picture.size))
    noise = grain[first : first + picture.size].reshape(picture.shape) * np.float32(deviation)
    frame: Frame = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return frame


@lru_cache(maxsize=1)
def _grain(count: int) -> Array:
    """Noise of deviation 1, drawn once: each frame takes a stretch of it from a place of its own."""
    return np.random.default_rng(11).standard_normal(count, dtype=np.float32)
