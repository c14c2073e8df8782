"""What each way of an evaluation found, as COCO result lists."""

from pathlib import Path

from turbo_cli.artifacts import detections
from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.data import Dataset
from turbo_cli.profiling.passes import Passes


def write_boxes(folder: Path, dataset: Dataset, passes: Passes) -> None:
    """Write `level-0.json` … `level-5.json`, `mirrored.json`, `baseline-NAME.json` and `no-op-NAME.json`.

    All of them or none.

    Raises `TurboError` if the folder holds anything already.
    """
    found = {f"level-{level}": of_level for level, of_level in passes.levels.items()}
    found |= {"mirrored": passes.mirrored}
    found |= {f"baseline-{name}": boxes for name, boxes in passes.baselines.items()}
    found |= {f"no-op-{name}": boxes for name, boxes in passes.no_ops.items() if name != "mirrored"}
    with replacing_folder(folder) as temporary:
        for name, by_frame in found.items():
            ids = (info.image_id for info in dataset.frames)
            detections.write(temporary / f"{name}.json", dict(zip(ids, by_frame, strict=True)))
