"""Synthetic traffic as a dataset on disk."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from turbo_cli.artifacts import dataset as dataset_file
from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.coco import COCO_IDS
from turbo_cli.data.dataset import Frame
from turbo_cli.data.degradation import DEGRADATIONS
from turbo_cli.data.synth.render import Visible, render
from turbo_cli.data.synth.scene import Scene, random_scene
from turbo_cli.data.synth.traffic import Traffic
from turbo_cli.data.synth.weather import CONDITIONS, Look, Spell, look_of, random_spells
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked

CLASSES = ("person", "car", "motorcycle", "bus", "truck")
SMALLEST_HEIGHT, SMALLEST_WIDTH = 6.0, 3.0
SMALLEST_SHARE = 0.25
LENS = ("rain", "low-resolution", "blur", "dirty-lens")
"""Conditions that happen to the finished picture, by the degradation of the same name."""


@dataclass(frozen=True)
class Summary:
    """What was written. boxes: by class, ignored ones not counted. conditions: frames of each."""

    path: Path
    cameras: int
    frames: int
    boxes: dict[str, int]
    conditions: dict[str, int]


@dataclass
class _Labels:
    images: list[dataset_file.Image] = field(default_factory=list)
    annotations: list[dataset_file.Annotation] = field(default_factory=list)


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

    A camera depends on the seed and its own number only, not on how many there are. Boxes are tight around
    what is seen of a road user; those under `SMALLEST_HEIGHT` × `SMALLEST_WIDTH` pixels, or of which less than
    `SMALLEST_SHARE` is visible or inside the frame, are marked `ignore`. A motorcycle's box includes its rider.
    Raises `TurboError` for an unknown condition, numbers out of range, or an `out` that is not empty.
    """
    _check(cameras, frames, size, fps, conditions)
    labels = _Labels()
    sequences = []
    with replacing_folder(out) as folder:
        work = _all_frames(folder, cameras, frames, size, fps, seed, conditions, labels)
        for _ in track(work, "frames", total=cameras * frames):
            pass
        for number in range(cameras):
            own = labels.images[number * frames : (number + 1) * frames]
            ids, times = tuple(i.id for i in own), tuple(i.timestamp for i in own)
            sequences.append(
                dataset_file.Sequence(camera=_name(number), fps=fps, image_ids=ids, timestamps=times)
            )
        value = dataset_file.DatasetFile(
            images=tuple(labels.images),
            annotations=tuple(labels.annotations),
            categories=tuple(dataset_file.Category(id=COCO_IDS[name], name=name) for name in CLASSES),
            sequences=tuple(sequences),
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


def _name(number: int) -> str:
    return f"camera-{number:03d}"


def _all_frames(
    folder: Path,
    cameras: int,
    frames: int,
    size: tuple[int, int],
    fps: float,
    seed: int,
    conditions: tuple[str, ...],
    labels: _Labels,
) -> Iterator[None]:
    for number in range(cameras):
        rng = np.random.default_rng([seed, number])
        scene = random_scene(size, rng)
        traffic = Traffic(scene.layout, scene.camera, rng)
        spells = random_spells(frames, fps, conditions, rng)
        (folder / "images" / _name(number)).mkdir(parents=True)
        for spell in spells:
            for index in range(spell.start, spell.stop):
                _one_frame(folder, number, scene, traffic, spell, index, fps, rng, labels)
                traffic.step(1 / fps)
                yield


def _one_frame(
    folder: Path,
    number: int,
    scene: Scene,
    traffic: Traffic,
    spell: Spell,
    index: int,
    fps: float,
    rng: np.random.Generator,
    labels: _Labels,
) -> None:
    severity = spell.severity_at(index, fps)
    look = look_of(spell.condition, severity, scene.sunny)
    picture, seen = render(scene, traffic.movers, look)
    frame = _captured(picture, scene, look, spell, severity, rng)
    name = f"images/{_name(number)}/{index:06d}.jpg"
    Image.fromarray(frame).save(folder / name, "JPEG", quality=scene.quality)
    image = dataset_file.Image(
        id=len(labels.images) + 1,
        width=scene.camera.width,
        height=scene.camera.height,
        file_name=name,
        camera=_name(number),
        frame_index=index,
        timestamp=round(index / fps, 6),
        condition=spell.condition,
    )
    labels.images.append(image)
    for visible in seen:
        labels.annotations.append(_annotation(len(labels.annotations) + 1, image.id, visible))


def _captured(
    picture: np.ndarray, scene: Scene, look: Look, spell: Spell, severity: float, rng: np.random.Generator
) -> Frame:
    """What the sensor and the lens make of a picture."""
    noise = rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(look.noise)
    frame = np.clip(picture * scene.balance + noise, 0, 255).astype(np.uint8)
    if spell.condition not in LENS:
        return frame
    # Rain falls anew in every frame; dirt, shake and resolution stay for the whole spell.
    own = rng if spell.condition == "rain" else np.random.default_rng(spell.seed)
    return DEGRADATIONS[spell.condition](frame, own, severity)


def _annotation(number: int, image_id: int, visible: Visible) -> dataset_file.Annotation:
    left, top, right, bottom = visible.box
    width, height = right - left, bottom - top
    small = height < SMALLEST_HEIGHT or width < SMALLEST_WIDTH
    ignore = small or visible.share < SMALLEST_SHARE or visible.whole < SMALLEST_SHARE
    return dataset_file.Annotation(
        id=number,
        image_id=image_id,
        category_id=COCO_IDS[visible.mover.body.category],
        bbox=(left, top, width, height),
        area=width * height,
        ignore=int(ignore),
    )


def _summary(out: Path, cameras: int, value: dataset_file.DatasetFile) -> Summary:
    names = {COCO_IDS[name]: name for name in CLASSES}
    boxes = Counter(names[a.category_id] for a in value.annotations if not a.ignore)
    conditions = Counter(image.condition for image in value.images)
    return Summary(
        out,
        cameras,
        len(value.images),
        {name: boxes[name] for name in CLASSES},
        {name: conditions[name] for name in CONDITIONS if conditions[name]},
    )
