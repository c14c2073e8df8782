"""A pinhole camera on a pole: world metres to pixels, and pixels back to the ground.

World axes: x right, y ahead of the camera, z up; the ground is z = 0 and the camera stands above the origin.
"""

from dataclasses import dataclass
from functools import cached_property
from math import atan2, cos, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

SMALLEST = {"vehicles": 1.45 / 9, "parked": 1.45 / 9, "people": 1.7 / 13}
"""Metres a pixel up to which users of a path are shown: a car is then 9 pixels high, a person 13."""


@dataclass(frozen=True)
class Camera:
    """width, height, focal (length): pixels. elevation: metres above ground. pitch (down), roll: radians."""

    width: int
    height: int
    focal: float
    elevation: float
    pitch: float
    roll: float

    @cached_property
    def axes(self) -> Array:
        """(3, 3) rows: right, down and forward in world coordinates."""
        forward = np.array([0.0, cos(self.pitch), -sin(self.pitch)])
        down = np.array([0.0, -sin(self.pitch), -cos(self.pitch)])
        right = np.array([1.0, 0.0, 0.0])
        turned_right = cos(self.roll) * right + sin(self.roll) * down
        turned_down = cos(self.roll) * down - sin(self.roll) * right
        return np.stack([turned_right, turned_down, forward])

    @property
    def position(self) -> Array:
        """(3,) metres."""
        return np.array([0.0, 0.0, self.elevation])

    def reach(self, users: str) -> float:
        """Metres up to which such road users are shown."""
        return self.focal * SMALLEST[users]

    def project(self, points: Array) -> tuple[Array, Array]:
        """(N, 3) metres → (N, 2) pixels and (N,) metres along the view; meaningless where that is ≤ 0."""
        seen = (points - self.position) @ self.axes.T
        depth = seen[:, 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)[:, None]
        centre = np.array([self.width / 2, self.height / 2])
        return centre + self.focal * seen[:, :2] / safe, depth

    def ground(self) -> tuple[Array, Array, Array]:
        """x, y in metres and depth (inf above the horizon) of pixel centres: (height, width) float32."""
        u = (np.arange(self.width, dtype=np.float32) + 0.5 - self.width / 2) / self.focal
        v = (np.arange(self.height, dtype=np.float32) + 0.5 - self.height / 2) / self.focal
        right, down, forward = self.axes.astype(np.float32)
        rays = u[None, :, None] * right + v[:, None, None] * down + forward
        below = rays[..., 2] < -1e-3
        depth = np.where(below, -self.elevation / np.where(below, rays[..., 2], -1), np.inf)
        reach = np.where(below, depth, 0).astype(np.float32)
        return rays[..., 0] * reach, rays[..., 1] * reach, depth.astype(np.float32)

    def ground_at(self, u: float, v: float) -> tuple[float, float]:
        """The ground point (x, y) under a pixel below the horizon."""
        x, y = (u - self.width / 2) / self.focal, (v - self.height / 2) / self.focal
        ray = x * self.axes[0] + y * self.axes[1] + self.axes[2]
        reach = self.elevation / -float(ray[2])
        return float(ray[0]) * reach, float(ray[1]) * reach


def random_camera(size: tuple[int, int], rng: np.random.Generator) -> Camera:
    """A viewpoint of its own: 5 to 12 m up, the horizon near the picture's top edge or above it."""
    width, height = size
    focal = width * rng.uniform(0.8, 1.3)
    elevation = float(np.exp(rng.uniform(np.log(5.0), np.log(12.0))))
    # Low cameras look far ahead: looking down they would see a few metres of road only.
    horizon = height * rng.uniform(-0.05 * (elevation - 5) - 0.02, 0.24)
    pitch = atan2(height / 2 - horizon, focal)
    return Camera(width, height, float(focal), elevation, pitch, float(rng.normal(0, 0.015)))
