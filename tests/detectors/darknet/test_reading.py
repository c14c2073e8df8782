"""Cfg and weights files: what is read, and how what does not fit is refused."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.detectors.darknet.networks import SMALL_CFG, convolutional, write_small, yolo
from turbo_cli.detectors.base import hash_state
from turbo_cli.detectors.darknet import build
from turbo_cli.detectors.darknet.cfg import read_cfg
from turbo_cli.detectors.darknet.layers import Convolution, build_layers
from turbo_cli.errors import TurboError


def test_sections_options_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "a.cfg"
    path.write_text("# a comment\n[net]\nwidth = 64\n\n; another\n[yolo]\nanchors = 1, 2,  3,4.5\nmask=0\n")
    net, yolo = read_cfg(path)
    assert (net.kind, net.line, net.integer("width")) == ("net", 2, 64)
    assert (yolo.numbers("anchors"), yolo.integers("mask")) == ([1.0, 2.0, 3.0, 4.5], [0])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[dropout]", "[gru]", "[gru] layer type is not known"),
        ("probability=.2", "probability=.2\nfade=1", "[dropout] option 'fade' is not known"),
        ("activation=mish", "activation=gelu", "[convolutional] activation=gelu is not known"),
        ("size=3", "size=three", "size=three: not a whole number"),
        ("size=3", "size=0", "size=0: must be at least 1"),
        ("size=3", "size=3\nsize=3", "option 'size' is given twice"),
        ("groups=16", "groups=5", "groups=5 does not divide"),
        ("pad=1", "pad=0", "output is not input / stride"),
        ("from=-2", "from=-7", "there is no map of an earlier layer -5"),
        ("from=-2", "", "option 'from' is missing"),
        ("layers=-1,-3", "layers=-1,1", "joins maps of different strides: [2, 4]"),
        ("group_id=1", "group_id=2", "group_id=2 of groups=2 does not fit"),
        ("mask = 3,4,5", "mask = 3,4,6", "mask=[3, 4, 6] does not choose among 6 anchors"),
        ("num=6", "num=7", "num=7 needs 14 anchor sizes"),
        ("classes=2", "classes=3", "needs 24 channels below, got 21"),
        ("layers=-3", "layers=-1", "there is no map of an earlier layer 19"),
        ("channels=3", "channels=1", "only RGB networks"),
        ("[dropout]", "dropout", "expected [section] or name=value"),
        ("[net]", "[convolutional]", "does not begin with [net]"),
    ],
)
def test_an_unknown_or_unfitting_cfg_is_refused_by_name_and_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in SMALL_CFG
    weights = write_small(tmp_path)
    (tmp_path / "small.cfg").write_text(SMALL_CFG.replace(old, new, 1))
    with pytest.raises(TurboError) as refused:
        build("small", weights)
    assert complaint in refused.value.message
    assert str(tmp_path / "small.cfg") in refused.value.message
    if "[net]" not in old:
        line = SMALL_CFG[: SMALL_CFG.index(old)].count("\n") + 1
        named = int(refused.value.message.split("line ")[1].split(":")[0])
        assert line - 8 <= named <= line + 4  # of the section or of the option


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", None])
def test_a_cfg_that_is_no_text(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.cfg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TurboError, match=str(path)):
        read_cfg(path)


def test_relu_is_relu(tmp_path: Path) -> None:
    path = tmp_path / "a.cfg"
    path.write_text("[net]\n" + convolutional(4, activation="relu") + yolo("0,1,2"))
    layer, *_ = build_layers(read_cfg(path))
    assert isinstance(layer.module, Convolution)
    below = torch.randn(1, 3, 8, 8)
    assert torch.equal(layer.module(below), layer.module.conv(below).clamp(min=0))


def test_both_header_versions(tmp_path: Path) -> None:
    new = write_small(tmp_path)
    old = tmp_path / "old.weights"
    numbers = new.read_bytes()[20:]
    old.write_bytes(np.array([0, 1, 0, 77], "<i4").tobytes() + numbers)
    (tmp_path / "old.cfg").write_text(SMALL_CFG)
    (tmp_path / "old.names").write_text("car\nbollard\n")
    assert hash_state(build("small", new)) == hash_state(build("old", old))


def damage_nan(data: bytes) -> bytes:
    return data[:-4] + np.array([np.nan], "<f4").tobytes()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda data: b"\xff\xff\xff\x7f" + data[4:-40], "holds 10,136 weights"),
        (lambda data: data[:-40], "holds 10,136 weights, the network of the cfg takes 10,146"),
        (lambda data: data + bytes(4), "holds 10,147 weights, the network of the cfg takes 10,146"),
        (lambda data: data[:-2], "ends in the middle of a weight"),
        (lambda data: data[:7], "7 bytes: not a darknet weights file"),
        (lambda data: b"", "0 bytes: not a darknet weights file"),
        (damage_nan, "weight 10,145 is not a finite number"),
    ],
)
def test_damaged_weights(tmp_path: Path, damage: Callable[[bytes], bytes], complaint: str) -> None:
    weights = write_small(tmp_path)
    weights.write_bytes(damage(weights.read_bytes()))
    with warnings.catch_warnings(action="error"), pytest.raises(TurboError) as refused:
        build("small", weights)
    assert complaint in refused.value.message
    assert str(weights) in refused.value.message


def test_weights_that_cannot_be_read(tmp_path: Path) -> None:
    weights = write_small(tmp_path)
    weights.unlink()
    with pytest.raises(TurboError, match="cannot read"):
        build("small", weights)
    weights.mkdir()
    with pytest.raises(TurboError, match="cannot read"):
        build("small", weights)
