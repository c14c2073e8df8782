"""Darknet files that tests write: a small network of every layer kind, and random weights for any cfg."""

from pathlib import Path

import numpy as np

from turbo_cli.detectors.darknet.cfg import read_cfg
from turbo_cli.detectors.darknet.layers import Convolution, build_layers


def convolutional(
    filters: int, size: int = 3, stride: int = 1, activation: str = "leaky", **options: int
) -> str:
    """The text of one section; with batch norm unless `batch_normalize=0`."""
    options = {"batch_normalize": 1, "filters": filters, "size": size, "stride": stride, "pad": 1, **options}
    lines = [f"{name}={value}" for name, value in options.items()]
    return "\n".join(["[convolutional]", *lines, f"activation={activation}", ""])


def yolo(mask: str, options: str = "") -> str:
    """The convolution and the [yolo] section of two classes and three of six anchors."""
    return convolutional(21, 1, activation="linear", batch_normalize=0) + (
        f"[yolo]\nmask = {mask}\nanchors = 6,8, 12,10, 16,24,  30,20, 40,44, 70,60\nclasses=2\nnum=6\n"
        f"ignore_thresh=.6\n{options}"
    )


SMALL_CFG = "\n".join(
    [
        "[net]\nwidth=96\nheight=64\nchannels=3\nlearning_rate=0.001\n",
        convolutional(8, stride=2),  # 0: stride 2
        convolutional(8, activation="mish"),
        "[shortcut]\nfrom=-2\nactivation=linear\n",  # 2: C1
        convolutional(16, stride=2, activation="swish"),  # 3: stride 4
        "[route]\nlayers=-1\ngroups=2\ngroup_id=1\n",
        convolutional(8, activation="logistic"),
        "[route]\nlayers=-1,-3\n",  # 6: C2
        "[maxpool]\nsize=2\nstride=2\n",  # 7: stride 8
        convolutional(16, 1),
        "[dropout]\nprobability=.2\n",  # 9: C3
        convolutional(16, stride=2, groups=16),  # 10: stride 16
        convolutional(24, 1, activation="linear"),  # 11: C4, for the head reads it
        convolutional(20, 1),
        "[maxpool]\nsize=2\nstride=2\n",  # 13: stride 32
        convolutional(16),
        "[maxpool]\nsize=3\nstride=1\n",
        "[route]\nlayers=-1,-2\n",
        convolutional(32, 1),  # 17: C5, where the head branches
        yolo("3,4,5", "scale_x_y = 1.1\n"),  # 18, 19
        "[route]\nlayers=-3\n",
        convolutional(8, 1),
        "[upsample]\nstride=2\n",
        "[route]\nlayers=-1, 11\n",
        yolo("0,1,2"),
    ]
)
SMALL_CUTS = (2, 6, 9, 11, 17)


def write_small(folder: Path, cfg: str = SMALL_CFG) -> Path:
    """small.cfg, small.names (car, bollard) and small.weights; returns the weights' path."""
    (folder / "small.cfg").write_text(cfg)
    (folder / "small.names").write_text("car\nbollard\n")
    return write_weights(folder / "small.cfg", folder / "small.weights")


def write_weights(cfg: Path, weights: Path, objectness: float = -1.0) -> Path:
    """Random weights under which maps neither die nor explode; objectness logits lie around the given one."""
    random = np.random.default_rng(0)
    layers = build_layers(read_cfg(cfg))
    with weights.open("wb") as file:
        np.array([0, 2, 0], "<i4").tofile(file)  # major, minor, revision
        np.array([0], "<i8").tofile(file)  # images seen
        for layer, above in zip(layers, [*layers[1:], None], strict=True):
            if not isinstance(layer.module, Convolution):
                continue
            kernel = layer.module.conv.weight.shape
            filters = kernel[0]
            bias = random.normal(0, 0.1, filters)
            gain = 1.7  # 2 would keep the spread through leaky layers, less what biases and variances add
            if above is not None and above.yolo is not None:
                bias.reshape(len(above.yolo.mask), -1)[:, 4] += objectness
                gain = 0.1
            bias.astype("<f4").tofile(file)
            if layer.module.batch_normalize:
                # A sum of residuals grows with depth: let each add little.
                scale = 0.3 if above is not None and above.section.kind == "shortcut" else 1.0
                rows = [scale * random.uniform(0.8, 1.2, filters), random.normal(0, 0.1, filters)]
                np.stack([*rows, random.uniform(0.5, 1.5, filters)]).astype("<f4").tofile(file)
            deviation = np.float32((gain / np.prod(kernel[1:])) ** 0.5)
            (random.standard_normal(kernel, np.float32) * deviation).astype("<f4").tofile(file)
    return weights
