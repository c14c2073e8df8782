"""`<name>.safetensors`: the weights of a detector that Turbo trained itself, such as `tiny`."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, JsonValue

from turbo_cli.artifacts.metadata import Kind, Provenance
from turbo_cli.artifacts.weights import State, TensorDetails, WeightsFormat


@dataclass(frozen=True, eq=False)
class DetectorWeights:
    """The detector's state dict and what builds and explains it.

    provenance.detector is its own name, provenance.detector_weights_hash `hash_tensors` of the state.
    categories: class names by COCO id. input_size: width, height in pixels. architecture: what builds the
    network. model_card: how it was made and how well it does (data, metrics, licence, limits).
    """

    provenance: Provenance
    detector: State
    categories: dict[int, str]
    input_size: tuple[int, int]
    architecture: dict[str, JsonValue] = field(default_factory=dict)
    model_card: dict[str, JsonValue] = field(default_factory=dict)


class _Details(TensorDetails):
    categories: dict[Annotated[int, Field(ge=1)], str]
    input_size: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    architecture: dict[str, JsonValue]
    model_card: dict[str, JsonValue]


_FORMAT = WeightsFormat(
    Kind("detector", schema=1, made_by="turbo weights fine-tune"),
    DetectorWeights,
    parts=("detector",),
    details_type=_Details,
)
read = _FORMAT.read
write = _FORMAT.write
