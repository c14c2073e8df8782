"""A frame as `turbo try` shows it: its boxes, what enhancement changed, and a caption below."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from turbo_cli.boxes import Detections
from turbo_cli.data.drawing import draw_boxes
from turbo_cli.data.images import Frame
from turbo_cli.trying.findings import is_hard
from turbo_cli.trying.playing import Played

PLAIN, GAINED, LOST, OLD = "#4cc2ff", "#39e75f", "#ff5a4f", "#b9bfc7"
"""Boxes of level 0, those that enhancement adds and takes away, and those of an earlier frame."""

BACKGROUND, TEXT = "#14161a", "#f1f3f4"


def draw_before(played: Played, names: Mapping[int, str]) -> Frame:
    """The frame with its level-0 boxes."""
    plain = Detections.empty() if played.plain is None else played.plain
    return _draw(played.shot.pixels, plain, names, PLAIN)


def draw_after(played: Played, names: Mapping[int, str]) -> Frame:
    """The frame with what is delivered: boxes of level 0, gained ones with a +, lost ones with a −.

    A frame on which the detector did not run has the last boxes of its camera, in grey.
    """
    color = OLD if played.plain is None or played.traced.missed else PLAIN
    kept = _draw(played.shot.pixels, played.changes.kept, names, color)
    without = _draw(kept, played.changes.lost, names, LOST, "−")
    return _draw(without, played.changes.gained, names, GAINED, "+")


def captioned(frame: Frame, played: Played) -> Frame:
    """The frame above a strip that says θ, the level and when its boxes were there."""
    height, width = frame.shape[:2]
    strip = max(20, round(height / 18))
    picture = Image.new("RGB", (width, height + strip), BACKGROUND)
    picture.paste(Image.fromarray(frame), (0, 0))
    canvas, font, left = ImageDraw.Draw(picture), ImageFont.load_default(strip * 0.6), strip * 0.4
    for text, color in _caption(played):
        canvas.text((left, height + strip / 2), text, fill=color, font=font, anchor="lm")
        left += canvas.textlength(text, font=font) + strip * 0.7
    return np.array(picture)


def _draw(frame: Frame, found: Detections, names: Mapping[int, str], color: str, sign: str = "") -> Frame:
    labels = [
        f"{sign}{names.get(number, f'class {number}')} {score:.2f}"
        for number, score in zip(found.category_ids.tolist(), found.scores.tolist(), strict=True)
    ]
    width = max(2, round(frame.shape[0] / 360)) + bool(sign)
    return draw_boxes(frame, found.boxes_xyxy, labels, [color] * len(found), width)


def _caption(played: Played) -> list[tuple[str, str]]:
    """Parts of the caption with their colours."""
    traced = played.traced
    parts = [(f"{traced.arrived_at_s:.2f} s", TEXT)]
    if traced.level is None or traced.difficulty is None:
        why = "dropped" if traced.sent else f"not sent: {traced.reason}"
        return [*parts, (f"{why}; last boxes", OLD)]
    parts.append((f"θ {traced.difficulty:.2f}{' hard' * is_hard(traced.difficulty)}", TEXT))
    parts.append((f"level {traced.level}", PLAIN if traced.level else TEXT))
    if played.enhanced:
        parts += [(f"+{len(played.changes.gained)}", GAINED), (f"−{len(played.changes.lost)}", LOST)]
    if traced.done_at_s is not None:
        late = " (late; last boxes)" * traced.missed
        parts.append((f"boxes after {1000 * (traced.done_at_s - traced.arrived_at_s):.0f} ms{late}", TEXT))
    return parts
