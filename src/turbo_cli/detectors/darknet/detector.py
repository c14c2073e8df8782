"""A darknet network behind `SplitDetector`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.ops import batched_nms

from turbo_cli.boxes import Detections, Targets
from turbo_cli.coco import COCO_IDS, COCO_NAMES, FIRST_FREE_ID
from turbo_cli.detectors.base import Geometry, SplitDetector, freeze
from turbo_cli.detectors.catalogue import CATALOGUE
from turbo_cli.detectors.counted import counted
from turbo_cli.detectors.darknet.cfg import Section, read_cfg
from turbo_cli.detectors.darknet.layers import Layer, build_layers
from turbo_cli.detectors.darknet.loss import Truth, detection_loss, distillation_loss
from turbo_cli.detectors.darknet.network import find_cuts, split_layers
from turbo_cli.detectors.darknet.weights import load_weights
from turbo_cli.errors import TurboError

CONFIGS = Path(__file__).parent / "configs"

SCORE_FLOOR = 0.01
"""Low enough for average precision; who shows boxes to people cuts higher."""

NMS_IOU = 0.45
"""Darknet's own."""

# Thousands of boxes a frame come only from untrained weights; NMS is quadratic in them.
MOST_CANDIDATES = 5000


class DarknetDetector(SplitDetector):
    """Five stages and a head of darknet layers. Frames are resized to the input without letterbox."""

    def __init__(
        self,
        name: str,
        layers: Sequence[Layer],
        input_size: tuple[int, int],
        class_names: Sequence[str],
        score_floor: float = SCORE_FLOOR,
        nms_iou: float = NMS_IOU,
    ) -> None:
        """`input_size` is (width, height); detections below `score_floor` are dropped."""
        super().__init__()
        cuts = find_cuts(layers)
        stages, self.head = split_layers(layers, cuts)
        self.name, self.input_size = name, input_size
        self.size_multiple = max(layer.shape.stride for layer in layers)
        self.first_read = self.head.first_read
        self.channels = tuple(layers[cut].shape.channels for cut in cuts)
        self.stages = nn.ModuleList(stages)
        self.category_ids = _category_ids(class_names)
        self.categories = dict(zip(self.category_ids, class_names, strict=True))
        self.score_floor, self.nms_iou = score_floor, nms_iou

    def prepare(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[Geometry]]:
        width, height = self.input_size
        images, geometry = [], []
        for frame in frames:
            # Resized as 8-bit numbers, as OpenCV's blobFromImage does; on the CPU, which can, and fast.
            pixels = torch.from_numpy(np.array(frame, order="C")).permute(2, 0, 1)[None]
            images.append(F.interpolate(pixels, (height, width), mode="bilinear", align_corners=False))
            geometry.append(
                Geometry(frame.shape[1], frame.shape[0], width / frame.shape[1], height / frame.shape[0])
            )
        device = next(self.parameters()).device
        return torch.cat(images).contiguous().to(device).float() / 255, geometry

    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        predictions = self.head(features)
        boxes = predictions.grid.decode(predictions.raw)
        objectness, classes = predictions.objectness.sigmoid(), predictions.classes.sigmoid()
        if geometry is None:
            width, height = predictions.grid.size
            geometry = [Geometry(width, height, 1.0, 1.0)] * len(boxes)
        return [self._choose(*image) for image in zip(boxes, objectness, classes, geometry, strict=True)]

    def _choose(
        self, boxes_xyxy: Tensor, objectness: Tensor, classes: Tensor, geometry: Geometry
    ) -> Detections:
        """(N, 4), (N,), (N, classes) → the boxes that pass the floor and NMS, class by class."""
        likely = objectness >= self.score_floor
        boxes_xyxy, scores = boxes_xyxy[likely], objectness[likely, None] * classes[likely]
        place, label = (scores >= self.score_floor).nonzero(as_tuple=True)
        kept_scores, order = scores[place, label].sort(descending=True, stable=True)
        kept_scores, order = kept_scores[:MOST_CANDIDATES], order[:MOST_CANDIDATES]
        place, label = place[order], label[order]
        keep = batched_nms(boxes_xyxy[place], kept_scores, label, self.nms_iou)
        return Detections(
            boxes_xyxy=geometry.to_source(boxes_xyxy[place[keep]].detach().cpu().numpy()),
            scores=kept_scores[keep].detach().cpu().numpy(),
            category_ids=np.array(self.category_ids, np.int64)[label[keep].cpu().numpy()],
        )

    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        truths = [self._truth(target, features[0].device) for target in targets]
        return detection_loss(self.head(features), truths)

    def _truth(self, targets: Targets, device: torch.device) -> Truth:
        one = counted(targets, self.categories, device)
        labels = [self.category_ids.index(number) for number in one.category_ids.tolist()]
        classes = torch.tensor(labels, dtype=torch.int64, device=device)
        return Truth(one.boxes_xyxy, classes, one.ignored_xyxy)

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        with torch.no_grad():
            teacher = self.head(teacher_features)
        return distillation_loss(self.head(features), teacher)


def build(name: str, weights: Path, size: tuple[int, int] | None = None) -> SplitDetector:
    """A frozen darknet detector on the CPU from its `.weights`.

    The network is the `.cfg` of the same stem beside `weights`, else the one that ships under `name`.
    Its classes are COCO's 80 in order, or the lines of a `.names` file of the same stem. `size`: (width,
    height) of the input. Raises `TurboError` if any of them is missing or does not fit.
    """
    cfg = find_cfg(name, weights)
    sections = read_cfg(cfg)
    layers = build_layers(sections)
    input_size = size or _usual_size(name, sections[0])
    detector = DarknetDetector(name, layers, input_size, _class_names(weights, layers))
    if any(side <= 0 or side % detector.size_multiple for side in input_size):
        message = (
            f"input size {input_size[0]}x{input_size[1]}: {name} takes multiples of {detector.size_multiple}"
        )
        raise TurboError(message)
    load_weights(weights, layers)
    return freeze(detector)


def _usual_size(name: str, net: Section) -> tuple[int, int]:
    """The catalogue's (width, height), whatever a cfg of that name says; for other names the cfg's own."""
    if name in CATALOGUE:
        return CATALOGUE[name].input_size
    return net.integer("width", least=1), net.integer("height", least=1)


def find_cfg(name: str, weights: Path) -> Path:
    """The `.cfg` beside the weights, else the shipped one of `name`. Raises `TurboError` without either."""
    beside, shipped = weights.with_suffix(".cfg"), CONFIGS / f"{name}.cfg"
    if beside.is_file():
        return beside
    if shipped.is_file():
        return shipped
    raise TurboError(f"{name}: no cfg at {beside}", "put the network's darknet .cfg beside its weights")


def _class_names(weights: Path, layers: Sequence[Layer]) -> list[str]:
    classes = next(layer.yolo.classes for layer in layers if layer.yolo is not None)
    file = weights.with_suffix(".names")
    if file.is_file():
        names = [
            line.strip()
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
            if line.strip()
        ]
    else:
        names = list(COCO_NAMES.values())
    if len(names) != classes or len(set(names)) != classes:
        message = f"the network tells {classes} classes apart, {len(set(names))} names are known"
        raise TurboError(message, f"write them to {file}, one a line")
    return names


def _category_ids(class_names: Sequence[str]) -> list[int]:
    """COCO's id of a class that COCO has; the others are numbered from `FIRST_FREE_ID`."""
    others = [name for name in class_names if name not in COCO_IDS]
    return [COCO_IDS.get(name) or FIRST_FREE_ID + others.index(name) for name in class_names]
