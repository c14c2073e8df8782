"""`enhancer.safetensors`: what runs on the edge (§4.3): multi-exit decoder, D_f and its calibration."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from turbo_cli.artifacts.metadata import Kind, Provenance
from turbo_cli.artifacts.weights import State, TensorDetails, WeightsFormat

Calibration = tuple[tuple[float, float], ...]
"""Knots (D_f's raw output, θ′) of a piecewise linear curve; outputs rise, θ′ in [0, 1] never falls."""


@dataclass(frozen=True, eq=False)
class EnhancerWeights:
    """State dicts of the decoder (all its layers and exits) and D_f.

    levels: the trained ones, of 1…5. training_cameras: frames of these prove nothing about other cameras.
    architecture: what builds the networks (widths, layers, input size of D_f).
    """

    provenance: Provenance
    decoder: State
    frame_discriminator: State
    calibration: Calibration
    training_cameras: tuple[str, ...]
    levels: tuple[int, ...] = (1, 2, 3, 4, 5)
    architecture: dict[str, JsonValue] = field(default_factory=dict)


def _rising(knots: Calibration) -> Calibration:
    for (output, difficulty), (next_output, next_difficulty) in pairwise(knots):
        if next_output <= output or next_difficulty < difficulty:
            raise ValueError(
                f"knot {(next_output, next_difficulty)} after {(output, difficulty)} does not rise"
            )
    return knots


class _Details(TensorDetails):
    calibration: Annotated[
        tuple[tuple[float, Annotated[float, Field(ge=0, le=1)]], ...],
        Field(min_length=1),
        AfterValidator(_rising),
    ]
    training_cameras: tuple[str, ...]
    levels: tuple[Annotated[int, Field(ge=1, le=5)], ...]
    architecture: dict[str, JsonValue]


_FORMAT = WeightsFormat(
    Kind("enhancer", schema=1, made_by="turbo train-multiexit"),
    EnhancerWeights,
    parts=("decoder", "frame_discriminator"),
    details_type=_Details,
)
read = _FORMAT.read
write = _FORMAT.write
