"""The report in a real browser without a network.

TURBO_SCREENSHOTS=FOLDER makes the picture of the documentation from the run that lies there.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from turbo_cli.pages.page import write_page
from turbo_cli.reporting.page import make_report

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
WIDTHS = (390, 820, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM} (apt-get install chromium)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, run: Path, tmp_path: Path) -> Iterator[Page]:
    """The report, opened from disk; nothing may be asked for and nothing may be complained of."""
    write_page(tmp_path / "report.html", make_report(run))
    with browser.new_context(offline=True) as context:
        opened = context.new_page()
        problems: list[str] = []
        opened.on("console", lambda message: problems.append(message.text))
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("requestfailed", lambda request: problems.append(request.url))
        opened.on("request", lambda request: asked.append(request.url))
        asked: list[str] = []
        opened.goto((tmp_path / "report.html").as_uri())
        yield opened
        assert problems == []
        assert [url for url in asked if not url.startswith(("data:", "file:"))] == []


def test_the_three_numbers_come_first_and_links_lead_to_sections(page: Page) -> None:
    expect(page.locator(".cards.large dt")).to_have_text(
        ["mAP without Turbo", "mAP with Turbo", "Deadlines missed"]
    )
    for link in page.locator("nav a").all():
        expect(page.locator(link.get_attribute("href") or "")).to_have_count(1)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=900))
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_tables_open_and_marks_lie_inside_their_charts(page: Page) -> None:
    figure = page.locator("#accuracy-by-level figure").first
    expect(figure.locator("table")).to_be_hidden()
    figure.locator("summary").click()
    expect(figure.locator("table")).to_be_visible()
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('circle, rect')].filter(mark => {
                const box = mark.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
            });
        }).length"""
    )
    assert outside == 0


def test_dark_is_dark_and_paper_is_light(page: Page) -> None:
    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.emulate_media(color_scheme="dark")
    assert background() == "rgb(14, 19, 25)"
    page.emulate_media(color_scheme="dark", media="print")
    assert background() == "rgb(255, 255, 255)"
    expect(page.locator("nav")).to_be_hidden()


@pytest.mark.skipif("TURBO_SCREENSHOTS" not in os.environ, reason="makes the picture of the documentation")
def test_picture_of_the_documentation(browser: Browser, tmp_path: Path) -> None:
    write_page(tmp_path / "report.html", make_report(Path(os.environ["TURBO_SCREENSHOTS"])))
    page = browser.new_page(viewport=ViewportSize(width=1200, height=1560))
    page.goto((tmp_path / "report.html").as_uri())
    page.screenshot(path="docs/images/report.png")
