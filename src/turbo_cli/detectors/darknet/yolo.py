"""The [yolo] layers: their options, the grid of anchors, and what raw predictions mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from turbo_cli.detectors.darknet.cfg import Section

# The ones that read_yolo does not read concern darknet's own training, or NMS, only.
YOLO_OPTIONS = (
    "mask anchors classes num scale_x_y ignore_thresh truth_thresh jitter random resize max iou_thresh "
    "cls_normalizer obj_normalizer iou_normalizer iou_loss nms_kind beta_nms max_delta"
)

# No box is e^20 anchors wide; beyond, an untrained network would overflow to infinity.
LARGEST_LOG_SIZE = 20.0


@dataclass(frozen=True)
class Yolo:
    """One [yolo] layer.

    anchors: (width, height) in input pixels of all anchors of the network; mask: which of them are its own.
    ignore_iou: a prediction that overlaps a true box by more is no false positive to the training loss.
    scale_xy: how far a centre may leave its cell (1: not at all).
    """

    anchors: tuple[tuple[float, float], ...]
    mask: tuple[int, ...]
    classes: int
    ignore_iou: float
    scale_xy: float

    @property
    def channels(self) -> int:
        """Of the map below: x, y, width, height, objectness and the classes for each anchor."""
        return len(self.mask) * (5 + self.classes)


def read_yolo(section: Section) -> Yolo:
    """Raises `TurboError` if the options contradict each other."""
    values, mask = section.numbers("anchors"), section.integers("mask")
    count = section.integer("num", 1, least=1)
    if len(values) != 2 * count or min(values) <= 0:
        raise section.error(f"num={count} needs {2 * count} anchor sizes above 0, got {values}", "anchors")
    if not mask or not all(0 <= number < count for number in mask):
        raise section.error(f"mask={mask} does not choose among {count} anchors", "mask")
    return Yolo(
        anchors=tuple(zip(values[::2], values[1::2], strict=True)),
        mask=tuple(mask),
        classes=section.integer("classes", 20, least=1),
        ignore_iou=section.number("ignore_thresh", 0.5),
        scale_xy=section.number("scale_x_y", 1.0),
    )


@dataclass(frozen=True, eq=False)
class Grid:
    """All N anchors of an image, row by row, cell by cell, map after map.

    size: (width, height) of the image in pixels. anchors: (A, 2) all of the network, in pixels.
    anchor: (N,) index of each place's anchor. cell: (N, 2) column and row. stride, scale_xy,
    ignore_iou: (N,), as in `Yolo`.
    """

    size: tuple[int, int]
    anchors: Tensor
    anchor: Tensor
    cell: Tensor
    stride: Tensor
    scale_xy: Tensor
    ignore_iou: Tensor

    def decode(self, raw: Tensor) -> Tensor:
        """(..., N, 5 + classes) raw predictions → (..., N, 4) boxes, xyxy in input pixels."""
        scale, stride = self.scale_xy[:, None], self.stride[:, None]
        centre = (raw[..., :2].sigmoid() * scale - (scale - 1) / 2 + self.cell) * stride
        size = raw[..., 2:4].clamp(max=LARGEST_LOG_SIZE).exp() * self.anchors[self.anchor]
        return torch.cat([centre - size / 2, centre + size / 2], dim=-1)


@dataclass(frozen=True, eq=False)
class Predictions:
    """Everything the head says of B images.

    raw: (B, N, 5 + classes): x, y in the cell and objectness and classes as logits, log width and height.
    """

    raw: Tensor
    grid: Grid

    @property
    def objectness(self) -> Tensor:
        """(B, N) logits."""
        return self.raw[..., 4]

    @property
    def classes(self) -> Tensor:
        """(B, N, classes) logits."""
        return self.raw[..., 5:]


def read_maps(maps: Sequence[Tensor], strides: Sequence[int], yolos: Sequence[Yolo]) -> Predictions:
    """The maps below the [yolo] layers, (B, anchors x (5 + classes), H, W) each → predictions."""
    # Half the precision would do for the network, but puts boxes pixels off.
    maps = [rows.to(torch.promote_types(rows.dtype, torch.float32)) for rows in maps]
    raw = []
    for rows, yolo in zip(maps, yolos, strict=True):
        batch, channels, height, width = rows.shape
        anchors = rows.reshape(batch, len(yolo.mask), channels // len(yolo.mask), height, width)
        raw.append(anchors.permute(0, 3, 4, 1, 2).flatten(1, 3))  # [B, H x W x anchors, 5 + classes]
    return Predictions(torch.cat(raw, dim=1), _grid(maps, strides, yolos))


def _grid(maps: Sequence[Tensor], strides: Sequence[int], yolos: Sequence[Yolo]) -> Grid:
    cells, anchor, counts = [], [], []
    for rows, yolo in zip(maps, yolos, strict=True):
        height, width = rows.shape[2:]
        mask = torch.tensor(yolo.mask, device=rows.device)
        row, column, own = torch.meshgrid(
            torch.arange(height, device=rows.device),
            torch.arange(width, device=rows.device),
            mask,
            indexing="ij",
        )
        cells.append(torch.stack([column.flatten(), row.flatten()], dim=1))
        anchor.append(own.flatten())
        counts.append(own.numel())
    first = maps[0]

    def spread(values: Sequence[float]) -> Tensor:
        return torch.cat(
            [first.new_full((count,), value) for count, value in zip(counts, values, strict=True)]
        )

    return Grid(
        size=(first.shape[3] * strides[0], first.shape[2] * strides[0]),
        anchors=first.new_tensor(yolos[0].anchors),
        anchor=torch.cat(anchor),
        cell=torch.cat(cells).to(first.dtype),
        stride=spread(strides),
        scale_xy=spread([yolo.scale_xy for yolo in yolos]),
        ignore_iou=spread([yolo.ignore_iou for yolo in yolos]),
    )
