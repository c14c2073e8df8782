"""Frozen detectors, split into five stages behind `SplitDetector`."""

from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.loading import load_detector

__all__ = ["SplitDetector", "load_detector"]
