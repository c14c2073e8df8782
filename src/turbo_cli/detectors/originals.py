"""The unsplit originals: other projects' own code over the same weights, to hold a split detector against."""

import tempfile
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.ops import FrozenBatchNorm2d, batched_nms

from turbo_cli.boxes import Detections
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.catalogue import CATALOGUE
from turbo_cli.detectors.checkpoint import read_state
from turbo_cli.detectors.conformance import Whole
from turbo_cli.detectors.darknet.detector import DarknetDetector, find_cfg
from turbo_cli.detectors.efficientdet import EFFDET_NAMES

CONFIDENT = 0.2
"""Darknet boxes are compared from this score up: near the floor, rounding decides which side they fall."""


def find_original(name: str, weights: Path, detector: SplitDetector) -> Whole | None:
    """What the detector `name` was split from, with the same weights; None where nothing else runs them.

    Darknet's stand-in is OpenCV's own reader, where OpenCV 4 is installed; `detector` then reports
    confident boxes only, as its original does.
    """
    family = CATALOGUE[name].family if name in CATALOGUE else None
    if family == "faster_rcnn":
        return partial(_run_torchvision, _torchvision(weights))
    if family == "efficientdet":
        return partial(_run_effdet, _effdet(name, weights), detector)
    if isinstance(detector, DarknetDetector) and (opencv := _opencv()) is not None:
        detector.score_floor = CONFIDENT
        return partial(_run_opencv, _read_darknet(opencv, find_cfg(name, weights), weights), detector)
    return None


def _torchvision(weights: Path) -> Any:
    norm_layer = partial(FrozenBatchNorm2d, eps=0.0)
    backbone = resnet_fpn_backbone(backbone_name="resnet50", weights=None, norm_layer=norm_layer)
    model = FasterRCNN(backbone, num_classes=91)
    model.load_state_dict(dict(read_state(weights)))
    return model.eval()


def _run_torchvision(model: Any, images: Tensor) -> list[Detections]:
    height, width = images.shape[2:]
    model.transform.min_size, model.transform.max_size = (min(height, width),), max(height, width)
    return [
        Detections(found["boxes"].numpy(), found["scores"].numpy(), found["labels"].numpy())
        for found in model(list(images))
    ]


def _effdet(name: str, weights: Path) -> Any:
    import effdet
    from effdet.bench import DetBenchPredict

    model = effdet.create_model(
        EFFDET_NAMES[name], bench_task="", pretrained=False, pretrained_backbone=False
    )
    model.load_state_dict(dict(read_state(weights)))
    return DetBenchPredict(model).eval()


def _run_effdet(bench: Any, detector: Any, images: Tensor) -> list[Detections]:
    rows = bench(detector.normalize(images)).numpy()
    found = [image[image[:, 5] > 0] for image in rows]
    return [Detections(one[:, :4], one[:, 4], one[:, 5].astype(np.int64)) for one in found]


def _opencv() -> ModuleType | None:
    """OpenCV with a darknet reader: any 4.x; 5 has dropped it."""
    try:
        import cv2
    except ImportError:
        return None
    return cv2 if hasattr(cv2.dnn, "readNetFromDarknet") else None


def _read_darknet(opencv: ModuleType, cfg: Path, weights: Path) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        # Unless told otherwise, OpenCV's yolo layer sets every score below 0.2 to zero.
        copy = Path(folder) / "network.cfg"
        copy.write_text(cfg.read_text().replace("[yolo]\n", "[yolo]\nthresh=0\n"))
        return opencv.dnn.readNetFromDarknet(str(copy), str(weights))


def _run_opencv(net: Any, detector: DarknetDetector, images: Tensor) -> list[Detections]:
    return [_detect_opencv(net, detector, image[None]) for image in images]


def _detect_opencv(net: Any, detector: DarknetDetector, image: Tensor) -> Detections:
    """OpenCV's raw rows (centre, size, objectness, class scores) through the detector's floor and NMS."""
    net.setInput(image.numpy())
    rows = torch.from_numpy(np.concatenate(net.forward(net.getUnconnectedOutLayersNames())))
    centres, sizes, scores = rows[:, :2], rows[:, 2:4], rows[:, 5:]
    limits = torch.tensor([image.shape[3], image.shape[2]] * 2)
    boxes = torch.cat([centres - sizes / 2, centres + sizes / 2], dim=1) * limits
    place, label = (scores >= detector.score_floor).nonzero(as_tuple=True)
    keep = batched_nms(boxes[place], scores[place, label], label, detector.nms_iou)
    return Detections(
        boxes[place[keep]].clamp(min=torch.zeros(4), max=limits).numpy(),
        scores[place, label][keep].numpy(),
        np.array(detector.category_ids, np.int64)[label[keep].numpy()],
    )
