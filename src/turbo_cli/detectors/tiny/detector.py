"""`tiny` behind `SplitDetector`."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.ops import batched_nms
from torchvision.transforms.v2.functional import resize

from turbo_cli.boxes import Detections, Targets
from turbo_cli.coco import COCO_IDS, COCO_NAMES
from turbo_cli.detectors.base import STRIDES, Geometry, SplitDetector, freeze
from turbo_cli.detectors.tiny.losses import detection_loss, distillation_loss
from turbo_cli.detectors.tiny.network import CHANNELS, TinyNetwork

INPUT_SIZE = (320, 192)
CATEGORY_IDS = tuple(COCO_IDS[name] for name in ("car", "bus", "truck", "motorcycle", "person"))
"""The classes in the order of the head's outputs."""

SCORE_FLOOR = 0.02
NMS_IOU = 0.6
MOST_BOXES = 100


class TinyDetector(SplitDetector):
    """Five stages and a head shared with a `TinyNetwork`, frozen.

    Frames are resized to the input size without letterbox. size: (width, height), multiples of 32.
    """

    first_read = 2

    def __init__(self, network: TinyNetwork, name: str = "tiny", size: tuple[int, int] = INPUT_SIZE) -> None:
        super().__init__()
        self.name = name
        self.input_size = size
        self.categories = {number: COCO_NAMES[number] for number in CATEGORY_IDS}
        self.channels = CHANNELS
        self.stages = network.stages
        self.head = network.head
        freeze(self)

    def prepare(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[Geometry]]:
        width, height = self.input_size
        device = next(self.parameters()).device
        images = [
            resize(torch.from_numpy(frame).permute(2, 0, 1).to(device), [height, width]) for frame in frames
        ]
        geometry = [
            Geometry(frame.shape[1], frame.shape[0], width / frame.shape[1], height / frame.shape[0])
            for frame in frames
        ]
        return torch.stack(images).float() / 255, geometry

    @torch.no_grad()
    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        height, width = (STRIDES[0] * size for size in features[0].shape[2:])
        geometry = geometry or [Geometry(width, height, 1, 1)] * len(features[0])
        predictions = self.head(features)
        return [
            _detections(scores, boxes, image)
            for scores, boxes, image in zip(
                predictions.logits.sigmoid(), predictions.boxes(), geometry, strict=True
            )
        ]

    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        return detection_loss(self.head(features), targets, CATEGORY_IDS)

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        with torch.no_grad():
            teacher = self.head(teacher_features)
        return distillation_loss(self.head(features), teacher)


def _detections(scores: Tensor, boxes: Tensor, geometry: Geometry) -> Detections:
    """(N, classes) scores and (N, 4) boxes of one image → the best class of each point, after NMS."""
    best, classes = scores.max(1)
    kept = torch.nonzero(best >= SCORE_FLOOR)[:, 0]
    kept = kept[batched_nms(boxes[kept], best[kept], classes[kept], NMS_IOU)[:MOST_BOXES]]
    category_ids = np.array(CATEGORY_IDS, np.int64)[classes[kept].cpu().numpy()]
    return Detections(geometry.to_source(boxes[kept].cpu().numpy()), best[kept].cpu().numpy(), category_ids)
