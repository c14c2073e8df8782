"""The detectors that Turbo knows by name: what they are and where their weights come from."""

import importlib
import re
from dataclasses import dataclass
from types import ModuleType

from turbo_cli.errors import TurboError, nearest


@dataclass(frozen=True)
class Entry:
    """One detector that `load_detector` knows.

    family: the module under `turbo_cli.detectors` whose `build` makes it.
    input_size: (width, height) in pixels by default; faster-rcnn pads a frame's own shape, here 5:3.
    licence, origin: of the weights. file_name: theirs in the cache, or in this package if `packaged`.
    address: where `turbo weights pull` gets them; None: the library behind the family says
    (`weights_url`), in a file name that ends in the first digits of its SHA-256.
    sha256: 64 hex digits, given with every address.
    """

    family: str
    input_size: tuple[int, int]
    licence: str
    origin: str
    file_name: str
    address: str | None = None
    sha256: str | None = None
    packaged: bool = False


def _efficientdet(number: int, size: int) -> Entry:
    return Entry(
        family="efficientdet",
        input_size=(size, size),
        licence="Apache-2.0",
        origin="effdet, COCO",
        file_name=f"efficientdet-d{number}.pth",
    )


CATALOGUE: dict[str, Entry] = {
    "tiny": Entry(
        family="tiny",
        input_size=(320, 192),
        licence="Apache-2.0",
        origin="ships with Turbo, synthetic traffic",
        file_name="tiny.safetensors",
        packaged=True,
    ),
    "yolo-fastest-xl": Entry(
        family="darknet",
        input_size=(640, 384),
        licence="public domain (YOLO LICENSE)",
        origin="github.com/dog-qiuqiu/Yolo-Fastest, COCO",
        file_name="yolo-fastest-xl.weights",
        address="https://github.com/dog-qiuqiu/Yolo-Fastest/raw/master/ModelZoo/yolo-fastest-1.1_coco/"
        "yolo-fastest-1.1-xl.weights",
        sha256="fac5fb41786c1f38f04972a658443b189f48720d7d117f9a044100e98a35b0c5",
    ),
    "yolov3": Entry(
        family="darknet",
        input_size=(416, 416),
        licence="public domain (YOLO LICENSE)",
        origin="pjreddie.com (darknet's author), COCO",
        file_name="yolov3.weights",
        address="https://pjreddie.com/media/files/yolov3.weights",
        sha256="523e4e69e1d015393a1b0a441cef1d9c7659e3eb2d7e15f793f060a21b32f297",
    ),
    "faster-rcnn": Entry(
        family="faster_rcnn",
        input_size=(1344, 800),
        licence="BSD-3-Clause",
        origin="torchvision (ResNet50-FPN), COCO",
        file_name="faster-rcnn.pth",
    ),
    "efficientdet-d0": _efficientdet(0, 512),
    "efficientdet-d4": _efficientdet(4, 1024),
    "efficientdet-d7": _efficientdet(7, 1536),
}


def entry(name: str) -> Entry:
    """The catalogue's entry. Raises `TurboError` with the nearest name for an unknown one."""
    if name not in CATALOGUE:
        raise TurboError(f"unknown detector {name!r}", nearest(name, CATALOGUE))
    return CATALOGUE[name]


def family_module(name: str) -> ModuleType:
    """The module that builds the detector `name`, imported only now (it may need an optional extra)."""
    return importlib.import_module(f"turbo_cli.detectors.{entry(name).family}")


def published_at(name: str) -> tuple[str, str]:
    """The address of the weights and their SHA-256, or its first digits where the library publishes no more.

    Raises `TurboError` for a detector whose weights ship inside the package.
    """
    known = entry(name)
    if known.packaged:
        raise TurboError(f"the weights of {name} ship with Turbo", "there is nothing to fetch")
    if known.address is not None and known.sha256 is not None:
        return known.address, known.sha256
    address: str = family_module(name).weights_url(name)
    digits = re.search(r"-([0-9a-f]{8,64})\.\w+$", address)
    if digits is None:
        raise TurboError(
            f"{address}: its file name tells no checksum",
            f"fetch it by other means, then: turbo weights import {name} FILE",
        )
    return address, digits[1]
