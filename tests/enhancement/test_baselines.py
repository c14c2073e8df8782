"""Each baseline undoes what it is made for, and keeps shape and type whatever it is given."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from turbo_cli.data.degradation import fog, low_light, salt_and_pepper
from turbo_cli.data.images import Frame
from turbo_cli.enhancement.baselines import BASELINES, find_baselines, noise_deviation
from turbo_cli.errors import TurboError


def street() -> Frame:
    """A smooth ground and sky with some sharp-edged boxes on them."""
    rows = np.linspace(60, 190, 120)[:, None, None]
    frame = np.broadcast_to(rows + np.array([8.0, 0, -8]), (120, 160, 3)).astype(np.uint8)
    image = Image.fromarray(frame)
    canvas = ImageDraw.Draw(image)
    for place, colour in enumerate([(200, 30, 40), (20, 20, 24), (240, 240, 236), (40, 70, 190)]):
        canvas.rectangle((12 + 36 * place, 50 + 8 * place, 36 + 36 * place, 66 + 8 * place), fill=colour)
    return np.array(image)


def error(frame: Frame, truth: Frame) -> float:
    return float(np.abs(frame.astype(float) - truth).mean())


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), level=st.integers(0, 255), seed=st.integers(0, 9))
@pytest.mark.parametrize("name", BASELINES)
def test_any_frame_keeps_its_shape_and_stays_untouched(
    name: str, height: int, width: int, level: int, seed: int
) -> None:
    noise = np.random.default_rng(seed).integers(0, 1 + seed * 20, (height, width, 3))
    frame = np.clip(level + noise, 0, 255).astype(np.uint8)
    before = frame.copy()
    clearer = BASELINES[name](frame)
    assert clearer.shape == frame.shape and clearer.dtype == np.uint8
    assert np.array_equal(frame, before) and not np.shares_memory(clearer, frame)


@pytest.mark.parametrize("name", ["stretch", "gamma", "median-then-stretch"])
def test_brightness_comes_back_to_a_dark_frame(name: str) -> None:
    dark = (street() * 0.2).astype(np.uint8)
    assert error(BASELINES[name](dark), street()) < 0.5 * error(dark, street())


@pytest.mark.parametrize("name", ["median", "denoise", "median-then-stretch"])
def test_noise_goes_and_edges_stay(name: str) -> None:
    random = np.random.default_rng(0)
    if name == "denoise":
        noisy = np.clip(street() + random.normal(0, 12, street().shape), 0, 255).astype(np.uint8)
    else:
        noisy = salt_and_pepper(street(), random, 1.0)
    clearer = BASELINES[name](noisy)
    assert noise_deviation(clearer) < 0.5 * noise_deviation(noisy)
    if name != "median-then-stretch":
        assert error(clearer, street()) < 0.6 * error(noisy, street())


def test_median_is_left_out_where_there_is_no_noise() -> None:
    assert np.array_equal(BASELINES["median-then-stretch"](street()), BASELINES["stretch"](street()))


def test_dehazing_takes_the_veil_off() -> None:
    hazy = fog(street(), np.random.default_rng(0), 0.7)
    assert BASELINES["dehaze"](hazy).std() > 1.5 * hazy.std()


def test_clahe_is_opencvs() -> None:
    large = np.array(Image.fromarray(street()).resize((960, 720)))
    grey = low_light(large, np.random.default_rng(0), 0.3)[..., :1].repeat(3, axis=2)
    expected = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(grey[..., 0])
    ours = BASELINES["clahe"](grey)[..., 0].astype(int)
    difference = np.abs(ours - expected)
    # OpenCV rounds each tile's curve and deals out the excess in whole counts.
    assert difference.mean() < 1.5 and difference.max() < 10
    assert np.abs(ours - grey[..., 0]).mean() > 10


def test_unsharp_makes_edges_steeper() -> None:
    soft = np.array(Image.fromarray(street()).resize((80, 60)).resize((160, 120)))
    steepness = [np.abs(np.diff(f.astype(int), axis=1)).max() for f in (soft, BASELINES["unsharp"](soft))]
    assert steepness[1] > 1.3 * steepness[0]


def test_names_and_a_plug_in_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_restorer.py").write_text(
        "def make(device):\n    return lambda frame: frame[::2, ::2] if device == 'cpu' else frame\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_restorer", raising=False)
    assert find_baselines("none") == {}
    assert find_baselines("all") == BASELINES
    found = find_baselines("median,my_restorer:make")
    assert list(found) == ["median", "my_restorer:make"]
    assert list(find_baselines("all,my_restorer:make")) == [*BASELINES, "my_restorer:make"]
    assert found["my_restorer:make"](street()).shape == (60, 80, 3)
    with pytest.raises(TurboError, match=r"no baseline 'medain'.*'median'"):
        find_baselines("medain")
    with pytest.raises(TurboError, match="no module 'their_restorer'"):
        find_baselines("their_restorer:make")
