"""Between an `Enhancer` and its file, `enhancer.safetensors`."""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError

from turbo_cli.artifacts import enhancer as artifact
from turbo_cli.artifacts.enhancer import EnhancerWeights
from turbo_cli.artifacts.metadata import Provenance, Strict
from turbo_cli.artifacts.reading import refuse
from turbo_cli.artifacts.weights import load_state
from turbo_cli.detectors.base import STAGES, SplitDetector
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.enhancement.runtime import AS_IT_IS, Runtime

Width = Annotated[int, Field(ge=1)]


class Architecture(Strict):
    """What builds the networks: hidden channels of the decoder's layers 1…5, and D_f's two widths."""

    decoder_widths: Annotated[tuple[Width, ...], Field(min_length=STAGES, max_length=STAGES)]
    discriminator_width: Width
    discriminator_hidden: Width


SHIPPED = {"tiny": Path(__file__).with_name("tiny.safetensors")}
"""The enhancers that come with Turbo, by the name of their detector."""


def find_enhancer(name: str | Path) -> Path:
    """The file itself, or the shipped enhancer of this name where there is no such file."""
    return Path(name) if Path(name).exists() else SHIPPED.get(str(name), Path(name))


def load_enhancer(path: str | Path, detector: SplitDetector, runtime: Runtime = AS_IT_IS) -> Enhancer:
    """Build an enhancer around the detector that it was trained for, on the detector's device.

    path: a file, or the name of a shipped one such as `tiny`. runtime: arranges `detector` too, in place.
    Raises `TurboError` for a file that is damaged, was made for another detector or other weights of it,
    or is of another architecture.
    """
    file = find_enhancer(path)
    weights = artifact.read(file, detector.name, detector.weights_hash)
    try:
        architecture = Architecture.model_validate(weights.architecture)
    except ValidationError as error:
        refuse(f"{file}: key architecture", error, "turbo train-multiexit")
    decoder = Decoder(detector.channels, architecture.decoder_widths)
    load_state(decoder, weights.decoder, file, "decoder")
    discriminator = FrameDiscriminator(architecture.discriminator_width, architecture.discriminator_hidden)
    load_state(discriminator, weights.frame_discriminator, file, "frame_discriminator")
    logits, difficulties = np.array(weights.calibration, np.float64).T
    calibration = Calibration(logits, difficulties)
    cameras, levels = weights.training_cameras, weights.levels
    enhancer = Enhancer(detector, decoder, discriminator, calibration, cameras, levels, runtime)
    return enhancer.to(next(iter(detector.state_dict().values())).device)


def enhancer_weights(enhancer: Enhancer, provenance: Provenance) -> EnhancerWeights:
    """What `artifacts.enhancer.write` writes and `load_enhancer` reads."""
    calibration, discriminator = enhancer.calibration, enhancer.discriminator
    architecture = Architecture(
        decoder_widths=enhancer.decoder.widths,
        discriminator_width=discriminator.width,
        discriminator_hidden=discriminator.hidden,
    )
    return EnhancerWeights(
        provenance,
        decoder=enhancer.decoder.state_dict(),
        frame_discriminator=discriminator.state_dict(),
        calibration=tuple(zip(calibration.logits.tolist(), calibration.difficulties.tolist(), strict=True)),
        training_cameras=enhancer.training_cameras,
        levels=enhancer.levels,
        architecture=architecture.model_dump(mode="json"),
    )
