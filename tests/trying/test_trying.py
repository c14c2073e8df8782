"""What `turbo try` makes of real videos."""

import gc
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from tests.data.videos import decode_all, needs_h264
from tests.data.videos import write_video as write_scenes
from tests.simulation.profiles import make_profile
from tests.small_detector import SmallDetector
from tests.trying.videos import make_trial
from turbo_cli.artifacts import tried
from turbo_cli.data import open_dataset
from turbo_cli.data.images import Frame
from turbo_cli.data.selection import Selection, first_frames
from turbo_cli.errors import TurboError
from turbo_cli.simulation.scenario import Scenario
from turbo_cli.trying.course import MOST_STEPS
from turbo_cli.trying.gallery import MOST_CASES
from turbo_cli.trying.page import MOST_ROWS
from turbo_cli.trying.shots import BATCH
from turbo_cli.trying.trying import try_film

T = TypeVar("T")

pytestmark = pytest.mark.filterwarnings("ignore:profile .* gains are assumed")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))


@needs_h264
def test_uneven_times_and_frames_out_of_order_are_told_as_they_are(tmp_path: Path) -> None:
    video = write_scenes(tmp_path / "uneven.mp4", frames=30, milliseconds=lambda k: 40 * k + k % 3 * 9)
    trial = make_trial(tmp_path, video, SmallDetector())
    findings = try_film(trial, tmp_path / "out", "turbo try")
    rows = tried.read(tmp_path / "out" / "frames.csv").rows
    assert [row.index for row in rows] == list(range(30))
    assert [row.timestamp for row in rows] == [info.timestamp for info in open_dataset(video).frames]
    assert len(decode_all(tmp_path / "out" / "annotated.mp4")) == 30 == findings.summary.frames
    assert findings.enhanced and findings.gained == sum(row.gained for row in rows)


def test_an_enhancer_that_changes_nothing_changes_nothing(tmp_path: Path) -> None:
    video = write_scenes(tmp_path / "street.mp4", "mpeg4", 20, options={})
    findings = try_film(make_trial(tmp_path, video, SmallDetector(), False), tmp_path / "out", "turbo try")
    assert findings.enhanced > 0
    assert findings.changed == findings.gained == findings.lost == 0
    assert findings.mean_score == findings.mean_score_delivered == findings.kept_score
    assert "not one box changed" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_filtered_and_dropped_frames_say_why(tmp_path: Path) -> None:
    video = write_scenes(tmp_path / "street.mp4", "mpeg4", 20, options={})
    slow = make_profile(encode_ms=150)
    crowded = make_trial(tmp_path, video, SmallDetector(), profile=slow)
    with pytest.warns(UserWarning, match=r"too slow.*--fps 3"):
        findings = try_film(crowded, tmp_path / "crowded", "turbo try")
    assert findings.summary.dropped and not findings.enhanced
    filtered = make_trial(
        tmp_path,
        video,
        SmallDetector(),
        scenario=Scenario(window=200, order="detect-first", pipeline="glimpse"),
    )
    try_film(filtered, tmp_path / "filtered", "turbo try")
    rows = tried.read(tmp_path / "filtered" / "frames.csv").rows
    assert rows[0].reason == "first frame" and rows[0].sent
    assert all(row.sent == (row.level is not None) for row in rows)
    assert all((row.boxes is None) == (row.level is None) for row in rows)


def test_fewer_frames_keep_their_own_time(tmp_path: Path) -> None:
    video = write_scenes(tmp_path / "street.mp4", "mpeg4", 30, options={})
    chosen = first_frames(open_dataset(video), 5, 5)
    assert [info.index for info in chosen.frames] == [0, 5, 10, 15, 20]
    try_film(make_trial(tmp_path, chosen, SmallDetector()), tmp_path / "out", "turbo try")
    rows = tried.read(tmp_path / "out" / "frames.csv").rows
    assert [row.timestamp for row in rows] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


class Watched(Selection):
    """Counts the frames that are alive."""

    alive: int = 0
    most: int = 0

    def frame(self, index: int) -> Frame:
        frame = super().frame(index).view()
        weakref.finalize(frame, self._gone)
        gc.collect(0)
        type(self).alive += 1
        type(self).most = max(self.most, self.alive)
        return frame

    def _gone(self) -> None:
        type(self).alive -= 1


def test_a_long_video_takes_no_more_memory(tmp_path: Path) -> None:
    frames, window = 2 * MOST_STEPS, 0.2
    video = write_scenes(tmp_path / "long.mp4", "mpeg4", frames, options={})
    watched = Watched(open_dataset(video), tuple(range(frames)))
    trial = make_trial(tmp_path, watched, SmallDetector())
    try_film(trial, tmp_path / "out", "turbo try")
    a_window = round(window * 25)
    assert Watched.most <= MOST_CASES + 2 * a_window + 3 * BATCH
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert page.count('<th scope="row">') <= 2 * MOST_STEPS + MOST_ROWS
    assert "A step is 2 frames" in page
    assert len(tried.read(tmp_path / "out" / "frames.csv").rows) == frames


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]:
        for place, item in enumerate(items):
            if place == 9:
                raise KeyboardInterrupt
            yield item

    video = write_scenes(tmp_path / "street.mp4", "mpeg4", 20, options={})
    trial = make_trial(tmp_path, video, SmallDetector())
    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        try_film(trial, tmp_path / "out", "turbo try", interrupted)
    assert {path for path in tmp_path.iterdir() if path.name != "cache"} == before


def test_a_single_image_is_a_video_of_one_frame(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(tmp_path / "street.png")
    findings = try_film(
        make_trial(tmp_path, tmp_path / "street.png", SmallDetector()), tmp_path / "out", "turbo try"
    )
    assert findings.summary.frames == len(decode_all(tmp_path / "out" / "annotated.mp4")) == 1


def test_several_cameras_are_refused(tmp_path: Path) -> None:
    (tmp_path / "streets").mkdir()
    for name in ("north", "south"):
        write_scenes(tmp_path / "streets" / f"{name}.mp4", "mpeg4", 2, options={})
    with pytest.raises(TurboError, match="has 2 cameras"):
        make_trial(tmp_path, tmp_path / "streets", SmallDetector())
