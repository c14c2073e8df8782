"""Frames and their ground truth: datasets, importers, video, synthetic traffic."""

from turbo_cli.data.dataset import Dataset, open_dataset

__all__ = ["Dataset", "open_dataset"]
