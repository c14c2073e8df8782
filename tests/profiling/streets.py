"""A small labelled dataset on disk, and enhancers of the small detector for it."""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from tests.small_detector import SmallDetector
from turbo_cli.artifacts import enhancer as artifact
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.enhancement.ladders import EnhancerLadder
from turbo_cli.enhancement.loading import enhancer_weights

CAMERAS = ("north", "south", "west")


def make_streets(folder: Path, frames: int = 12) -> Dataset:
    """Noise or plain grey of 64×32 pixels from three cameras; boxes about where the small detector sees some.

    Every fourth frame is empty; every fifth has an ignored box.
    """
    random = np.random.default_rng(0)
    folder.mkdir()
    images: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for i in range(frames):
        pixels = random.integers(0, 1 if i % 2 else 256, (32, 64, 3)) + 120 * (i % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{i}.png")
        camera, index = CAMERAS[i * len(CAMERAS) // frames], i % (frames // len(CAMERAS))
        size = {"width": 64, "height": 32, "file_name": f"{i}.png"}
        images.append({"id": i + 1, "camera": camera, "frame_index": index, **size})
        for left in (4.0, 36.0) if i % 4 else ():
            box = [left + random.uniform(-6, 6), 4.0, 24.0, 24 + random.uniform(-6, 6)]
            number = len(annotations) + 1
            ignore = int(i % 5 == 0 and left == 36.0)
            place = {"image_id": i + 1, "category_id": 3, "bbox": box, "area": box[2] * box[3]}
            annotations.append({"id": number, "ignore": ignore, "iscrowd": 0, **place})
    content = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 3, "name": "car"}],
    }
    (folder / "labels.json").write_text(json.dumps(content))
    return open_dataset(folder / "labels.json")


def make_enhancer(
    trained: bool, training_cameras: tuple[str, ...] = ("north",), detector: SplitDetector | None = None
) -> Enhancer:
    """An enhancer that changes nothing, or one of random weights; for the small detector by default."""
    detector = detector or SmallDetector()
    decoder = Decoder(detector.channels)
    if trained:
        generator = torch.Generator().manual_seed(3)
        for parameter in decoder.parameters():
            torch.nn.init.normal_(parameter, std=0.2, generator=generator)
    falling = Calibration(np.array([-1.0, 1.0]), np.array([0.8, 0.2]))
    with torch.random.fork_rng():
        torch.manual_seed(5)
        discriminator = FrameDiscriminator()
    return Enhancer(detector, decoder, discriminator, falling, training_cameras)


def make_ladder(
    folder: Path, trained: bool, training_cameras: tuple[str, ...] = ("north",)
) -> EnhancerLadder:
    """The levels of such an enhancer, whose file is written in the folder."""
    enhancer = make_enhancer(trained, training_cameras)
    return EnhancerLadder(enhancer, write_enhancer(folder / "enhancer.safetensors", enhancer))


def write_enhancer(path: Path, enhancer: Enhancer) -> Path:
    """Save it for its own detector."""
    detector = enhancer.detector
    provenance = Provenance(detector=detector.name, detector_weights_hash=detector.weights_hash)
    artifact.write(path, enhancer_weights(enhancer, provenance))
    return path
