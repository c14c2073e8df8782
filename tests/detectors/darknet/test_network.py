from pathlib import Path

import pytest

from tests.detectors.darknet.networks import SMALL_CFG, SMALL_CUTS
from turbo_cli.detectors.darknet.cfg import read_cfg
from turbo_cli.detectors.darknet.detector import CONFIGS
from turbo_cli.detectors.darknet.layers import Layer, build_layers
from turbo_cli.detectors.darknet.network import find_cuts, split_layers
from turbo_cli.errors import TurboError


def layers_of(text: str, folder: Path) -> list[Layer]:
    (folder / "a.cfg").write_text(text)
    return build_layers(read_cfg(folder / "a.cfg"))


@pytest.mark.parametrize(
    ("name", "count", "cuts"),
    [
        # The last shortcut of each stride; C5 is the convolution from which both the head's branches start.
        ("yolov3", 107, (4, 11, 36, 61, 79)),
        # The head routes to 80, so 81, of the same stride, does not carry alone.
        ("yolo-fastest-xl", 131, (9, 22, 58, 80, 115)),
    ],
)
def test_cuts_of_the_shipped_networks(name: str, count: int, cuts: tuple[int, ...]) -> None:
    layers = build_layers(read_cfg(CONFIGS / f"{name}.cfg"))
    assert len(layers) == count
    assert find_cuts(layers) == cuts
    assert [layers[cut].shape.stride for cut in cuts] == [2, 4, 8, 16, 32]


def test_cuts_of_a_small_network(tmp_path: Path) -> None:
    layers = layers_of(SMALL_CFG, tmp_path)
    assert find_cuts(layers) == SMALL_CUTS
    stages, head = split_layers(layers, SMALL_CUTS)
    segments = [*(stage.segment for stage in stages), head.segment]
    pieces = [int(name) for segment in segments for name in segment.layers]
    assert pieces == list(range(len(layers)))


def test_a_head_that_reads_two_maps_of_a_stride_cannot_be_split(tmp_path: Path) -> None:
    text = SMALL_CFG.replace("layers=-1, 11", "layers=-1, 11, 10")
    with pytest.raises(TurboError, match="no layer of stride 32 alone carries what comes after"):
        find_cuts(layers_of(text, tmp_path))


def test_a_stage_that_reads_past_the_one_before_cannot_be_split(tmp_path: Path) -> None:
    layers = layers_of(SMALL_CFG, tmp_path)  # layer 6 reads 5 and 3
    with pytest.raises(TurboError, match="reads past the stage before it"):
        split_layers(layers, (2, 5, 9, 11, 17))


def test_a_network_without_yolo_layers(tmp_path: Path) -> None:
    for text in (SMALL_CFG[: SMALL_CFG.index("[yolo]")], "[net]\n"):
        with pytest.raises(TurboError, match=r"line 1: \[net\] is followed by no \[yolo\] layer"):
            layers_of(text, tmp_path)


def test_yolo_layers_must_agree_on_the_anchors(tmp_path: Path) -> None:
    first = SMALL_CFG.index("70,60")
    layers = layers_of(SMALL_CFG[:first] + "70,61" + SMALL_CFG[first + 5 :], tmp_path)
    with pytest.raises(TurboError, match="other anchors or classes"):
        split_layers(layers, find_cuts(layers))
