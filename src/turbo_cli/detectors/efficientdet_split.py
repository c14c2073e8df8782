"""EfficientDet as effdet builds it, split into stages."""

import functools
from collections.abc import Sequence
from typing import Any

import effdet
import numpy as np
import torch
from effdet.anchors import AnchorLabeler, Anchors, generate_detections
from effdet.bench import _post_process as select_best
from effdet.config import get_efficientdet_config
from effdet.data.transforms import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD, transforms_coco_eval
from effdet.efficientdet import Interpolate2d
from effdet.loss import DetectionLoss
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors.base import Geometry, SplitDetector
from turbo_cli.detectors.counted import Counted, centred_in, counted
from turbo_cli.detectors.distance import anchor_distance
from turbo_cli.detectors.pretrained import CATEGORIES, Normalize

__all__ = ["SplitEfficientDet", "create_model", "get_efficientdet_config"]

BACKGROUND, IGNORED = -1, -2
"""Class targets that effdet's loss knows besides the classes."""


def create_model(effdet_name: str) -> Any:
    """effdet's network with random weights."""
    return effdet.create_model(effdet_name, bench_task="", pretrained=False, pretrained_backbone=False)


class SplitEfficientDet(SplitDetector):
    """effdet's `EfficientDet`, taken apart; frames are letterboxed at the right and bottom."""

    size_multiple = 128
    first_read = 3
    categories = CATEGORIES

    def __init__(self, name: str, model: Any) -> None:
        super().__init__()
        height, width = model.config.image_size
        self.name, self.input_size, self.config = name, (width, height), model.config
        self.channels = tuple(info["num_chs"] for info in model.backbone.feature_info.info)
        self.normalize = Normalize(IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD)
        self.stages = _split_backbone(self.normalize, model.backbone)
        self.fpn, self.class_net, self.box_net = model.fpn, model.class_net, model.box_net
        self.criterion = DetectionLoss(model.config)
        self.letterbox = transforms_coco_eval((height, width), use_prefetcher=True)
        _allow_any_size(self.fpn)

    def prepare(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[Geometry]]:
        """effdet's own evaluation transform: PIL's bilinear, the rest filled with the mean colour."""
        images, geometry = [], []
        for frame in frames:
            image, laid = self.letterbox(Image.fromarray(frame), {})
            scale = 1 / laid["img_scale"]
            images.append(torch.from_numpy(image))
            geometry.append(Geometry(frame.shape[1], frame.shape[0], scale, scale))
        return torch.stack(images).to(self.normalize.mean.device).float() / 255, geometry

    @torch.no_grad()
    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        """C1…C5 → up to 100 boxes an image, best first and of any score, as effdet's bench answers.

        With `geometry` boxes are clipped to the frame before suppression; without, not at all.
        """
        classes, boxes = self._predict(features)
        config = self.config
        best = select_best(classes, boxes, config.num_levels, config.num_classes, config.max_detection_points)
        anchors = self._anchors(features).boxes
        return [
            self._detections([part[index] for part in best], anchors, geometry[index] if geometry else None)
            for index in range(len(features[0]))
        ]

    def _detections(self, best: Sequence[Tensor], anchors: Tensor, geometry: Geometry | None) -> Detections:
        scores, deltas, places, classes = best
        scale = size = None
        if geometry is not None:
            scale = anchors.new_ones(())
            size = anchors.new_tensor([geometry.width * geometry.scale_x, geometry.height * geometry.scale_y])
        rows = generate_detections(
            scores, deltas, anchors, places, classes, scale, size, self.config.max_det_per_image
        )
        found = rows[rows[:, 5] > 0].cpu().numpy()  # where fewer are found, effdet adds empty rows
        boxes = found[:, :4] if geometry is None else geometry.to_source(found[:, :4])
        return Detections(boxes, found[:, 4], found[:, 5].astype(np.int64))

    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        """effdet's focal and Huber losses over all anchors."""
        truth = [counted(one, self.categories, features[0].device) for one in targets]
        labels = self._label(self._anchors(features), truth)
        total: Tensor = self.criterion(*self._predict(features), *labels)[0]
        return total

    def _label(self, anchors: Any, truth: Sequence[Counted]) -> tuple[list[Tensor], list[Tensor], Tensor]:
        """Class and box targets of each level's anchors, and how many of each image are positive."""
        classes, boxes, positives = AnchorLabeler(anchors, self.config.num_classes).batch_label_anchors(
            [one.boxes_xyxy[:, _SWAP] for one in truth], [one.category_ids for one in truth]
        )
        anchors_xyxy = anchors.boxes[:, _SWAP]
        ignored = torch.stack([centred_in(anchors_xyxy, one.ignored_xyxy) for one in truth])
        parts = torch.split(ignored, [level[0].numel() for level in classes], dim=1)
        classes = [
            torch.where((level == BACKGROUND) & part.view_as(level), IGNORED, level)
            for level, part in zip(classes, parts, strict=True)
        ]
        return classes, boxes, positives

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        """Over all anchors of all levels."""
        with torch.no_grad():
            teacher = self._flatten(*self._predict(teacher_features))
        return anchor_distance(*self._flatten(*self._predict(features)), *teacher)

    def _predict(self, features: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Class logits (B, A·K, h, w) and box deltas (B, A·4, h, w) of each level, always float32."""
        pyramid = self.fpn(list(features[2:]))
        classes, boxes = self.class_net(pyramid), self.box_net(pyramid)
        return [level.float() for level in classes], [level.float() for level in boxes]

    def _flatten(self, classes: Sequence[Tensor], boxes: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """All anchors in a row: logits (B, A, K) and deltas (B, A, 4)."""
        return _by_anchor(classes, self.config.num_classes), _by_anchor(boxes, 4)

    def _anchors(self, features: Sequence[Tensor]) -> Any:
        height, width = features[0].shape[-2:]
        return _anchors(self.config.name, (2 * height, 2 * width), features[0].device)


_SWAP = [1, 0, 3, 2]
"""yxyx, effdet's order of a box before detection, ↔ xyxy."""


@functools.lru_cache(maxsize=8)
def _anchors(effdet_name: str, size: tuple[int, int], device: torch.device) -> Any:
    """Anchors for an input of (height, width); `boxes` is (A, 4) float32, yxyx."""
    config = get_efficientdet_config(effdet_name)
    config.image_size = size
    return Anchors.from_config(config).to(device)


def _split_backbone(normalize: nn.Module, backbone: Any) -> nn.ModuleList:
    """Cut where timm says that a stride's last block ends ("blocks.4"); the stem is in stage 1."""
    stem = [normalize, backbone.conv_stem, backbone.bn1]
    blocks = list(backbone.blocks)
    ends = [int(info["module"].split(".")[1]) + 1 for info in backbone.feature_info.info]
    starts = [0, *ends[:-1]]
    parts = [blocks[start:end] for start, end in zip(starts, ends, strict=True)]
    return nn.ModuleList([nn.Sequential(*stem, *parts[0]), *(nn.Sequential(*part) for part in parts[1:])])


def _allow_any_size(fpn: nn.Module) -> None:
    """effdet upsamples to the sizes of its native input; between levels that is always twofold."""
    for module in fpn.modules():
        if isinstance(module, Interpolate2d):
            module.size, module.scale_factor = None, 2.0


def _by_anchor(levels: Sequence[Tensor], width: int) -> Tensor:
    return torch.cat([level.permute(0, 2, 3, 1).reshape(len(level), -1, width) for level in levels], dim=1)
