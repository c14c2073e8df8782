"""Faster R-CNN with ResNet-50 and FPN as torchvision builds it, split into stages."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN, FasterRCNN_ResNet50_FPN_Weights
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import FrozenBatchNorm2d

from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors.base import Geometry, SplitDetector, freeze
from turbo_cli.detectors.checkpoint import load_checkpoint
from turbo_cli.detectors.counted import counted
from turbo_cli.detectors.pretrained import CATEGORIES, Normalize, refuse_other_size
from turbo_cli.detectors.rcnn_losses import EvenSampler, proposal_distance, rcnn_loss
from turbo_cli.detectors.rcnn_parts import predict_anchors, predict_boxes, propose


def build(name: str, weights: Path | None, size: tuple[int, int] | None = None) -> SplitDetector:
    """The detector on the CPU, frozen; random weights (of the caller's seed) without a file.

    Raises `TurboError` for a `size` that is not its own or a file that does not fit.
    """
    refuse_other_size(name, size, SplitFasterRcnn.input_size)
    # torchvision sets eps 0 with its COCO weights; its default for random weights is another norm layer.
    norm_layer = partial(FrozenBatchNorm2d, eps=0.0)
    backbone = resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=norm_layer, trainable_layers=5
    )
    model = FasterRCNN(backbone, num_classes=1 + len(CATEGORIES))
    if weights is not None:
        load_checkpoint(model, weights)
    return freeze(SplitFasterRcnn(name, model))


def weights_url(name: str) -> str:
    """Where torchvision publishes the weights."""
    return str(FasterRCNN_ResNet50_FPN_Weights.COCO_V1.url)


class SplitFasterRcnn(SplitDetector):
    """torchvision's `FasterRCNN`, taken apart; images keep their aspect, padded to multiples of 32."""

    # The shorter side becomes 800 unless the longer would pass 1333: what a frame of 5:3 comes to.
    input_size = (1344, 800)
    fixed_size = False
    size_multiple = 32
    first_read = 2
    categories = CATEGORIES
    channels = (64, 256, 512, 1024, 2048)

    def __init__(self, name: str, model: Any) -> None:
        super().__init__()
        body, transform = model.backbone.body, model.transform
        self.name = name
        self.normalize = Normalize(transform.image_mean, transform.image_std)
        self.stages = nn.ModuleList(
            [
                nn.Sequential(self.normalize, body.conv1, body.bn1, body.relu),
                nn.Sequential(body.maxpool, body.layer1),
                body.layer2,
                body.layer3,
                body.layer4,
            ]
        )
        self.transform = transform
        self.fpn, self.rpn, self.roi_heads = model.backbone.fpn, model.rpn, model.roi_heads
        for part in (self.rpn, self.roi_heads):
            sampler = part.fg_bg_sampler
            part.fg_bg_sampler = EvenSampler(sampler.batch_size_per_image, sampler.positive_fraction)

    def prepare(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[Geometry]]:
        """As torchvision resizes and pads: bilinear, then at the right and bottom.

        The padding is the mean colour, so that it is zero after the normalisation, as there.
        """
        mean = self.normalize.mean
        resized = [self._resize(frame, mean.device) for frame in frames]
        height, width = (_round_up(max(image.shape[axis] for image in resized), 32) for axis in (1, 2))
        images = mean.repeat(len(frames), 1, height, width)
        for canvas, image in zip(images, resized, strict=True):
            canvas[:, : image.shape[1], : image.shape[2]] = image
        return images, [_geometry(frame, image) for frame, image in zip(frames, resized, strict=True)]

    def _resize(self, frame: NDArray[np.uint8], device: torch.device) -> Tensor:
        image = torch.tensor(frame, device=device).permute(2, 0, 1).float() / 255
        resized: Tensor = self.transform.resize(image)[0]
        return resized

    @torch.no_grad()
    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        """C1…C5 → up to 100 boxes an image of score > 0.05, best first."""
        pyramid, canvas = self._pyramid(features), _canvas(features, geometry)
        proposals = propose(self.rpn, canvas, predict_anchors(self.rpn, canvas, pyramid))
        logits, deltas = predict_boxes(self.roi_heads, canvas, pyramid, proposals)
        found = self.roi_heads.postprocess_detections(
            logits, deltas.flatten(1), proposals, canvas.image_sizes
        )
        return [
            _detections(one, geometry[index] if geometry else None)
            for index, one in enumerate(zip(*found, strict=True))
        ]

    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        """torchvision's four losses together, over evenly spread samples instead of random ones."""
        truth = [counted(one, self.categories, features[0].device) for one in targets]
        return rcnn_loss(self.rpn, self.roi_heads, _canvas(features), self._pyramid(features), truth)

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        """Over the anchors of the proposal network and over the teacher's best proposals."""
        with torch.no_grad():
            teacher = self._pyramid(teacher_features)
        canvas = _canvas(features)
        return proposal_distance(self.rpn, self.roi_heads, canvas, self._pyramid(features), teacher)

    def _pyramid(self, features: Sequence[Tensor]) -> "OrderedDict[str, Tensor]":
        maps = self.fpn(OrderedDict(zip("0123", features[1:], strict=True)))
        return OrderedDict((name, level.float()) for name, level in maps.items())


def _canvas(features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None) -> Any:
    """The sizes that torchvision asks for: of the batch, and of each image without its padding."""
    count, (height, width) = len(features[0]), features[0].shape[-2:]
    sizes = [(2 * height, 2 * width)] * count
    batch = torch.empty(count, 3, *sizes[0], device="meta")
    if geometry is not None:
        sizes = [(round(one.height * one.scale_y), round(one.width * one.scale_x)) for one in geometry]
    return ImageList(batch, sizes)


def _geometry(frame: NDArray[np.uint8], image: Tensor) -> Geometry:
    height, width = frame.shape[:2]
    return Geometry(width, height, image.shape[2] / width, image.shape[1] / height)


def _detections(found: Sequence[Tensor], geometry: Geometry | None) -> Detections:
    boxes, scores, labels = (part.cpu().numpy() for part in found)
    return Detections(boxes if geometry is None else geometry.to_source(boxes), scores, labels)


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
