"""From the sections of a cfg to layers: what each computes, from which earlier maps, at which stride."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from turbo_cli.detectors.darknet.cfg import Section
from turbo_cli.detectors.darknet.yolo import YOLO_OPTIONS, Yolo, read_yolo
from turbo_cli.errors import nearest

IMAGE = -1
"""The index that stands for the input image among the sources of a layer."""

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "linear": nn.Identity,
    "leaky": lambda: nn.LeakyReLU(0.1, inplace=True),
    "logistic": nn.Sigmoid,
    "mish": nn.Mish,
    "relu": lambda: nn.ReLU(inplace=True),
    "swish": nn.SiLU,
}


@dataclass(frozen=True)
class Shape:
    """Of a layer's output map: its channels, and how many input pixels one of its cells is wide and high."""

    channels: int
    stride: int


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: `module(*maps of the source layers)` gives its map. Only [yolo] layers carry `yolo`."""

    index: int
    section: Section
    sources: tuple[int, ...]
    shape: Shape
    module: nn.Module
    yolo: Yolo | None = None


Shapes = Mapping[int, Shape]
"""Of the maps that later layers may read, by layer index."""


class Convolution(nn.Module):
    """Convolution with bias and activation; a batch norm of the cfg is folded into both on loading."""

    def __init__(self, section: Section, channels: int) -> None:
        super().__init__()
        size, stride = section.integer("size", 1, least=1), section.integer("stride", 1, least=1)
        groups, filters = section.integer("groups", 1, least=1), section.integer("filters", 1, least=1)
        padding = size // 2 if section.integer("pad", 0) else section.integer("padding", 0)
        _check_padding(section, size, stride, 2 * padding)
        if channels % groups or filters % groups:
            raise section.error(f"groups={groups} does not divide {channels} → {filters} channels", "groups")
        self.batch_normalize = bool(section.integer("batch_normalize", 0))
        self.conv = nn.Conv2d(channels, filters, size, stride, padding, groups=groups)
        self.activation = _activation(section)

    def forward(self, below: Tensor) -> Tensor:
        """(B, channels, H, W) → (B, filters, H / stride, W / stride)."""
        activated: Tensor = self.activation(self.conv(below))
        return activated


class Shortcut(nn.Module):
    """The sum of two maps of equal shape."""

    def __init__(self, activation: nn.Module) -> None:
        super().__init__()
        self.activation = activation

    def forward(self, below: Tensor, skipped: Tensor) -> Tensor:
        """Two (B, C, H, W) → (B, C, H, W)."""
        activated: Tensor = self.activation(below + skipped)
        return activated


class Route(nn.Module):
    """Maps joined along their channels; with groups, one group of the channels of each."""

    def __init__(self, groups: int, group: int) -> None:
        super().__init__()
        self.groups, self.group = groups, group

    def forward(self, *maps: Tensor) -> Tensor:
        """(B, C_i, H, W) each → (B, sum of C_i / groups, H, W)."""
        parts = [part.chunk(self.groups, dim=1)[self.group] for part in maps]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)


def build_layers(sections: Sequence[Section]) -> list[Layer]:
    """All layers after [net], with untrained weights.

    Raises `TurboError`, naming file, line and section, for what is not known or does not fit together.
    """
    shapes = {IMAGE: Shape(_check_net(sections[0]), 1)}
    layers = []
    for index, section in enumerate(sections[1:]):
        if section.kind not in _BUILDERS:
            raise section.error("layer type is not known", hint=nearest(section.kind, _BUILDERS))
        build, options = _BUILDERS[section.kind]
        section.refuse_unknown(options)
        layer = build(index, section, shapes)
        layers.append(layer)
        if layer.yolo is None:
            shapes[index] = layer.shape
    if len(shapes) == len(layers) + 1:
        raise sections[0].error("is followed by no [yolo] layer: not a detector")
    return layers


def _check_net(net: Section) -> int:
    net.refuse_unknown(_NET_OPTIONS)
    channels = net.integer("channels", 3)
    if channels != 3:
        raise net.error(f"channels={channels}: only RGB networks (3) are supported", "channels")
    return channels


def _convolutional(index: int, section: Section, shapes: Shapes) -> Layer:
    source, below = _previous(index, section, shapes)
    module = Convolution(section, below.channels)
    shape = Shape(module.conv.out_channels, below.stride * module.conv.stride[0])
    return Layer(index, section, (source,), shape, module)


def _maxpool(index: int, section: Section, shapes: Shapes) -> Layer:
    source, below = _previous(index, section, shapes)
    stride = section.integer("stride", 1, least=1)
    size = section.integer("size", stride, least=1)
    padding = section.integer("padding", size - 1)
    _check_padding(section, size, stride, padding)
    before, after = padding // 2, padding - padding // 2
    pad = nn.ConstantPad2d((before, after, before, after), -torch.inf)
    module = (
        nn.MaxPool2d(size, stride, before)
        if before == after
        else nn.Sequential(pad, nn.MaxPool2d(size, stride))
    )
    return Layer(index, section, (source,), Shape(below.channels, below.stride * stride), module)


def _upsample(index: int, section: Section, shapes: Shapes) -> Layer:
    source, below = _previous(index, section, shapes)
    factor = section.integer("stride", 2, least=1)
    if below.stride % factor:
        raise section.error(f"stride={factor}: would enlarge beyond the image", "stride")
    shape = Shape(below.channels, below.stride // factor)
    return Layer(index, section, (source,), shape, nn.Upsample(scale_factor=factor, mode="nearest"))


def _dropout(index: int, section: Section, shapes: Shapes) -> Layer:
    source, below = _previous(index, section, shapes)
    return Layer(index, section, (source,), below, nn.Identity())


def _shortcut(index: int, section: Section, shapes: Shapes) -> Layer:
    source, below = _previous(index, section, shapes)
    (skipped,) = _sources(index, section, shapes, "from")
    if shapes[skipped] != below:
        raise section.error(f"adds maps of different shapes: {below} and {shapes[skipped]}", "from")
    return Layer(index, section, (source, skipped), below, Shortcut(_activation(section)))


def _route(index: int, section: Section, shapes: Shapes) -> Layer:
    sources = _sources(index, section, shapes, "layers")
    groups, group = section.integer("groups", 1, least=1), section.integer("group_id", 0)
    strides = {shapes[source].stride for source in sources}
    if len(strides) != 1:
        raise section.error(f"joins maps of different strides: {sorted(strides)}", "layers")
    if group >= groups or any(shapes[source].channels % groups for source in sources):
        raise section.error(f"group_id={group} of groups={groups} does not fit", "group_id")
    channels = sum(shapes[source].channels // groups for source in sources)
    return Layer(index, section, sources, Shape(channels, strides.pop()), Route(groups, group))


def _yolo(index: int, section: Section, shapes: Shapes) -> Layer:
    source, below = _previous(index, section, shapes)
    yolo = read_yolo(section)
    if below.channels != yolo.channels:
        raise section.error(f"needs {yolo.channels} channels below, got {below.channels}", "classes")
    return Layer(index, section, (source,), below, nn.Identity(), yolo)


def _previous(index: int, section: Section, shapes: Shapes) -> tuple[int, Shape]:
    if index - 1 not in shapes:
        raise section.error("follows a [yolo] layer, whose output is boxes, not a map")
    return index - 1, shapes[index - 1]


def _sources(index: int, section: Section, shapes: Shapes, option: str) -> tuple[int, ...]:
    """The layers that `option` names: counted from 0, or negative and relative to this layer."""
    named = section.integers(option)
    sources = tuple(index + number if number < 0 else number for number in named)
    for number, source in zip(named, sources, strict=True):
        if source < 0 or source not in shapes:
            raise section.error(f"{option}={number}: there is no map of an earlier layer {source}", option)
    if not sources or (option == "from" and len(sources) != 1):
        raise section.error(f"{option} names {len(sources)} layers", option)
    return sources


def _activation(section: Section) -> nn.Module:
    name = section.text("activation", "linear")
    if name not in ACTIVATIONS:
        raise section.error(f"activation={name} is not known", "activation", nearest(name, ACTIVATIONS))
    return ACTIVATIONS[name]()


def _check_padding(section: Section, size: int, stride: int, padding: int) -> None:
    """Every map must be the image's size divided by its stride, or grids and joins would not fit."""
    if not size - stride <= padding < size:
        message = (
            f"size={size}, stride={stride} with {padding} cells of padding: output is not input / stride"
        )
        raise section.error(message, "pad")


_BUILDERS: dict[str, tuple[Callable[[int, Section, Shapes], Layer], str]] = {
    "convolutional": (_convolutional, "batch_normalize filters size stride pad padding groups activation"),
    "dropout": (_dropout, "probability"),
    "maxpool": (_maxpool, "size stride padding"),
    "route": (_route, "layers groups group_id"),
    "shortcut": (_shortcut, "from activation"),
    "upsample": (_upsample, "stride"),
    "yolo": (_yolo, YOLO_OPTIONS),
}

# Beside the size, all of these concern darknet's own training only.
_NET_OPTIONS = (
    "width height channels batch subdivisions momentum decay angle saturation exposure hue learning_rate "
    "burn_in max_batches policy steps scales mosaic cutmix mixup flip max_crop min_crop power"
)
