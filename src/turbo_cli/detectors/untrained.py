"""Detectors without their weights: for what depends on the architecture alone, such as work and time."""

import torch

from turbo_cli.coco import COCO_NAMES
from turbo_cli.detectors.base import SplitDetector, freeze
from turbo_cli.detectors.catalogue import CATALOGUE, family_module
from turbo_cli.detectors.darknet.cfg import read_cfg
from turbo_cli.detectors.darknet.detector import CONFIGS, DarknetDetector
from turbo_cli.detectors.darknet.layers import build_layers
from turbo_cli.detectors.tiny import CATEGORY_IDS
from turbo_cli.detectors.tiny.detector import TinyDetector
from turbo_cli.detectors.tiny.network import TinyNetwork


def make_untrained(name: str) -> SplitDetector:
    """A detector of the catalogue with random weights, the same at every call."""
    torch.manual_seed(0)
    if CATALOGUE[name].family == "darknet":
        layers = build_layers(read_cfg(CONFIGS / f"{name}.cfg"))
        names = list(COCO_NAMES.values())
        return freeze(DarknetDetector(name, layers, CATALOGUE[name].input_size, names))
    if CATALOGUE[name].family == "tiny":
        return TinyDetector(TinyNetwork(len(CATEGORY_IDS)))
    detector: SplitDetector = family_module(name).build(name, None)
    return detector
