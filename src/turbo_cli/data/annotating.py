"""Frames of a dataset with what is known of them drawn in: ground truth and detections."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PIL import Image

from turbo_cli.boxes import Detections
from turbo_cli.coco import COCO_NAMES
from turbo_cli.data.dataset import Dataset
from turbo_cli.data.drawing import REFERENCE, draw_boxes, draw_detections, draw_targets, veil
from turbo_cli.data.images import Frame
from turbo_cli.errors import TurboError

Found = Mapping[int, Detections]
"""Detections by image id."""


def check_found(dataset: Dataset, found: Found) -> None:
    """Raises `TurboError` if detections are of images that the dataset does not have."""
    strange = sorted(set(found) - {info.image_id for info in dataset.frames})
    if strange:
        raise TurboError(f"{dataset.path}: has no image {strange[0]}, which the detections name")


def annotated_frame(
    dataset: Dataset, index: int, found: Found | None = None, size: tuple[int, int] | None = None
) -> Frame:
    """Frame `index`, resized to `size` (width, height), with its ground truth.

    With `found`, the ground truth is white and the detections over it are in the colours of their classes.
    """
    frame, info = dataset.frame(index), dataset.frames[index]
    width, height = size or (info.width, info.height)
    if (width, height) != (info.width, info.height):
        frame = np.array(Image.fromarray(frame).resize((width, height), Image.Resampling.LANCZOS))
    scale = np.array([width / info.width, height / info.height] * 2, np.float32)
    truth = dataset.targets(index)
    truth = replace(
        truth,
        boxes_xyxy=truth.boxes_xyxy * scale,
        ignore_regions_xyxy=truth.ignore_regions_xyxy * scale,
    )
    if found is None:
        return draw_targets(frame, truth, dataset.categories)
    veiled = veil(frame, truth.ignore_regions_xyxy)
    count = len(truth)
    reference = draw_boxes(veiled, truth.boxes_xyxy, [""] * count, [REFERENCE] * count, width=1)
    detections = found.get(info.image_id, Detections.empty())
    scaled = replace(detections, boxes_xyxy=detections.boxes_xyxy * scale)
    return draw_detections(reference, scaled, COCO_NAMES | dataset.categories)
