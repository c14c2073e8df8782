"""Boxes agree with what is drawn: taking a road user away changes the pixels in its box, and no others."""

import numpy as np
import pytest

from turbo_cli.data.synth.camera import Array
from turbo_cli.data.synth.render import Visible, render
from turbo_cli.data.synth.scene import Scene, random_scene
from turbo_cli.data.synth.traffic import Mover, Traffic
from turbo_cli.data.synth.weather import Look


def _look() -> Look:
    """Light without lamps, sun, haze or noise."""
    return Look(0.0, np.ones(3, np.float32), 0.0, 0.0, np.zeros(3, np.float32), 0.0)


def _street(seed: int) -> tuple[Scene, Traffic]:
    rng = np.random.default_rng(seed)
    scene = random_scene((320, 192), rng)
    return scene, Traffic(scene.layout, rng)


def _drawn(scene: Scene, movers: list[Mover], monkeypatch: pytest.MonkeyPatch) -> tuple[Array, list[Visible]]:
    """The picture without shadows: a shadow belongs to nobody's box."""
    empty = np.zeros(scene.depth.shape, np.float32)
    with monkeypatch.context() as patched:
        patched.setattr("turbo_cli.data.synth.render.shadow_mask", lambda *_: empty)
        return render(scene, movers, _look())


@pytest.mark.parametrize("seed", range(8))
def test_pixels_that_change_without_a_mover_fill_its_box(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, traffic = _street(seed)
    movers = traffic.movers
    full, seen = _drawn(scene, movers, monkeypatch)
    assert seen
    for visible in seen:
        without, _ = _drawn(scene, [m for m in movers if m is not visible.mover], monkeypatch)
        rows, columns = np.nonzero(np.abs(full - without).max(axis=2) > 0)
        # What looks just like its background leaves no trace; that happens in slivers only.
        if visible.box[3] - visible.box[1] < 5 or visible.box[2] - visible.box[0] < 3:
            continue
        left, top, right, bottom = visible.box
        changed = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        cells = np.array([np.floor(left), np.floor(top), np.ceil(right), np.ceil(bottom)])
        assert np.abs(changed - cells).max() <= 1, (visible.mover.body.category, changed, cells)


@pytest.mark.parametrize("seed", range(8))
def test_boxes_lie_in_the_frame_and_shares_are_shares(seed: int) -> None:
    scene, traffic = _street(seed)
    for _ in range(20):
        traffic.step(0.5)
        _, seen = render(scene, traffic.movers, _look())
        for visible in seen:
            left, top, right, bottom = visible.box
            assert 0 <= left < right <= 320 and 0 <= top < bottom <= 192
            assert 0 < visible.uncovered <= 1 and 0 < visible.inside <= 1 + 1e-9


def test_one_who_is_alone_is_uncovered_and_one_behind_a_bus_is_not() -> None:
    covered = 0
    for seed in range(12):
        scene, traffic = _street(seed)
        movers = traffic.movers
        _, together = render(scene, movers, _look())
        for visible in together:
            _, alone = render(scene, [visible.mover], _look())
            # Lamp posts hide a little of anyone.
            assert alone[0].uncovered > 0.5
            assert alone[0].uncovered >= visible.uncovered - 1e-9
            covered += visible.uncovered < 0.5
    assert covered
