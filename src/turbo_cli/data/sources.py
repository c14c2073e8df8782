"""From a path to the description of a dataset: everything that `open_dataset` accepts, in one form."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from turbo_cli.artifacts import dataset as artifact
from turbo_cli.artifacts.dataset import Category, DatasetFile, Image
from turbo_cli.coco import COCO_IDS, FIRST_FREE_ID
from turbo_cli.data.files import visible_files
from turbo_cli.data.images import image_size, is_image
from turbo_cli.data.sequences import by_camera
from turbo_cli.data.video import is_video
from turbo_cli.data.video_index import VideoIndexes
from turbo_cli.errors import TurboError, did_you_mean

IMAGE_FOLDERS = (".", "images", "..", "../images")
"""Where the images of a COCO JSON file may lie, seen from its folder."""

SECONDS_PER_IMAGE = 1.0
"""Between the images of a camera of which no time is known."""


@dataclass(frozen=True)
class Source:
    """What was found at a path.

    content: images in order, camera by camera, with absolute paths, Turbo's category ids
    and known positions and times.
    videos: the indexes that were made on the way, and those that will be needed later.
    """

    content: DatasetFile
    videos: VideoIndexes


def find_source(path: Path) -> Source:
    """Find out what lies at `path`. Raises `TurboError` where it is nothing usable."""
    videos = VideoIndexes()
    return Source(_describe(path, videos), videos)


def _describe(path: Path, videos: VideoIndexes) -> DatasetFile:
    if not path.exists():
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        sources = "`turbo data import` brings data in, `turbo data synth` makes it up"
        raise TurboError(f"{path}: no such file or folder", did_you_mean(path.name, beside) or sources)
    path = path.absolute()
    if path.is_dir():
        stored = path / artifact.FILE_NAME
        return _from_json(stored, videos) if stored.exists() else _from_folder(path, videos)
    if path.suffix.lower() == ".json":
        return _from_json(path, videos)
    images = [_image(path, path.stem)] if is_image(path) else list(_video_frames(path, path.stem, videos))
    return _unlabelled(images)


def _from_folder(folder: Path, videos: VideoIndexes) -> DatasetFile:
    images: list[Image] = []
    for file in visible_files(folder, lambda file: is_image(file) or is_video(file)):
        if is_image(file):
            images.append(_image(file, _camera_of(file.parent, folder)))
        else:
            images.extend(_video_frames(file, _camera_of(file.with_suffix(""), folder), videos))
    if not images:
        raise TurboError(f"{folder}: holds neither {artifact.FILE_NAME} nor images nor videos")
    return _unlabelled(images)


def _camera_of(place: Path, folder: Path) -> str:
    return folder.name if place == folder else place.relative_to(folder).as_posix()


def _image(path: Path, camera: str) -> Image:
    width, height = image_size(path)
    return Image(id=0, width=width, height=height, file_name=str(path), camera=camera)


def _video_frames(path: Path, camera: str, videos: VideoIndexes) -> Iterator[Image]:
    index = videos[path]
    for frame, timestamp in enumerate(index.timestamps.tolist()):
        yield Image(
            id=0,
            width=index.width,
            height=index.height,
            video=str(path),
            frame=frame,
            camera=camera,
            timestamp=timestamp,
        )


def _unlabelled(images: Sequence[Image]) -> DatasetFile:
    numbered = [image.model_copy(update={"id": number}) for number, image in enumerate(images, 1)]
    return DatasetFile(images=tuple(_in_sequence(numbered)), labelled=False)


def _in_sequence(images: Sequence[Image]) -> Iterator[Image]:
    """Camera by camera, with positions, and times for cameras that have none."""
    for sequence in by_camera(images).values():
        timed = any(image.timestamp for image in sequence)
        for position, image in enumerate(sequence):
            timestamp = image.timestamp if timed else position * SECONDS_PER_IMAGE
            yield image.model_copy(update={"frame_index": position, "timestamp": timestamp})


def _from_json(path: Path, videos: VideoIndexes) -> DatasetFile:
    content = artifact.read(path)
    if not content.images:
        raise TurboError(f"{path}: has no images")
    labelled = content.labelled and "annotations" in content.model_fields_set
    content = _with_turbo_categories(content)
    if content.sequences:
        return content.model_copy(update={"images": tuple(_stored_order(path, content))})
    images = tuple(_in_sequence(list(_located(path, content.images, videos))))
    return content.model_copy(update={"images": images, "labelled": labelled})


def _stored_order(path: Path, content: DatasetFile) -> Iterator[Image]:
    """The images as the file's sequences, which have the last word on camera, place and time, order them."""
    by_id = {image.id: image for image in content.images}
    for sequence in content.sequences:
        for position, image_id in enumerate(sequence.image_ids):
            if image_id not in by_id:
                raise TurboError(f"{path}: image {image_id} is in two sequences, or twice in one")
            known = {
                "camera": sequence.camera,
                "frame_index": position,
                "timestamp": sequence.timestamps[position],
            }
            yield _absolute(by_id.pop(image_id), path.parent).model_copy(update=known)
    if by_id:
        raise TurboError(f"{path}: image {next(iter(by_id))} is in no sequence")


