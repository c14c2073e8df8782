"""Frozen detectors, split into five stages behind `SplitDetector`."""
