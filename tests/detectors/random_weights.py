"""Random weights that find boxes: what tests use where the real ones cannot be had."""

import functools
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.ops import FrozenBatchNorm2d

from turbo_cli.detectors import faster_rcnn
from turbo_cli.detectors.base import SplitDetector, freeze
from turbo_cli.detectors.efficientdet_split import SplitEfficientDet, create_model


@functools.cache
def random_faster_rcnn() -> SplitDetector:
    """A detector whose batch norms have every kind of statistics, small variances among them.

    It looks at 50 proposals instead of 1000, to be quick.
    """
    torch.manual_seed(0)
    detector: Any = faster_rcnn.build("faster-rcnn", None)
    for module in detector.modules():
        if isinstance(module, FrozenBatchNorm2d):
            _randomise(module)
    detector.rpn._post_nms_top_n = {"training": 100, "testing": 50}
    image = torch.rand(1, 3, 256, 320)
    with torch.no_grad():
        pyramid = detector.fpn(dict(zip("0123", detector.encode(image)[1:], strict=True)))
        objectness, deltas = detector.rpn.head([pyramid["0"]])
        _rescale(detector.rpn.head.cls_logits, objectness[0], 2.0)
        _rescale(detector.rpn.head.bbox_pred, deltas[0], 0.3)
        roi_heads = detector.roi_heads
        pooled = roi_heads.box_roi_pool(pyramid, [torch.tensor([[20.0, 30, 200, 160]])], [(256, 320)])
        logits, deltas = roi_heads.box_predictor(roi_heads.box_head(pooled))
        _rescale(roi_heads.box_predictor.cls_score, logits, 3.0)
        _rescale(roi_heads.box_predictor.bbox_pred, deltas, 1.0)
    return freeze(detector)


def _randomise(norm: Any) -> None:
    norm.running_var.copy_(torch.exp(torch.empty_like(norm.running_var).uniform_(math.log(1e-3), 0)))
    norm.running_mean.normal_(std=0.1)
    norm.weight.copy_(norm.running_var.sqrt() * torch.empty_like(norm.weight).uniform_(0.5, 1.0))
    norm.bias.normal_(std=0.1)


def _rescale(layer: Any, output: Tensor, deviation: float) -> None:
    layer.weight.mul_(deviation / output.std())


@functools.cache
def efficientdet_state(effdet_name: str, size: int = 512) -> dict[str, Tensor]:
    """effdet's network with the statistics of random images; a few scores are high, most are low."""
    torch.manual_seed(0)
    model = create_model(effdet_name)
    detector = SplitEfficientDet("efficientdet-d0", model)
    for module in detector.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
            module.train()
    with torch.no_grad():
        smooth = F.interpolate(torch.rand(1, 3, 8, 8), (size, size), mode="bilinear")
        image = torch.cat([torch.rand(1, 3, size, size), smooth])
        detector._predict(detector.encode(image))
        detector.eval()
        classes, boxes = detector._predict(detector.encode(image))
        for net, levels, largest in ((model.class_net, classes, 4.0), (model.box_net, boxes, 1.0)):
            head = net.predict.conv_pw
            head.weight.mul_(largest / max(float((level - level.mean()).abs().max()) for level in levels))
    return dict(model.state_dict())


@functools.cache
def random_efficientdet() -> SplitDetector:
    """D0 with `efficientdet_state`."""
    model = create_model("tf_efficientdet_d0")
    model.load_state_dict(efficientdet_state("tf_efficientdet_d0"))
    return freeze(SplitEfficientDet("efficientdet-d0", model))
