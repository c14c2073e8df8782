"""`gan.safetensors`: what stage one trained (§4.2): the generator's decoder, D_f and D_i."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from turbo_cli.artifacts.metadata import Kind, Provenance
from turbo_cli.artifacts.weights import State, TensorDetails, WeightsFormat


@dataclass(frozen=True, eq=False)
class GanWeights:
    """State dicts of the networks.

    architecture: what builds them (widths, layers, input size of D_f). encoder: the generator's own (the
    model-agnostic baseline, §6.3); empty where it is the detector's frozen backbone.
    """

    provenance: Provenance
    decoder: State
    frame_discriminator: State
    instance_discriminator: State
    architecture: dict[str, JsonValue] = field(default_factory=dict)
    encoder: State = field(default_factory=dict)


class _Details(TensorDetails):
    architecture: dict[str, JsonValue]


_FORMAT = WeightsFormat(
    Kind("gan", schema=1, made_by="turbo train-gan"),
    GanWeights,
    parts=("decoder", "frame_discriminator", "instance_discriminator", "encoder"),
    details_type=_Details,
)
read = _FORMAT.read
write = _FORMAT.write
