"""`enhancer.safetensors`: what runs on the edge (§4.3): multi-exit decoder, D_f and its calibration."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from turbo_cli.artifacts.metadata import Kind, Provenance
from turbo_cli.artifacts.weights import State, TensorDetails, WeightsFormat

Calibration = tuple[tuple[float, float], ...]
"""Knots (D_f's logit, θ′) of a piecewise linear curve; logits rise, θ′ in [0, 1] never does."""


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


def _falling(knots: Calibration) -> Calibration:
    for (logit, difficulty), (next_logit, next_difficulty) in pairwise(knots):
        if next_logit <= logit:
            raise ValueError(f"logit {next_logit} after {logit} does not rise")
        if next_difficulty > difficulty:
            raise ValueError(
                f"knot {(next_logit, next_difficulty)} after {(logit, difficulty)} does not fall"
            )
    return knots


class _Details(TensorDetails):
    calibration: Annotated[
        tuple[tuple[float, Annotated[float, Field(ge=0, le=1)]], ...],
        Field(min_length=1),
        AfterValidator(_falling),
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
