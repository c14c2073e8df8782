"""Labels that nobody drew: what a golden model (§4.4) found, one that is stronger or sees more pixels."""

import itertools
from collections.abc import Iterator, Mapping

from turbo_cli.artifacts.dataset import Annotation, Category, DatasetFile
from turbo_cli.boxes import Detections, xyxy_to_xywh
from turbo_cli.coco import COCO_NAMES


def label(content: DatasetFile, found: Mapping[int, Detections], score: float, doubt: float) -> DatasetFile:
    """The same frames with what was found, by image id, as their labels; labels that they had are dropped.

    Boxes from `score` on are labels. Those from `doubt` on are ignored: no loss and no figure counts them
    either way. Both are scores in [0, 1].
    """
    numbers = itertools.count(1)
    annotations = tuple(
        one
        for image in content.images
        if image.id in found
        for one in _annotations(image.id, found[image.id].above(min(doubt, score)), score, numbers)
    )
    names = COCO_NAMES | {category.id: category.name for category in content.categories}
    used = sorted({one.category_id for one in annotations})
    return content.model_copy(
        update={
            "images": tuple(image.model_copy(update={"ignore_regions": ()}) for image in content.images),
            "annotations": annotations,
            "categories": tuple(Category(id=number, name=names[number]) for number in used),
            "labelled": True,
        }
    )


def _annotations(
    image_id: int, boxes: Detections, score: float, numbers: Iterator[int]
) -> Iterator[Annotation]:
    places = xyxy_to_xywh(boxes.boxes_xyxy).tolist()
    for place, sure, category_id in zip(
        places, boxes.scores.tolist(), boxes.category_ids.tolist(), strict=True
    ):
        left, top, width, height = place
        yield Annotation(
            id=next(numbers),
            image_id=image_id,
            category_id=category_id,
            bbox=(left, top, width, height),
            area=width * height,
            ignore=int(sure < score),
            score=sure,
        )
