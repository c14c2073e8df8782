"""Opening what users have: labels, lengths and pixels, lazily and across processes."""

import json
from collections import Counter
from pathlib import Path

from turbo_cli.data import open_dataset


def test_real_clip_has_its_labels_and_frames(shared_data: Path) -> None:
    path = shared_data / "ua-detrac" / "clip" / "labels.coco.json"
    dataset = open_dataset(path)
    assert len(dataset) == 252
    assert dataset.frame(0).shape == (540, 960, 3)
    stored = Counter(one["category_id"] for one in json.loads(path.read_text())["annotations"])
    read = Counter(int(number) for i in range(252) for number in dataset.targets(i).category_ids)
    assert read == stored
    assert dataset.targets(100).ignore_regions_xyxy.tolist() == [[0, 0, 960, 170]]
    assert dataset.frames[100].timestamp == 100 / 30
