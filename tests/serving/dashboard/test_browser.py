"""The dashboard in a real browser: its figures, its cameras by mouse and keyboard, boxes that move.

TURBO_SCREENSHOTS=1 writes the pictures of the documentation.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.conftest import REPOSITORY
from tests.profiling.streets import make_enhancer
from tests.serving.api.running import TOKEN, Service, guarded, serving
from tests.simulation.profiles import make_profile
from turbo_cli.data.synth.footage import footage
from turbo_cli.data.video_writer import write_video
from turbo_cli.detectors import load_detector

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
WIDE = ViewportSize(width=1280, height=1060)
PHONE = ViewportSize(width=390, height=844)
FPS = 2
STREETS = {"junction": "clear", "avenue": "night", "bridge": "fog"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM} (apt-get install chromium)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Synthetic streets as cameras, one that does not answer, an enhancer that changes nothing."""
    folder = tmp_path_factory.mktemp("streets")
    for number, (name, weather) in enumerate(STREETS.items()):
        shots = footage(11, number, 16, (384, 216), FPS, (weather,))
        write_video(folder / f"{name}.mp4", (shot.frame for shot in shots), FPS)
    cameras: list[dict[str, Any]] = [{"name": name, "url": str(folder / f"{name}.mp4")} for name in STREETS]
    cameras.append({"name": "yard", "url": "rtsp://admin:secret@127.0.0.1:9/live", "longest_pause_s": 5})
    enhancer = make_enhancer(False, detector=load_detector("tiny"))
    profile = make_profile(encode_ms=8)
    with serving(cameras, window_ms=1000, enhancer=enhancer, profile=profile) as running:
        yield running


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    with browser.new_context(viewport=WIDE) as context:
        opened = context.new_page()
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on(
            "request", lambda request: problems.append(request.url) if is_foreign(request.url) else None
        )
        opened.goto(service.server.url)
        yield opened
        assert problems == []


def is_foreign(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1", "blob:", "data:"))


def wait_for_picture(page: Page, canvas: str) -> int:
    """The index of the frame that is shown, once one is shown with boxes."""
    shown = page.locator(canvas).first
    expect(shown).to_have_attribute("data-boxes", re.compile("[1-9]"), timeout=60_000)
    return int(shown.get_attribute("data-index") or -1)


def test_every_camera_has_a_tile_with_its_state(page: Page) -> None:
    expect(page.locator(".tile")).to_have_count(4)
    expect(page.locator("#state")).to_contain_text("serving", timeout=30_000)
    expect(page.locator(".tile", has_text="yard")).to_contain_text("lost", timeout=30_000)
    assert "secret" not in page.content()
    expect(page.locator("#plan tbody tr").first).to_be_visible(timeout=60_000)
    expect(page.locator("#time")).to_have_attribute("aria-label", re.compile("The window took"))


def test_boxes_move(page: Page) -> None:
    first = wait_for_picture(page, ".tile canvas")
    shown = page.locator(".tile canvas").first
    before = shown.evaluate("canvas => canvas.toDataURL()")
    expect(shown).not_to_have_attribute("data-index", str(first), timeout=60_000)
    assert shown.evaluate("canvas => canvas.toDataURL()") != before


def test_cameras_open_and_change_by_mouse_and_keyboard(page: Page) -> None:
    page.locator(".tile", has_text="junction").click()
    expect(page.locator("#camera-name")).to_have_text("junction")
    page.get_by_label("Next camera").click()
    expect(page.locator("#camera-name")).to_have_text("avenue")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#camera-name")).to_have_text("junction")
    wait_for_picture(page, "#large")
    page.keyboard.press("Escape")
    expect(page.locator(".tile", has_text="junction")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#camera-name")).to_have_text("avenue")


def test_a_camera_is_paused_and_resumed(page: Page) -> None:
    page.locator(".tile", has_text="bridge").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#camera-figures")).to_contain_text("paused", timeout=30_000)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#camera-figures")).to_contain_text("live", timeout=30_000)


def test_an_address_without_a_token_is_refused_with_its_reason(page: Page) -> None:
    page.get_by_role("button", name="Add camera").click()
    page.get_by_label("Name").fill("spy")
    page.get_by_label("Address").fill("/etc/passwd")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#adding .alert")).to_contain_text("with a token only")


def test_the_token_is_asked_for_and_used(browser: Browser) -> None:
    with guarded() as closed, browser.new_context() as context:
        page = context.new_page()
        page.goto(closed.server.url)
        page.locator("[name=token]").fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        expect(page.locator(".tile")).to_have_count(1, timeout=30_000)


def test_the_endpoints_have_a_page(browser: Browser, service: Service) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{service.server.url}/docs")
        expect(page.locator(".endpoint", has_text="/v1/frames")).to_be_visible(timeout=30_000)


def test_it_fits_a_phone(browser: Browser, service: Service) -> None:
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(service.server.url)
        wait_for_picture(page, ".tile canvas")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.skipif("TURBO_SCREENSHOTS" not in os.environ, reason="TURBO_SCREENSHOTS is not set")
@pytest.mark.parametrize(
    ("name", "scheme", "viewport"),
    [("dashboard", "light", WIDE), ("dashboard-dark", "dark", WIDE), ("dashboard-phone", "light", PHONE)],
)
def test_pictures_for_the_documentation(
    browser: Browser, service: Service, name: str, scheme: Literal["light", "dark"], viewport: ViewportSize
) -> None:
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(service.server.url)
        page.wait_for_timeout(15_000)  # for charts with something in them
        page.screenshot(path=REPOSITORY / "docs" / "images" / f"{name}.png")
