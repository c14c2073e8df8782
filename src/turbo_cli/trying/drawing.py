"""A frame as `turbo try` shows it: its boxes, what enhancement changed, and a caption below."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from turbo_cli.boxes import Detections
from turbo_cli.data.drawing import draw_boxes, fitting_names
from turbo_cli.data.images import Frame
from turbo_cli.trying.findings import is_hard
from turbo_cli.trying.playing import Played

PLAIN, GAINED, LOST, OLD = "#4cc2ff", "#39e75f", "#ff5a4f", "#b9bfc7"
"""Boxes of level 0, those that enhancement adds and takes away, and those of an earlier frame."""

BACKGROUND, TEXT = "#14161a", "#f1f3f4"

GAP = "    "


def draw_before(played: Played) -> Frame:
    """The frame with its level-0 boxes, without names."""
    plain = Detections.empty() if played.plain is None else played.plain
    return _draw(played.shot.pixels, plain, PLAIN)


def draw_after(played: Played, names: Mapping[int, str], small: bool = False) -> Frame:
    """The frame with what is delivered: boxes of level 0, gained ones with a +, lost ones with a -.

    A frame on which the detector did not run has the last boxes of its camera, in grey. small: to be looked
    at much smaller than it is, with larger names, and only of what changed.
    """
    changes, text = played.changes, 1 / 22 if small else 1 / 42
    old = played.plain is None or played.traced.missed
    known = None if small else _labels(changes.kept, names)
    kept = _draw(played.shot.pixels, changes.kept, OLD if old else PLAIN, known)
    without = _draw(kept, changes.lost, LOST, _labels(changes.lost, names, "-"), 1, text)
    return _draw(without, changes.gained, GAINED, _labels(changes.gained, names, "+"), 1, text)


def captioned(frame: Frame, played: Played) -> Frame:
    """The frame above a strip that says how hard it is, its level and when its boxes were there."""
    height, width = frame.shape[:2]
    strip = max(18, round(height / 20))
    picture = Image.new("RGB", (width, height + strip), BACKGROUND)
    picture.paste(Image.fromarray(frame), (0, 0))
    canvas, parts = ImageDraw.Draw(picture), _caption(played)
    size = strip * 0.62
    needed = canvas.textlength(GAP.join(text for text, _ in parts), font=ImageFont.load_default(size))
    font = ImageFont.load_default(size * min(1, width * 0.95 / needed))
    left = width * 0.02
    for text, color in parts:
        canvas.text((left, height + strip / 2), text, fill=color, font=font, anchor="lm")
        left += canvas.textlength(text + GAP, font=font)
    return np.array(picture)


def _draw(
    frame: Frame,
    found: Detections,
    color: str,
    labels: list[str] | None = None,
    bolder: int = 0,
    text: float = 1 / 42,
) -> Frame:
    width = max(2, round(frame.shape[0] / 360)) + bolder
    colors = [color] * len(found)
    return draw_boxes(frame, found.boxes_xyxy, labels or [""] * len(found), colors, width, text)


def _labels(found: Detections, names: Mapping[int, str], sign: str = "") -> list[str]:
    """Names and scores; behind a sign all names, else those that fit."""
    ids = found.category_ids.tolist()
    shown = [names.get(k, f"class {k}") for k in ids] if sign else fitting_names(found.boxes_xyxy, ids, names)
    return [
        f"{sign}{name} {score:.2f}".strip() for name, score in zip(shown, found.scores.tolist(), strict=True)
    ]


def _caption(played: Played) -> list[tuple[str, str]]:
    """Parts of the caption with their colours; Pillow's own font has no θ and no minus sign."""
    traced = played.traced
    parts = [(f"{traced.arrived_at_s:.2f} s", TEXT)]
    if traced.level is None or traced.difficulty is None:
        why = "dropped" if traced.sent else f"not sent: {traced.reason}"
        return [*parts, (f"{why}; last boxes", OLD)]
    parts.append((f"difficulty {traced.difficulty:.2f}{' hard' * is_hard(traced.difficulty)}", TEXT))
    parts.append((f"level {traced.level}", PLAIN if traced.level else TEXT))
    if played.enhanced:
        parts += [(f"+{len(played.changes.gained)}", GAINED), (f"-{len(played.changes.lost)}", LOST)]
    if traced.done_at_s is not None:
        late = " (late; last boxes)" * traced.missed
        parts.append((f"boxes after {1000 * (traced.done_at_s - traced.arrived_at_s):.0f} ms{late}", TEXT))
    return parts
