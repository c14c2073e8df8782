"""How well D_f tells hard frames from easy ones, and what difficulty its output stands for."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from turbo_cli.data import Dataset
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.calibration import Calibration, fit_calibration
from turbo_cli.enhancement.difficulty import confidence
from turbo_cli.enhancement.discriminators import FrameDiscriminator

Logits = NDArray[np.float64]


@torch.inference_mode()
def frame_logits(detector: SplitDetector, discriminator: FrameDiscriminator, dataset: Dataset) -> Logits:
    """D_f's (N,) logits of every frame, high for easy ones."""
    logits = []
    for i in range(len(dataset)):
        images, _ = detector.prepare([dataset.frame(i)])
        logits.append(float(discriminator(images)[0]))
    return np.array(logits, np.float64)


def auc(easy: Logits, hard: Logits) -> float:
    """How often an easy frame gets a higher logit than a hard one (area under the ROC curve)."""
    return float(mannwhitneyu(easy, hard).statistic / (len(easy) * len(hard)))


@torch.inference_mode()
def calibrate(
    detector: SplitDetector, discriminator: FrameDiscriminator, dataset: Dataset, roi_score: float
) -> Calibration:
    """Isotonic fit of θ = 1 − c on D_f's logits over held-out frames; no RoI at all counts as θ = 1."""
    logits, difficulties = [], []
    for i in range(len(dataset)):
        images, geometry = detector.prepare([dataset.frame(i)])
        found = detector.detect(detector.encode(images), geometry)[0]
        mean_score = confidence(found, roi_score)
        if mean_score is None and len(dataset.targets(i)) == 0 and dataset.labelled:
            continue
        logits.append(float(discriminator(images)[0]))
        difficulties.append(1.0 if mean_score is None else 1.0 - mean_score)
    return fit_calibration(np.array(logits), np.array(difficulties))
