"""A dataset written anew with degraded frames and the same labels."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Picture

from turbo_cli.artifacts import dataset as artifact
from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.artifacts.dataset import DatasetFile, Image
from turbo_cli.data.dataset import StoredDataset
from turbo_cli.data.degradation import DEGRADATIONS, befall
from turbo_cli.data.sequences import by_camera, sequence_of
from turbo_cli.data.sources import find_source
from turbo_cli.data.spells import CLEAN, Spell, random_spells
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked

JPEG_QUALITY = 95
USUAL_FPS = 10.0
"""For spells in sequences of which no rate is known."""


@dataclass(frozen=True)
class Degraded:
    """What was written. conditions: frames of each kind, "clean" among them."""

    path: Path
    cameras: int
    frames: int
    conditions: dict[str, int]


def degrade_dataset(
    source: Path,
    out: Path,
    kinds: tuple[str, ...] = tuple(DEGRADATIONS),
    spells: bool = False,
    seed: int = 0,
    track: Track = untracked,
    fps: float | None = None,
) -> Degraded:
    """Write the frames of `source`, degraded, and its labels to the folder `out`.

    Every frame goes through one of the `kinds`, drawn for it; with `spells` they come and go in stretches of
    seconds per camera, and the rest stays clean; fps: what their seconds go by, where not by the source's own
    rate. The same seed gives the same bytes. Raises `TurboError` for an unknown kind, a source that cannot be
    read, or an `out` that is not empty.
    """
    for kind in kinds:
        if kind not in DEGRADATIONS:
            raise TurboError(f"unknown kind {kind!r}", nearest(kind, DEGRADATIONS))
    found = find_source(source)
    dataset, content = StoredDataset(source, found), found.content
    images: list[Image] = []
    with replacing_folder(out) as folder:
        fates = _fates(content, kinds, spells, seed, fps)
        for index, fate in enumerate(track(fates, "degrading", total=len(content.images))):
            frame = dataset.frame(index)
            if fate.kind != CLEAN:
                frame = befall(frame, fate.kind, fate.severity, fate.seed, fate.rng)
            path = folder / fate.file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            Picture.fromarray(frame).save(path, "JPEG", quality=JPEG_QUALITY, subsampling=0)
            places = {"file_name": fate.file_name, "video": None, "frame": None, "condition": fate.kind}
            images.append(content.images[index].model_copy(update=places))
        sequences = _sequences(content)
        written = content.model_copy(update={"images": tuple(images), "sequences": sequences})
        artifact.write(folder / artifact.FILE_NAME, written)
    counts = Counter(str(image.condition) for image in images)
    return Degraded(out, len(sequences), len(images), dict(sorted(counts.items())))


@dataclass(frozen=True)
class _Fate:
    """What happens to one frame, and where it goes."""

    kind: str
    severity: float
    seed: int
    rng: np.random.Generator
    file_name: str


def _fates(
    content: DatasetFile, kinds: tuple[str, ...], spells: bool, seed: int, rate: float | None
) -> Iterator[_Fate]:
    """One for each image, in the dataset's order: camera by camera."""
    for number, sequence in enumerate(_sequences(content)):
        rng = np.random.default_rng([seed, number])
        frames, fps = len(sequence.image_ids), rate or sequence.fps or USUAL_FPS
        course = random_spells(frames, fps, (CLEAN, *kinds), rng) if spells else _one_each(frames, kinds, rng)
        for spell in course:
            for index in range(spell.start, spell.stop):
                # Folders are numbered: a camera's name may be no file name.
                name = f"images/{number:03d}/{index:06d}.jpg"
                severity = spell.severity_at(index, fps) if spells else spell.severity
                yield _Fate(spell.condition, severity, spell.seed, rng, name)


def _one_each(frames: int, kinds: tuple[str, ...], rng: np.random.Generator) -> list[Spell]:
    return [
        Spell(str(rng.choice(kinds)), index, index + 1, float(rng.uniform(0.35, 1)), int(rng.integers(2**31)))
        for index in range(frames)
    ]


def _sequences(content: DatasetFile) -> tuple[artifact.Sequence, ...]:
    """The cameras of a dataset, also where its file names none."""
    rates = {sequence.camera: sequence.fps for sequence in content.sequences}
    return tuple(
        sequence_of(images, rates.get(camera) or _rate(images))
        for camera, images in by_camera(content.images).items()
    )


def _rate(images: list[Image]) -> float | None:
    """Frames a second of a video, from its times."""
    span = images[-1].timestamp - images[0].timestamp
    return (len(images) - 1) / span if images[0].video and span > 0 else None
