"""The layers as a network in pieces: five stages, found from the graph, and the head."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from turbo_cli.detectors.base import STRIDES
from turbo_cli.detectors.darknet.layers import IMAGE, Layer
from turbo_cli.detectors.darknet.yolo import Predictions, read_maps
from turbo_cli.errors import TurboError


class Segment(nn.Module):
    """Consecutive layers, run from the maps they read to the maps asked of them."""

    def __init__(self, layers: Sequence[Layer], wanted: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({str(layer.index): layer.module for layer in layers})
        self.sources = {layer.index: layer.sources for layer in layers}
        self.wanted = tuple(wanted)
        last_read = {source: layer.index for layer in layers for source in layer.sources}
        self.finished: dict[int, list[int]] = {layer.index: [] for layer in layers}
        for source, reader in last_read.items():
            if source not in wanted:
                self.finished[reader].append(source)

    def forward(self, maps: Mapping[int, Tensor]) -> list[Tensor]:
        """Maps by layer index → the wanted ones. A map is let go after its last reader."""
        maps = dict(maps)
        for name, module in self.layers.items():
            index = int(name)
            maps[index] = module(*[maps[source] for source in self.sources[index]])
            for source in self.finished[index]:
                del maps[source]
        return [maps[index] for index in self.wanted]


class Stage(nn.Module):
    """The layers after one cut up to the next: C(i) → C(i+1)."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.entry, leave = layers[0].index - 1, layers[-1].index
        for layer in layers:
            if any(source < self.entry for source in layer.sources):
                raise layer.section.error("reads past the stage before it: the backbone cannot be split here")
        self.segment = Segment(layers, [leave])

    def forward(self, below: Tensor) -> Tensor:
        """The map of the stage before (the image, for the first) → this stage's."""
        above: list[Tensor] = self.segment({self.entry: below})
        return above[0]


class Head(nn.Module):
    """Everything after the last cut. first_read: of C1…C5 the shallowest that a layer of it reads."""

    def __init__(self, layers: Sequence[Layer], cuts: Sequence[int]) -> None:
        super().__init__()
        yolos = [layer for layer in layers if layer.yolo is not None]
        self.cuts = tuple(cuts)
        read = {source for layer in layers for source in layer.sources}
        self.first_read = next(number for number, cut in enumerate(cuts, start=1) if cut in read)
        self.strides = [layer.shape.stride for layer in yolos]
        self.yolos = [layer.yolo for layer in yolos if layer.yolo is not None]
        for layer in yolos:
            if layer.yolo and (layer.yolo.anchors, layer.yolo.classes) != (
                self.yolos[0].anchors,
                self.yolos[0].classes,
            ):
                raise layer.section.error("has other anchors or classes than the first [yolo] layer")
        self.segment = Segment(layers, [layer.index for layer in yolos])

    def forward(self, features: Sequence[Tensor]) -> Predictions:
        """C1…C5 → raw predictions over all anchors."""
        return read_maps(self.maps(*features), self.strides, self.yolos)

    def maps(self, *features: Tensor) -> list[Tensor]:
        """C1…C5 → the map of each [yolo] layer: the part that convolves."""
        maps: list[Tensor] = self.segment(dict(zip(self.cuts, features, strict=True)))
        return maps


def split_layers(layers: Sequence[Layer], cuts: Sequence[int]) -> tuple[list[Stage], Head]:
    """The stages that end at the `cuts`, and the head."""
    starts = [0, *(cut + 1 for cut in cuts)]
    stages = [Stage(layers[start : cut + 1]) for start, cut in zip(starts, cuts, strict=False)]
    return stages, Head(layers[starts[-1] :], cuts)


def find_cuts(layers: Sequence[Layer]) -> tuple[int, ...]:
    """The layers whose maps are C1…C5, found from the graph alone.

    For each stride the last layer that alone carries what comes after: whatever later layers read is
    either this layer's map, a later one, or an earlier cut's. So the maps that the head routes to are
    cuts, and C5 is the last map before the head branches to its [yolo] layers.
    Raises `TurboError` where a stride has no such layer.
    """
    trunk = _trunk(layers)
    cuts: list[int] = []
    for stride in STRIDES:
        candidates = [layer.index for layer in trunk if layer.shape.stride == stride]
        cut = next((index for index in reversed(candidates) if _carries_alone(layers, index, cuts)), None)
        if cut is None:
            path = layers[0].section.path
            message = f"{path}: no layer of stride {stride} alone carries what comes after"
            raise TurboError(message, "the backbone cannot be split into five stages")
        cuts.append(cut)
    return tuple(cuts)


def _trunk(layers: Sequence[Layer]) -> list[Layer]:
    """The layers before the first [yolo] and before maps first grow again."""
    trunk: list[Layer] = []
    for layer in layers:
        if layer.yolo is not None or (trunk and layer.shape.stride < trunk[-1].shape.stride):
            break
        trunk.append(layer)
    return trunk


def _carries_alone(layers: Sequence[Layer], cut: int, earlier: Sequence[int]) -> bool:
    read_later = {source for layer in layers[cut + 1 :] for source in layer.sources if source <= cut}
    return IMAGE not in read_later and read_later <= {cut, *earlier}
