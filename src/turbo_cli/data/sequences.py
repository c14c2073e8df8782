"""Images camera by camera, and the sequences that a dataset's file lists."""

from collections.abc import Iterable, Sequence

from turbo_cli.artifacts import dataset as artifact
from turbo_cli.artifacts.dataset import Image


def by_camera(images: Iterable[Image]) -> dict[str, list[Image]]:
    """The images of each camera, in the order they came."""
    cameras: dict[str, list[Image]] = {}
    for image in images:
        cameras.setdefault(image.camera, []).append(image)
    return cameras


def sequence_of(images: Sequence[Image], fps: float | None) -> artifact.Sequence:
    """The sequence that all frames of one camera are, in order."""
    return artifact.Sequence(
        camera=images[0].camera,
        fps=fps,
        image_ids=tuple(image.id for image in images),
        timestamps=tuple(image.timestamp for image in images),
    )
