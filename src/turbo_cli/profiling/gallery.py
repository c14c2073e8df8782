"""The frames that a level helped most and harmed most, before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.boxes import Detections, Targets
from turbo_cli.coco import COCO_NAMES
from turbo_cli.data import Dataset
from turbo_cli.data.drawing import REFERENCE, draw_boxes, draw_detections
from turbo_cli.data.images import Frame
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.profiling.evaluation import Report
from turbo_cli.progress import Track, untracked

CAPTION = 34
BACKGROUND, TEXT = "#14161a", "#f1f3f4"


@dataclass(frozen=True, eq=False)
class Case:
    """One frame at level 0 (left) and, as level 5 makes the picture, with the boxes of `level` (right).

    gain: in the frame's AP50, above 0 for what was helped. row: of the dataset. picture: both, captioned.
    """

    row: int
    image_id: int
    level: int
    gain: float
    picture: Image.Image


def find_cases(
    enhancer: Enhancer,
    dataset: Dataset,
    report: Report,
    count: int = 12,
    score: float = 0.3,
    track: Track = untracked,
) -> list[Case]:
    """At most `count` frames that the best level helped, most first, and as many that it harmed, worst first.

    Boxes of at least `score` are drawn in the colours of their classes over the ground truth in white.
    """
    level = report.best_level
    gains = np.nan_to_num(report.by_frame[level][:, 1] - report.by_frame[0][:, 1])
    order = np.argsort(-gains, kind="stable").tolist()
    helped = [row for row in order[:count] if gains[row] > 0]
    harmed = [row for row in order[::-1][:count] if gains[row] < 0]
    rows = [*helped, *harmed]
    return [
        _make_case(enhancer, dataset, report, row, float(gains[row]), score)
        for row in track(rows, "drawing", len(rows))
    ]


def write_gallery(folder: Path, cases: Sequence[Case]) -> None:
    """Write `best-RANK-IMAGE_ID.jpg` and `worst-RANK-IMAGE_ID.jpg`, or nothing at all.

    Raises `TurboError` if the folder holds anything already.
    """
    with replacing_folder(folder) as temporary:
        for kind, of_kind in (
            ("best", [case for case in cases if case.gain > 0]),
            ("worst", [case for case in cases if case.gain < 0]),
        ):
            for rank, case in enumerate(of_kind, 1):
                case.picture.save(temporary / f"{kind}-{rank:02d}-{case.image_id:06d}.jpg", quality=90)


def enhanced_picture(enhancer: Enhancer, frame: Frame) -> Frame:
    """The whole image that level 5 makes of a frame, in the frame's own size."""
    images, (geometry,) = enhancer.detector.prepare([frame])
    image = enhancer.enhance_images(images)[0].permute(1, 2, 0).mul(255).round().byte().cpu().numpy()
    right = geometry.left + geometry.width * geometry.scale_x
    bottom = geometry.top + geometry.height * geometry.scale_y
    size, place = (geometry.width, geometry.height), (geometry.left, geometry.top, right, bottom)
    return np.array(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC, box=place))


def _make_case(
    enhancer: Enhancer, dataset: Dataset, report: Report, row: int, gain: float, score: float
) -> Case:
    level, info, frame = report.best_level, dataset.frames[row], dataset.frame(row)
    categories = COCO_NAMES | enhancer.detector.categories | dataset.categories
    targets = dataset.targets(row)
    before, after = (_shown(report.passes.levels[k][row], report, score) for k in (0, level))
    left = _annotate(frame, targets, before, categories)
    right = _annotate(enhanced_picture(enhancer, frame), targets, after, categories)
    ap50 = [report.by_frame[k][row, 1] for k in (0, level)]
    confidence = report.confidences[row]
    caption = (
        f"{info.camera}, frame {info.index}   "
        f"c {'–' if confidence is None else f'{confidence:.2f}'}   "
        f"level 0: AP50 {ap50[0]:.2f}   level {level}: {ap50[1]:.2f}"
    )
    return Case(row, info.image_id, level, gain, _side_by_side(left, right, caption))


def _shown(found: Detections, report: Report, score: float) -> Detections:
    """The boxes that were judged, from `score` on."""
    judged = np.isin(found.category_ids, list(report.category_ids))
    return Detections(found.boxes_xyxy[judged], found.scores[judged], found.category_ids[judged]).above(score)


def _annotate(frame: Frame, targets: Targets, found: Detections, categories: Mapping[int, str]) -> Frame:
    counted = targets.boxes_xyxy[~targets.ignore]
    reference = draw_boxes(frame, counted, [""] * len(counted), [REFERENCE] * len(counted), width=1)
    return draw_detections(reference, found, categories)


def _side_by_side(left: Frame, right: Frame, caption: str) -> Image.Image:
    height, width = left.shape[:2]
    picture = Image.new("RGB", (2 * width + 4, height + CAPTION), BACKGROUND)
    picture.paste(Image.fromarray(left), (0, 0))
    picture.paste(Image.fromarray(right), (width + 4, 0))
    font = ImageFont.load_default(16)
    ImageDraw.Draw(picture).text((8, height + 7), caption, fill=TEXT, font=font)
    return picture
