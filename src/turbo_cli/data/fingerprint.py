"""Telling whether two datasets are the same."""

import hashlib

from turbo_cli.data.dataset import Dataset


def dataset_hash(dataset: Dataset) -> str:
    """SHA-256 (64 hex digits) of all that is known of the frames and of their labels, wherever they lie.

    Pixels are not read: a frame that was repainted in place is not noticed.
    """
    digest = hashlib.sha256(repr((dataset.labelled, sorted(dataset.categories.items()))).encode())
    for index, info in enumerate(dataset.frames):
        truth = dataset.targets(index)
        arrays = (truth.boxes_xyxy, truth.category_ids, truth.ignore, truth.ignore_regions_xyxy)
        digest.update(repr((info, [array.shape for array in arrays])).encode())
        for array in arrays:
            digest.update(array.tobytes())
    return digest.hexdigest()
