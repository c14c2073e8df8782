"""YOLOv3's training loss, and the distance to a teacher's predictions. Pure functions of `Predictions`."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import box_iou

from turbo_cli.detectors.counted import centred_in
from turbo_cli.detectors.darknet.yolo import Grid, Predictions

CONFIDENT = 0.3
"""The score from which a teacher's box is worth following."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of one image.

    boxes_xyxy: (T, 4) in input pixels; classes: (T,) class index; ignored_xyxy: (R, 4), where nothing counts.
    """

    boxes_xyxy: Tensor
    classes: Tensor
    ignored_xyxy: Tensor


def detection_loss(predictions: Predictions, truths: Sequence[Truth]) -> Tensor:
    """Cross entropy of objectness and classes, and the boxes' error: a scalar.

    Darknet's terms and gradients. Each image's sum is divided by its number of matched anchors (at least
    1), so that the scale depends neither on the traffic nor on the batch; the result is their mean.
    """
    boxes = predictions.grid.decode(predictions.raw.detach())
    losses = [
        _image_loss(predictions.raw[index], boxes[index], predictions.grid, truth)
        for index, truth in enumerate(truths)
    ]
    return torch.stack(losses).mean()


def _image_loss(raw: Tensor, boxes_xyxy: Tensor, grid: Grid, truth: Truth) -> Tensor:
    target, place = _match(grid, truth.boxes_xyxy)
    wanted = torch.zeros_like(raw[:, 4])
    wanted[place] = 1.0
    counts = _counts_as_background(boxes_xyxy, grid, truth) | (wanted > 0)
    objectness = F.binary_cross_entropy_with_logits(raw[:, 4], wanted, reduction="none")[counts].sum()
    labels = F.one_hot(truth.classes[target], raw.shape[1] - 5).to(raw.dtype)
    classes = F.binary_cross_entropy_with_logits(raw[place, 5:], labels, reduction="sum")
    boxes = _box_error(raw[place], grid, place, truth.boxes_xyxy[target])
    return (objectness + classes + boxes) / max(1, len(place))


def _match(grid: Grid, boxes_xyxy: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs (index of a true box, place of the anchor nearest in shape in the cell of the box's centre)."""
    sizes = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    nearest = box_iou(_at_origin(sizes), _at_origin(grid.anchors)).argmax(dim=1)
    centres = (boxes_xyxy[:, None, :2] + boxes_xyxy[:, None, 2:]) / 2
    in_cell = (centres.div(grid.stride[:, None]).floor() == grid.cell).all(dim=2)  # [T, N]
    target, place = (in_cell & (nearest[:, None] == grid.anchor)).nonzero(as_tuple=True)
    return target, place


def _at_origin(sizes: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(sizes), sizes], dim=1)


def _counts_as_background(boxes_xyxy: Tensor, grid: Grid, truth: Truth) -> Tensor:
    """(N,) bool: neither over a true box (IoU above `ignore_thresh`) nor centred where nothing counts."""
    on_truth = box_iou(boxes_xyxy, truth.boxes_xyxy) > grid.ignore_iou[:, None]
    background: Tensor = ~(centred_in(boxes_xyxy, truth.ignored_xyxy) | on_truth.any(dim=1))
    return background


def _box_error(raw: Tensor, grid: Grid, place: Tensor, boxes_xyxy: Tensor) -> Tensor:
    """Cross entropy of the centre in its cell, squared error of the log size; small boxes count double."""
    stride, scale = grid.stride[place, None], grid.scale_xy[place, None]
    sizes = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).clamp(min=1.0)
    in_cell = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2 / stride - grid.cell[place]
    centres = ((in_cell + (scale - 1) / 2) / scale).clamp(0, 1)
    log_sizes = (sizes / grid.anchors[grid.anchor[place]]).log()
    weight = 2 - sizes.prod(dim=1) / (grid.size[0] * grid.size[1])
    centre_error = F.binary_cross_entropy_with_logits(raw[:, :2], centres, reduction="none")
    size_error = (raw[:, 2:4] - log_sizes).square() / 2
    return ((centre_error + size_error).sum(dim=1) * weight).sum()


def distillation_loss(student: Predictions, teacher: Predictions) -> Tensor:
    """How far the student's predictions lie from the teacher's: a scalar ≥ 0, and 0 where they are equal.

    Over all anchors the KL divergence of objectness, and that of the classes weighed by the teacher's
    objectness (where there is no object, its classes mean nothing); where the teacher's score is
    confident also smooth L1 of the box. Each image's sum is divided by the number of objects that the
    teacher expects (the sum of its objectness, at least 1); the result is the mean over images.
    """
    objects = teacher.objectness.sigmoid()
    score = objects * teacher.classes.sigmoid().amax(dim=2)
    difference = bernoulli_kl(teacher.objectness, student.objectness)
    difference = difference + objects * bernoulli_kl(teacher.classes, student.classes).sum(dim=2)
    difference = difference + (score >= CONFIDENT) * _box_distance(teacher.raw, student.raw)
    return (difference.sum(dim=1) / objects.sum(dim=1).clamp(min=1.0)).mean()


def bernoulli_kl(teacher: Tensor, student: Tensor) -> Tensor:
    """KL divergence of yes/no probabilities, both given as logits, element by element; exactly 0 if equal."""
    yes = F.logsigmoid(teacher) - F.logsigmoid(student)
    no = F.logsigmoid(-teacher) - F.logsigmoid(-student)
    return (teacher.sigmoid() * yes + (-teacher).sigmoid() * no).clamp(min=0.0)


def _box_distance(teacher: Tensor, student: Tensor) -> Tensor:
    """(B, N): of the centre in cells and of the log size."""
    centre = F.smooth_l1_loss(student[..., :2].sigmoid(), teacher[..., :2].sigmoid(), reduction="none")
    size = F.smooth_l1_loss(student[..., 2:4], teacher[..., 2:4], reduction="none")
    return (centre + size).sum(dim=2)
