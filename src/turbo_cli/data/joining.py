"""Several datasets into one that refers to the same images."""

import itertools
from collections.abc import Sequence

from turbo_cli.artifacts.dataset import Category, DatasetFile
from turbo_cli.coco import FIRST_FREE_ID
from turbo_cli.data.sequences import by_camera, sequence_of
from turbo_cli.errors import TurboError, nearest


def join(contents: Sequence[DatasetFile], cameras: Sequence[str] | None = None) -> DatasetFile:
    """All frames and boxes under new ids, camera by camera in the order given; labelled if all of them are.

    cameras: keep only these. The contents' class ids are Turbo's, as `find_source` gives them. Raises
    `TurboError` for a camera that two datasets have, or that none has.
    """
    found = [camera for content in contents for camera in by_camera(content.images)]
    for camera in found:
        if found.count(camera) > 1:
            raise TurboError(f"camera {camera!r} is in two of the datasets", "join it from one of them alone")
    for camera in cameras or ():
        if camera not in found:
            raise TurboError(f"no camera {camera!r} in the datasets", nearest(camera, found))
    return _renumbered(contents, set(found if cameras is None else cameras))


def _renumbered(contents: Sequence[DatasetFile], cameras: set[str]) -> DatasetFile:
    """The frames of these cameras, with ids that are each used once."""
    image_ids, annotation_ids = itertools.count(1), itertools.count(1)
    categories = _class_ids(contents)
    images, annotations = [], []
    for content in contents:
        new_ids = {image.id: next(image_ids) for image in content.images if image.camera in cameras}
        names = {category.id: category.name for category in content.categories}
        images += [
            image.model_copy(update={"id": new_ids[image.id]})
            for image in content.images
            if image.id in new_ids
        ]
        annotations += [
            one.model_copy(
                update={
                    "id": next(annotation_ids),
                    "image_id": new_ids[one.image_id],
                    "category_id": categories[names[one.category_id]],
                }
            )
            for one in content.annotations
            if one.image_id in new_ids
        ]
    rates = {sequence.camera: sequence.fps for content in contents for sequence in content.sequences}
    return DatasetFile(
        images=tuple(images),
        annotations=tuple(annotations),
        categories=tuple(Category(id=number, name=name) for name, number in categories.items()),
        sequences=tuple(
            sequence_of(frames, rates.get(camera)) for camera, frames in by_camera(images).items()
        ),
        labelled=all(content.labelled for content in contents),
    )


def _class_ids(contents: Sequence[DatasetFile]) -> dict[str, int]:
    """Each class name's id: COCO's, or one from 1000 on, which two datasets may have used for two names."""
    free = itertools.count(FIRST_FREE_ID)
    ids: dict[str, int] = {}
    for category in (category for content in contents for category in content.categories):
        if category.name not in ids:
            ids[category.name] = category.id if category.id < FIRST_FREE_ID else next(free)
    return ids
