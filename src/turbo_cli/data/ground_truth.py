"""The labels of a dataset, by frame."""

import numpy as np

from turbo_cli.artifacts.dataset import DatasetFile
from turbo_cli.boxes import FloatArray, Targets, xywh_to_xyxy


class GroundTruth:
    """All boxes in arrays, ordered by frame: a million annotations stay small and pickle fast."""

    def __init__(self, content: DatasetFile) -> None:
        positions = {image.id: position for position, image in enumerate(content.images)}
        annotations = sorted(content.annotations, key=lambda annotation: positions[annotation.image_id])
        owners = [positions[annotation.image_id] for annotation in annotations]
        self._starts = np.searchsorted(owners, np.arange(len(positions) + 1))
        self._boxes = _to_xyxy([annotation.bbox for annotation in annotations])
        self._category_ids = np.array([annotation.category_id for annotation in annotations], np.int64)
        self._crowd = np.array([one.iscrowd for one in annotations], np.bool_)
        self._ignore = np.array([one.ignore for one in annotations], np.bool_) | self._crowd
        regions = [image.ignore_regions for image in content.images]
        self._regions = [_to_xyxy(list(of_frame)) for of_frame in regions]

    def targets(self, index: int) -> Targets:
        """The boxes and ignore regions of frame `index`."""
        mine = slice(self._starts[index], self._starts[index + 1])
        return Targets(
            self._boxes[mine],
            self._category_ids[mine],
            self._ignore[mine],
            self._regions[index],
            self._crowd[mine],
        )


def _to_xyxy(boxes_xywh: list[tuple[float, float, float, float]]) -> FloatArray:
    return xywh_to_xyxy(np.array(boxes_xywh, np.float32).reshape(-1, 4))
