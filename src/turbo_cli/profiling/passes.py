"""All detections that an evaluation compares, in one walk over the frames."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.enhancement.baselines import Baseline
from turbo_cli.enhancement.enhancer import LEVELS, Enhancer
from turbo_cli.enhancement.execution import enhanced_levels
from turbo_cli.profiling.references import References
from turbo_cli.profiling.views import MIRRORED, View, detect_view, no_ops
from turbo_cli.progress import Track, untracked

FrameDetections = list[Detections]
"""One entry a frame."""


@dataclass(frozen=True, eq=False)
class Passes:
    """What was found in every frame.

    levels: by level 0…5. mirrored: level 0 on the mirrored frame. baselines: level 0 on each baseline's
    frame. no_ops: level 0 on as many changes that make nothing clearer. references: by kind and name.
    predicted_difficulties: θ′.
    """

    levels: dict[int, FrameDetections]
    mirrored: FrameDetections
    baselines: dict[str, FrameDetections]
    no_ops: dict[str, FrameDetections]
    references: dict[tuple[str, str], FrameDetections]
    predicted_difficulties: list[float]


def run_passes(
    enhancer: Enhancer,
    dataset: Dataset,
    baselines: Mapping[str, Baseline],
    references: References,
    batch_size: int = 8,
    track: Track = untracked,
) -> Passes:
    """Run every level, baseline, no-op and reference over the dataset, `batch_size` frames at a time."""
    controls = no_ops(len(baselines))
    clearer = {name: View(baseline) for name, baseline in baselines.items()}
    passes = Passes(
        levels={level: [] for level in (0, *LEVELS)},
        mirrored=[],
        baselines={name: [] for name in clearer},
        no_ops={name: [] for name in controls},
        references={way: [] for way in references},
        predicted_difficulties=[],
    )
    starts = range(0, len(dataset), batch_size)
    for start in track(starts, "detecting", len(starts)):
        frames = [dataset.frame(i) for i in range(start, min(start + batch_size, len(dataset)))]
        with torch.inference_mode():
            images, geometry = enhancer.detector.prepare(frames)
            features = enhancer.detector.encode(images)
            maps = enhanced_levels(enhancer.detector, enhancer.decoder, images, features, LEVELS)
            for level, at_level in ({0: features} | maps).items():
                passes.levels[level].extend(enhancer.detector.detect(at_level, geometry))
        passes.predicted_difficulties.extend(enhancer.predict_difficulties(images))
        passes.mirrored.extend(detect_view(enhancer.detector, frames, MIRRORED))
        for views, found in ((clearer, passes.baselines), (controls, passes.no_ops)):
            for name, view in views.items():
                if view is not MIRRORED:
                    found[name].extend(detect_view(enhancer.detector, frames, view))
        for way, detect in references.items():
            passes.references[way].extend(detect(frames))
    if controls:
        passes.no_ops["mirrored"] = passes.mirrored
    return passes
