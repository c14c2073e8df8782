"""Frames before and after."""

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from turbo_cli.errors import TurboError
from turbo_cli.pages.page import picture
from turbo_cli.pages.text import Html, joined
from turbo_cli.reporting.accuracy import COMMAND
from turbo_cli.reporting.section import Part, Section

SHOWN = {"best": 4, "worst": 2}
"""Pictures at most, so that the page stays a few megabytes however large the gallery is."""


def draw_frames(folder: Path) -> Html:
    """The first of the best and of the worst."""
    paths = [
        path
        for kind, most in SHOWN.items()
        for path in sorted((folder / "gallery").glob(f"{kind}-*.jpg"))[:most]
    ]
    return joined([picture(_read(path), path.name) for path in paths])


def _read(path: Path) -> Image.Image:
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise TurboError(f"{path}: is no picture that can be read", f"`{COMMAND}` makes it anew") from error


SECTION = Section(
    "Frames before and after",
    "Level 0 left, the best level right, over the ground truth in white: first the frames that it helped"
    " most, then those that it harmed most.",
    (Part(("gallery",), COMMAND, draw_frames),),
)
