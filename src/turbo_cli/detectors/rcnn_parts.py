"""The two halves of Faster R-CNN's head, as torchvision runs them; float32 comes out under autocast too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torchvision.models.detection.rpn import concat_box_prediction_layers

Pyramid = Mapping[str, Tensor]


@dataclass(frozen=True)
class Anchors:
    """What the proposal network says of all anchors: objectness (B·A, 1) and deltas (B·A, 4)."""

    boxes_xyxy: list[Tensor]
    per_level: list[int]
    objectness: Tensor
    deltas: Tensor


def predict_anchors(rpn: Any, canvas: Any, pyramid: Pyramid) -> Anchors:
    maps = list(pyramid.values())
    objectness, deltas = rpn.head(maps)
    boxes, per_level = rpn.anchor_generator(canvas, maps), [one[0].numel() for one in objectness]
    objectness, deltas = concat_box_prediction_layers(objectness, deltas)
    return Anchors(boxes, per_level, objectness.float(), deltas.float())


def propose(rpn: Any, canvas: Any, anchors: Anchors) -> list[Tensor]:
    """(P, 4) boxes of each image, best first; no gradient flows through them."""
    boxes = rpn.box_coder.decode(anchors.deltas.detach(), anchors.boxes_xyxy)
    boxes = boxes.view(len(anchors.boxes_xyxy), -1, 4)
    proposals: list[Tensor]
    proposals, _ = rpn.filter_proposals(boxes, anchors.objectness, canvas.image_sizes, anchors.per_level)
    return proposals


def predict_boxes(
    roi_heads: Any, canvas: Any, pyramid: Pyramid, proposals: list[Tensor]
) -> tuple[Tensor, Tensor]:
    """Logits (R, K) and deltas (R, K, 4) of all proposals of the batch."""
    pooled = roi_heads.box_roi_pool(pyramid, proposals, canvas.image_sizes)
    logits, deltas = roi_heads.box_predictor(roi_heads.box_head(pooled))
    return logits.float(), deltas.view(*logits.shape, 4).float()
