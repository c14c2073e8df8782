"""`turbo try` as it is typed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import RunTurbo
from tests.data.videos import decode_all
from tests.trying.videos import FPS, SIZE, write_street
from turbo_cli.artifacts import trace, tried

FRAMES = 24


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_street(tmp_path_factory.mktemp("videos") / "street.mp4", FRAMES)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURBO_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip(f"no browser at {chromium} (apt-get install chromium)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


LINE = ["--window", "200", "--order", "detect-first"]


def test_the_video_is_annotated_and_the_table_is_the_plan(street: Path, turbo: RunTurbo) -> None:
    finished = turbo("try", street, *LINE, "--out", "tried", "--json")
    assert finished.status == 0, finished.err
    summary = json.loads(finished.out)
    frames = decode_all(Path("tried/annotated.mp4"))
    assert len(frames) == summary["frames"] == FRAMES
    assert frames[0].shape[1] == SIZE[0] and frames[0].shape[0] > SIZE[1]
    with av.open("tried/annotated.mp4") as container:
        assert container.streams.video[0].average_rate == FPS
    rows = tried.read(Path("tried/frames.csv")).rows
    simulated = ["--dataset", street, "--enhancer", "tiny", "--profile", "cpu/tiny", "--fps", str(FPS)]
    assert turbo("schedule-sim", *simulated, *LINE, "--out", "run").status == 0
    planned = trace.read(Path("run/trace.csv")).rows
    for row, plan in zip(rows, planned, strict=True):
        assert (row.index, row.level, row.difficulty) == (plan.index, plan.level, plan.difficulty)
        assert row.predicted_difficulty == plan.predicted_difficulty
        assert row.done_at_s == pytest.approx(plan.done_at_s)
    assert summary["enhanced"] == sum(bool(row.level) for row in rows) > 0


def test_the_page_opens_without_a_network(street: Path, turbo: RunTurbo, browser: Browser) -> None:
    finished = turbo("try", street, *LINE, "--out", "tried")
    assert finished.status == 0, finished.err
    assert "More boxes are not the same as better" in finished.out
    problems: list[str] = []
    with browser.new_context(offline=True, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: problems.append(request.url))
        page.goto(Path("tried/index.html").resolve().as_uri())
        assert page.locator("h1").inner_text() == "What Turbo would do with street.mp4"
        assert page.locator("svg[role=img]").count() == 2
        pictures = page.locator("img").evaluate_all("images => images.map(image => image.naturalWidth)")
        assert pictures and set(pictures) == {SIZE[0]}
        assert page.locator("details", has_text="delivered").locator("tbody tr").count() == FRAMES
        assert "turbo try" in page.locator("#the-command code").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [url for url in problems if not url.startswith(("file:", "data:"))] == []


def test_what_the_user_can_mend(street: Path, tmp_path: Path, turbo: RunTurbo) -> None:
    empty, damaged, full = tmp_path / "empty.mp4", tmp_path / "damaged.mp4", tmp_path / "full"
    empty.touch()
    damaged.write_bytes(street.read_bytes()[:2000])
    full.mkdir()
    shutil.copy(street, full)
    plugin = ["--detector", "examples.custom_detector:make"]
    for line, problem in (
        ([empty], "empty.mp4"),
        ([damaged], "damaged.mp4"),
        ([tmp_path / "none.mp4"], "no such file"),
        ([street, "--out", full], "exists already"),
        ([street, "--pipeline", "glimps"], "did you mean 'glimpse'"),
        ([street, "--profile", "cpu/tinny"], "did you mean 'cpu/tiny'"),
        ([street, "--profile", "cpu/yolo-fastest-xl"], "made for 'yolo-fastest-xl', not 'tiny'"),
        ([street, "--classes", "cra"], "did you mean 'car'"),
        ([street, "--window", "0.1"], "make the window longer"),
        ([street, *plugin], "made for 'tiny'"),
    ):
        out = [] if "--out" in line else ["--out", "tried"]
        finished = turbo("try", *line, *out)
        assert (finished.status, finished.out) == (2, ""), line
        assert problem in finished.err and finished.err.count("\n") == 1, finished.err
        assert not Path("tried").exists()


def test_a_real_clip(shared_data: Path, turbo: RunTurbo) -> None:
    clip = shared_data / "clips" / "car-detection.mp4"
    finished = turbo("try", clip, "--frames", "12", "--fps", "4", *LINE, "--out", "tried", "--json")
    assert finished.status == 0, finished.err
    assert json.loads(finished.out)["frames"] == 12 == len(decode_all(Path("tried/annotated.mp4")))
