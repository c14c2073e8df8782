"""Some frames as a dataset, and cameras held out."""

from pathlib import Path

import numpy as np
import pytest

from turbo_cli.artifacts.dataset import FILE_NAME, DatasetFile, Image, write
from turbo_cli.data import open_dataset
from turbo_cli.data.selection import Selection, split_off_cameras
from turbo_cli.errors import TurboError


@pytest.fixture
def three_cameras(tmp_path: Path) -> Path:
    from PIL import Image as Picture

    images = []
    for number in range(6):
        Picture.fromarray(np.full((4, 4, 3), 40 * number, np.uint8)).save(tmp_path / f"{number}.png")
        images.append(
            Image(
                id=number + 1,
                width=4,
                height=4,
                file_name=f"{number}.png",
                camera="abc"[number % 3],
                frame_index=number // 3,
            )
        )
    write(tmp_path / FILE_NAME, DatasetFile(images=tuple(images), labelled=False))
    return tmp_path


def test_a_selection_shows_the_chosen_frames_in_their_order(three_cameras: Path) -> None:
    whole = open_dataset(three_cameras)
    chosen = Selection(whole, (4, 0))
    assert len(chosen) == 2 and not chosen.labelled
    assert [info.image_id for info in chosen.frames] == [whole.frames[4].image_id, whole.frames[0].image_id]
    assert np.array_equal(chosen.frame(0), whole.frame(4))


def test_held_out_cameras_are_wholly_apart(three_cameras: Path) -> None:
    rest, held_out = split_off_cameras(open_dataset(three_cameras), ["b"])
    assert {info.camera for info in rest.frames} == {"a", "c"} and len(rest) == 4
    assert {info.camera for info in held_out.frames} == {"b"} and len(held_out) == 2


def test_an_unknown_camera_is_named(three_cameras: Path) -> None:
    with pytest.raises(TurboError, match="no camera 'd'"):
        split_off_cameras(open_dataset(three_cameras), ["d"])
