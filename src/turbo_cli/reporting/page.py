"""The report of a folder."""

from pathlib import Path

from turbo_cli.errors import TurboError
from turbo_cli.pages import page
from turbo_cli.pages.text import UNKNOWN, Html, html, joined, points
from turbo_cli.reporting import accuracy, frames, plans, profile, reliability, serving, throughput, training
from turbo_cli.reporting.headline import Headline, find_headline
from turbo_cli.reporting.section import Section

SECTIONS: tuple[Section, ...] = (
    training.SECTION,
    accuracy.SECTION,
    frames.SECTION,
    reliability.SECTION,
    profile.SECTION,
    throughput.SECTION,
    plans.SECTION,
    serving.SECTION,
)


def make_report(folder: Path) -> Html:
    """The page of everything that the folder holds; for what is missing, which command makes it.

    Raises `TurboError` for a folder that is not there or holds nothing of all this, and for files that are
    damaged or something else.
    """
    if not folder.is_dir():
        raise TurboError(f"{folder}: no such folder", "`turbo quickstart` makes one")
    if all(part.missing(folder) for section in SECTIONS for part in section.parts):
        raise TurboError(f"{folder}: holds nothing to report", "`turbo quickstart` fills such a folder")
    links = " ".join(
        f'<a href="#{page.anchor(section.title)}">{html(section.title)}</a>' for section in SECTIONS
    )
    body = [
        _numbers(find_headline(folder)),
        Html(f"<nav>{links}</nav>"),
        *(one.render(folder) for one in SECTIONS),
    ]
    name = folder.resolve().name
    return page.make_page(f"turbo report: {name}", f"Turbo report: {name}", LEAD, joined(body))


LEAD = "What Turbo makes of a detector: trained, measured, simulated and served."


def _numbers(found: Headline | None) -> Html:
    if found is None:
        return page.missing("mAP without and with Turbo, and deadlines missed", "turbo replay … --json")
    gain = ""
    if found.map_without is not None and found.map_with is not None:
        gain = f"{points(found.map_with - found.map_without, signed=True)} points"
    share = f"{100 * found.missed / found.of:.1f} %" if found.of else UNKNOWN
    counts = f"{found.missed:,} of {found.of:,} {found.unit}"
    if found.missed_without is not None:
        counts += f"; without Turbo {found.missed_without:,}"
    return page.cards(
        [
            ("mAP without Turbo", points(found.map_without), f"from {found.source}"),
            ("mAP with Turbo", points(found.map_with), gain),
            ("Deadlines missed", share, counts),
        ],
        "large",
    )
