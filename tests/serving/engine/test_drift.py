import logging
from pathlib import Path

import numpy as np
import pytest

from tests.serving.engine.virtual import make_frame
from turbo_cli.data import open_dataset
from turbo_cli.errors import TurboError
from turbo_cli.serving.engine.collecting import PAUSE_S, Collecting
from turbo_cli.serving.engine.drift import DriftWatch


def test_a_discriminator_that_is_wrong_about_a_camera_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    watch, random = DriftWatch(), np.random.default_rng(0)
    with caplog.at_level(logging.WARNING):
        for _ in range(200):
            true = random.random()
            watch.compare("good", min(true + random.uniform(-0.2, 0.2), 1), true)
            watch.compare("bad", 0.1, 0.5)
    assert watch.drifting(["good", "bad", "new"]) == {"bad"}
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["camera bad"]
    bad, good = watch.states()
    assert (bad.warning, good.warning) == (True, False)
    assert bad.error == pytest.approx(-0.4) and bad.absolute_error == pytest.approx(0.4)


def test_it_forgives_when_the_scene_is_as_before() -> None:
    watch = DriftWatch()
    for error in [0.5] * 60 + [0.0] * 100:
        watch.compare("gate", 0.4 + error, 0.4)
    assert not watch.drifting(["gate"])


def test_collected_frames_are_a_dataset_of_bounded_size(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frames = [make_frame("gate", index, index * PAUSE_S, random) for index in range(8)]
    collecting = Collecting(tmp_path / "frames", most_bytes=40_000)
    for frame in frames:
        collecting.offer(frame)
        collecting.offer(frame)  # too soon for another
        assert collecting._writing
        collecting._writing.result()
    collecting.close()
    dataset = open_dataset(tmp_path / "frames")
    assert 2 < len(dataset) < 8
    assert {info.camera for info in dataset.frames} == {"gate"}
    assert (dataset.frame(len(dataset) - 1) == frames[-1].image).all(), "the newest stay, bit for bit"
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.webp")) <= 40_000


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TurboError, match="cannot write"):
        Collecting(tmp_path / "file", 1000)
