"""Which targets count in a loss, and which areas count neither way."""

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from turbo_cli.boxes import Targets, centres_inside


@dataclass(frozen=True, eq=False)
class Counted:
    """One frame's ground truth as a loss sees it.

    boxes_xyxy: (N, 4) float32. category_ids: (N,) int64. ignored_xyxy: (M, 4) float32, areas where
    nothing is right or wrong.
    """

    boxes_xyxy: Tensor
    category_ids: Tensor
    ignored_xyxy: Tensor


def counted(targets: Targets, categories: Container[int], device: torch.device) -> Counted:
    """Part the boxes to be found from the areas to be ignored.

    Ignored are the ignore regions, boxes flagged so or centred in a region, and boxes of classes that
    the detector does not know. Boxes without any area are dropped.
    """
    known = np.array([int(number) in categories for number in targets.category_ids], bool)
    in_region = centres_inside(targets.boxes_xyxy, targets.ignore_regions_xyxy)
    counts = known & ~targets.ignore & ~in_region
    solid = np.all(targets.boxes_xyxy[:, 2:] > targets.boxes_xyxy[:, :2], axis=1)
    ignored = np.concatenate([targets.boxes_xyxy[~counts], targets.ignore_regions_xyxy])
    return Counted(
        torch.from_numpy(targets.boxes_xyxy[counts & solid]).to(device, torch.float32),
        torch.from_numpy(targets.category_ids[counts & solid]).to(device),
        torch.from_numpy(ignored).to(device, torch.float32),
    )


def centred_in(boxes_xyxy: Tensor, areas_xyxy: Tensor) -> Tensor:
    """(N,) bool: whether the centre of each of the (N, 4) boxes lies in one of the (M, 4) areas."""
    centres = (boxes_xyxy[:, None, :2] + boxes_xyxy[:, None, 2:]) / 2
    inside = (centres >= areas_xyxy[:, :2]) & (centres <= areas_xyxy[:, 2:])
    return inside.all(dim=2).any(dim=1)
