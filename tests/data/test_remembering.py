"""Frames that stay decoded."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from tests.data.videos import decode_all, write_video
from turbo_cli.data import open_dataset
from turbo_cli.data.dataset import StoredDataset
from turbo_cli.data.remembering import remember


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The frames that the dataset itself was asked for."""
    asked = list[int]()
    decode = StoredDataset.frame

    def counted(self: StoredDataset, index: int) -> object:
        asked.append(index)
        return decode(self, index)

    monkeypatch.setattr(StoredDataset, "frame", counted)
    return asked


def test_a_frame_is_decoded_once_and_is_the_same(tmp_path: Path, decoded: list[int]) -> None:
    path = write_video(tmp_path / "street.mp4", codec="mpeg4", frames=12)
    expected = decode_all(path)
    dataset = open_dataset(path)
    remembered = remember(dataset)
    for index in (7, 3, 11, 3, 7, 7):
        assert np.array_equal(remembered.frame(index), expected[index])
    assert decoded == [7, 3, 11]
    assert len(remembered) == 12 and list(remembered.frames) == list(dataset.frames)


def test_what_does_not_fit_is_decoded_each_time(tmp_path: Path, decoded: list[int]) -> None:
    path = write_video(tmp_path / "street.mp4", codec="mpeg4", frames=12)
    expected = decode_all(path)
    remembered = remember(open_dataset(path), most_bytes=2 * expected[0].nbytes)
    for index in (7, 3, 11, 3, 7, 11):
        assert np.array_equal(remembered.frame(index), expected[index])
    assert decoded == [7, 3, 11, 11]


def test_another_process_begins_with_nothing(tmp_path: Path) -> None:
    path = write_video(tmp_path / "street.mp4", codec="mpeg4", frames=2)
    remembered = remember(open_dataset(path))
    small = len(pickle.dumps(remembered))
    frame = remembered.frame(1)
    again = pickle.dumps(remembered)
    assert len(again) == small
    assert np.array_equal(pickle.loads(again).frame(1), frame)