def _absolute(image: Image, folder: Path) -> Image:
    places = {"file_name": image.file_name, "video": image.video}
    return image.model_copy(update={key: str(folder / place) for key, place in places.items() if place})


def _located(path: Path, images: Sequence[Image], videos: VideoIndexes) -> Iterator[Image]:
    """The images of a foreign COCO JSON file, found on disk or in videos, ordered by frame number."""
    folder = _image_folder(path, images)
    for image in sorted(images, key=lambda image: (image.video or "", image.frame or 0)):
        if folder and image.file_name and not image.video:
            inner = Path(image.file_name).parent.as_posix().strip("./")
            camera = image.camera or inner or path.parent.name
            yield image.model_copy(update={"file_name": str(folder / image.file_name), "camera": camera})
        else:
            yield _in_video(path, image, videos)


def _in_video(path: Path, image: Image, videos: VideoIndexes) -> Image:
    video = _video_of(path, image)
    index = videos[video]
    if image.frame is None or image.frame >= len(index):
        raise TurboError(f"{path}: image {image.id}: {video.name} has no frame {image.frame}")
    timestamp = float(index.timestamps[image.frame])
    camera = image.camera or video.stem
    return image.model_copy(update={"video": str(video), "camera": camera, "timestamp": timestamp})


def _image_folder(path: Path, images: Sequence[Image]) -> Path | None:
    """Where the first image that is found at all lies; None if all frames are a video's."""
    files = [image for image in images if image.file_name and not image.video]
    for image in files:
        for folder in IMAGE_FOLDERS:
            if (path.parent / folder / (image.file_name or "")).is_file():
                return path.parent / folder
    lost = [image.file_name for image in files if image.frame is None]
    if lost:
        raise TurboError(
            f"{path}: none of its images is found", f"looked for {lost[0]!r} beside it and in images/"
        )
    return None


def _video_of(path: Path, image: Image) -> Path:
    """The video that an image names, or the only one beside the JSON file."""
    if image.video:
        return path.parent / image.video
    beside = [file for file in sorted(path.parent.iterdir()) if is_video(file)]
    if len(beside) != 1:
        raise TurboError(
            f"{path}: image {image.id}: no image file, and {len(beside)} videos beside it to choose from"
        )
    return beside[0]


def _with_turbo_categories(content: DatasetFile) -> DatasetFile:
    """Classes renumbered by name to COCO's ids, those that COCO lacks from 1000 on."""
    taken = {category.id for category in content.categories}
    free = (number for number in itertools.count(FIRST_FREE_ID) if number not in taken)
    ids: dict[int, int] = {}
    for category in content.categories:
        own = category.id if category.id >= FIRST_FREE_ID else None
        ids[category.id] = COCO_IDS.get(category.name.lower()) or own or next(free)
    if all(new == old for old, new in ids.items()):
        return content
    categories = tuple(Category(id=ids[category.id], name=category.name) for category in content.categories)
    annotations = tuple(
        annotation.model_copy(update={"category_id": ids[annotation.category_id]})
        for annotation in content.annotations
    )
    return content.model_copy(update={"categories": categories, "annotations": annotations})
