"""Synthetic traffic as a dataset on disk."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from turbo_cli.artifacts import dataset as dataset_file
from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.coco import COCO_IDS
from turbo_cli.data.sequences import by_camera, sequence_of
from turbo_cli.data.synth.footage import Shot, footage
from turbo_cli.data.synth.render import Visible
from turbo_cli.data.synth.weather import CONDITIONS
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked

CLASSES = ("person", "car", "motorcycle", "bus", "truck")
SMALLEST_HEIGHT, SMALLEST_WIDTH = 6.0, 3.0
SMALLEST_SHARE = 0.25


@dataclass(frozen=True)
class Summary:
    """What was written. boxes: by class, ignored ones not counted. conditions: frames of each."""

    path: Path
    cameras: int
    frames: int
    boxes: dict[str, int]
    conditions: dict[str, int]


@dataclass(frozen=True)
class _Taken:
    """Where in the dataset a shot belongs."""

    camera: str
    index: int
    shot: Shot

    @property
    def file_name(self) -> str:
        return f"images/{self.camera}/{self.index:06d}.jpg"


def synthesize(
    out: Path,
    cameras: int = 4,
    frames: int = 300,
    size: tuple[int, int] = (320, 192),
    fps: float = 10.0,
    seed: int = 0,
    conditions: tuple[str, ...] = CONDITIONS,
    track: Track = untracked,
) -> Summary:
    """Write `frames` frames of each of `cameras` scenes, with labels, to the folder `out`.

    A camera's name carries the seed, so that those of two datasets can be told apart.

    A camera depends on the seed and its own number, not on how many there are. Boxes are tight around what
    is seen of a road user; those under `SMALLEST_HEIGHT` × `SMALLEST_WIDTH` pixels, or of which less than
    `SMALLEST_SHARE` is uncovered or inside the frame, are marked `ignore`. A motorcycle's box includes its
    rider. Raises `TurboError` for an unknown condition, numbers out of range, or an `out` that is not empty.
    """
    _check(cameras, frames, size, fps, conditions)

    def shots() -> Iterator[_Taken]:
        for number in range(cameras):
            for index, shot in enumerate(footage(seed, number, frames, size, fps, conditions)):
                yield _Taken(f"camera-{seed}-{number:03d}", index, shot)

    images: list[dataset_file.Image] = []
    annotations: list[dataset_file.Annotation] = []
    with replacing_folder(out) as folder:
        for taken in track(shots(), "frames", total=cameras * frames):
            path = folder / taken.file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(taken.shot.frame).save(path, "JPEG", quality=taken.shot.quality)
            images.append(_image(taken, len(images) + 1, fps))
            for visible in taken.shot.seen:
                annotations.append(_annotation(visible, len(annotations) + 1, len(images)))
        value = dataset_file.DatasetFile(
            images=tuple(images),
            annotations=tuple(annotations),
            categories=tuple(dataset_file.Category(id=COCO_IDS[name], name=name) for name in CLASSES),
            sequences=tuple(sequence_of(own, fps) for own in by_camera(images).values()),
            info={"description": "synthetic traffic", "seed": seed, "conditions": list(conditions)},
        )
        dataset_file.write(folder / dataset_file.FILE_NAME, value)
    return _summary(out, cameras, value)


def _check(cameras: int, frames: int, size: tuple[int, int], fps: float, conditions: tuple[str, ...]) -> None:
    for condition in conditions:
        if condition not in CONDITIONS:
            raise TurboError(f"unknown condition {condition!r}", nearest(condition, CONDITIONS))
    if not conditions:
        raise TurboError("no condition given", f"known: {', '.join(CONDITIONS)}")
    if cameras < 1 or frames < 1:
        raise TurboError(f"{cameras} cameras of {frames} frames", "ask for at least one of each")
    if min(size) < 64 or max(size) > 4096:
        raise TurboError(f"size {size[0]}x{size[1]} is out of range", "64 to 4096 pixels a side")
    if not 0.1 <= fps <= 240:
        raise TurboError(f"{fps} frames a second is out of range", "0.1 to 240")


def _image(taken: _Taken, number: int, fps: float) -> dataset_file.Image:
    height, width = taken.shot.frame.shape[:2]
    return dataset_file.Image(
        id=number,
        width=width,
        height=height,
        file_name=taken.file_name,
        camera=taken.camera,
        frame_index=taken.index,
        timestamp=round(taken.index / fps, 6),
        condition=taken.shot.condition,
    )


def _annotation(visible: Visible, number: int, image_id: int) -> dataset_file.Annotation:
    left, top, right, bottom = visible.box
    width, height = right - left, bottom - top
    small = height < SMALLEST_HEIGHT or width < SMALLEST_WIDTH
    ignore = small or min(visible.uncovered, visible.inside) < SMALLEST_SHARE
    return dataset_file.Annotation(
        id=number,
        image_id=image_id,
        category_id=COCO_IDS[visible.mover.body.category],
        bbox=(left, top, width, height),
        area=width * height,
        ignore=int(ignore),
    )


def _summary(out: Path, cameras: int, value: dataset_file.DatasetFile) -> Summary:
    boxes = Counter(entry.category_id for entry in value.annotations if not entry.ignore)
    conditions = Counter(image.condition for image in value.images)
    return Summary(
        out,
        cameras,
        len(value.images),
        {name: boxes[COCO_IDS[name]] for name in CLASSES},
        {name: conditions[name] for name in CONDITIONS if conditions[name]},
    )
