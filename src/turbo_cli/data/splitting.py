"""One dataset into parts that refer to the same images."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from turbo_cli.artifacts import dataset as artifact
from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.artifacts.dataset import DatasetFile, Image
from turbo_cli.data.sequences import by_camera, sequence_of
from turbo_cli.errors import TurboError

Cameras = dict[str, list[Image]]
"""The images of each camera, in order."""


def parse_fractions(text: str) -> list[float]:
    """`0.6,0.4` → [0.6, 0.4]. Raises `TurboError` unless they are two or more above 0 that sum to 1."""
    try:
        fractions = [float(part) for part in text.split(",")]
    except ValueError:
        fractions = []
    # A NaN fails both comparisons.
    if len(fractions) < 2 or not min(fractions) > 0 or not abs(sum(fractions) - 1) < 1e-6:
        raise TurboError(
            f"fractions {text!r}: not two or more numbers above 0 that sum to 1", "as in 0.6,0.4"
        )
    return fractions


def split_by_time(content: DatasetFile, fractions: Sequence[float]) -> list[DatasetFile]:
    """Cut every camera's sequence in order: its first 60 % to the first part, and so on.

    Raises `TurboError` if a part would have no frames.
    """
    parts: list[Cameras] = [{} for _ in fractions]
    for camera, images in by_camera(content.images).items():
        for part, (begin, end) in zip(parts, _cuts(len(images), fractions), strict=True):
            part[camera] = images[begin:end]
    return [subset(content, part) for part in parts]


def split_by_camera(content: DatasetFile, fractions: Sequence[float], seed: int) -> list[DatasetFile]:
    """Deal out whole cameras, shuffled by `seed`; fractions are of the number of cameras.

    Raises `TurboError` if a part would have no frames.
    """
    cameras = by_camera(content.images)
    order = [list(cameras)[number] for number in np.random.default_rng(seed).permutation(len(cameras))]
    parts = [set(order[begin:end]) for begin, end in _cuts(len(order), fractions)]
    return [
        subset(content, {camera: images for camera, images in cameras.items() if camera in part})
        for part in parts
    ]


def write_parts(parts: Sequence[DatasetFile], folder: Path) -> list[Path]:
    """Write `part-1/dataset.json`, … into a new folder, all or none; paths inside are relative to each file.

    The contents' paths are absolute, as `find_source` gives them.
    """
    with replacing_folder(folder) as temporary:
        for number, part in enumerate(parts, 1):
            (temporary / f"part-{number}").mkdir()
            write_referring(part, temporary / f"part-{number}", folder / f"part-{number}")
    return [folder / f"part-{number}" for number in range(1, len(parts) + 1)]


def write_referring(content: DatasetFile, folder: Path, home: Path) -> None:
    """Write `dataset.json` into a folder that will be moved to `home`, to which its paths are relative."""
    images = tuple(_relative(image, home.resolve()) for image in content.images)
    artifact.write(folder / artifact.FILE_NAME, content.model_copy(update={"images": images}))


def _cuts(count: int, fractions: Sequence[float]) -> list[tuple[int, int]]:
    ends = np.rint(np.cumsum(fractions) * count).astype(int).tolist()
    return list(zip([0, *ends[:-1]], ends, strict=True))


def subset(content: DatasetFile, cameras: Cameras) -> DatasetFile:
    """Only these images, with positions and times that start anew, and what belongs to them."""
    sequences = {camera: _restarted(images) for camera, images in cameras.items() if images}
    if not sequences:
        raise TurboError("a part would have no frames", "choose other fractions, or split --by time")
    images = tuple(image for sequence in sequences.values() for image in sequence)
    kept = {image.id for image in images}
    rates = {sequence.camera: sequence.fps for sequence in content.sequences}
    return content.model_copy(
        update={
            "images": images,
            "annotations": tuple(one for one in content.annotations if one.image_id in kept),
            "sequences": tuple(
                sequence_of(sequence, rates.get(camera)) for camera, sequence in sequences.items()
            ),
        }
    )


def _restarted(images: list[Image]) -> list[Image]:
    begin = images[0].timestamp
    return [
        image.model_copy(update={"frame_index": position, "timestamp": image.timestamp - begin})
        for position, image in enumerate(images)
    ]


def _relative(image: Image, folder: Path) -> Image:
    places = {"file_name": image.file_name, "video": image.video}
    moved = {key: os.path.relpath(Path(place).resolve(), folder) for key, place in places.items() if place}
    return image.model_copy(update=moved)
