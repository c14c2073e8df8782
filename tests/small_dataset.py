"""A few random frames of 64×48 pixels as COCO JSON, for tests of what is built on datasets."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

CATEGORIES = {3: "car", 6: "bus"}


def write_street(folder: Path, frames: int = 6, labelled: bool = True, cars: int = 2) -> Path:
    """Frame i has i % 3 buses of 40×40 pixels, and `cars` cars of 10×10 pixels from frame 1 on."""
    folder.mkdir(parents=True)
    images = [
        {"id": i + 1, "file_name": f"{i}.png", "width": 64, "height": 48, "camera": "street"}
        for i in range(frames)
    ]
    for i in range(frames):
        pixels = np.random.default_rng(i).integers(0, 256, (48, 64, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{i}.png")
    boxes = [(i, 6, (20.0 * k, 4.0, 40.0, 40.0)) for i in range(frames) for k in range(i % 3)]
    boxes += [(i, 3, (12.0 * k, 30.0, 10.0, 10.0)) for i in range(1, frames) for k in range(cars)]
    annotations = [
        {"id": number, "image_id": i + 1, "category_id": category, "bbox": box, "area": box[2] * box[3]}
        for number, (i, category, box) in enumerate(boxes, 1)
    ]
    content = {
        "images": images,
        "categories": [{"id": number, "name": name} for number, name in CATEGORIES.items()],
        **({"annotations": annotations} if labelled else {}),
    }
    path = folder / "labels.json"
    path.write_text(json.dumps(content))
    return path
