"""Datasets joined: every frame and box under its own camera, nothing under two ids."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.test_dataset import box, coco, save_image, write_json
from tests.data.test_splitting import cameras_of
from turbo_cli.artifacts.dataset import Annotation, Category, DatasetFile
from turbo_cli.data import open_dataset
from turbo_cli.data.joining import join
from turbo_cli.data.sources import find_source
from turbo_cli.data.splitting import write_referring
from turbo_cli.errors import TurboError


def named(prefix: str, lengths: list[int], classes: dict[int, str]) -> DatasetFile:
    """Cameras with one box of the first class in every frame."""
    content = cameras_of(lengths)
    return content.model_copy(
        update={
            "images": tuple(one.model_copy(update={"camera": prefix + one.camera}) for one in content.images),
            "annotations": tuple(
                Annotation(id=number, image_id=one.id, category_id=min(classes), bbox=(0, 0, 2, 2), area=4)
                for number, one in enumerate(content.images)
            ),
            "categories": tuple(Category(id=number, name=name) for number, name in classes.items()),
        }
    )


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4), st.lists(st.integers(1, 6), min_size=1, max_size=4)
)
def test_every_frame_keeps_its_camera_and_its_box(one: list[int], other: list[int]) -> None:
    joined = join([named("a", one, {1000: "tram"}), named("b", other, {1000: "cart", 3: "car"})])
    assert len({image.id for image in joined.images}) == len(joined.annotations) == sum(one) + sum(other)
    assert len({annotation.id for annotation in joined.annotations}) == len(joined.annotations)
    camera = {image.id: image.camera for image in joined.images}
    name = {category.id: category.name for category in joined.categories}
    for annotation in joined.annotations:
        prefix = camera[annotation.image_id][0]
        assert name[annotation.category_id] == {"a": "tram", "b": "car"}[prefix]
    assert [len(sequence.image_ids) for sequence in joined.sequences] == one + other


def test_only_some_cameras() -> None:
    joined = join([named("a", [2, 3], {3: "car"}), named("b", [4], {3: "car"})], ["ac1", "bc0"])
    assert [sequence.camera for sequence in joined.sequences] == ["ac1", "bc0"]


def test_unlabelled_frames_leave_the_whole_unlabelled() -> None:
    bare = named("b", [1], {3: "car"}).model_copy(update={"labelled": False})
    assert not join([named("a", [1], {3: "car"}), bare]).labelled


def test_a_camera_twice_or_nowhere_is_an_error() -> None:
    street = named("a", [2], {3: "car"})
    with pytest.raises(TurboError, match="'ac0' is in two"):
        join([street, street])
    with pytest.raises(TurboError, match="no camera 'ac1'"):
        join([street], ["ac1"])


def test_written_it_shows_the_same_pixels(tmp_path: Path) -> None:
    for name, shade in (("one", 40), ("two", 200)):
        save_image(tmp_path / name / "0.png", shade)
        write_json(
            tmp_path / name / "labels.json",
            coco(
                [{"id": 1, "file_name": "0.png"}],
                annotations=[box(1, 1, 3)],
                categories=[{"id": 3, "name": "car"}],
            ),
        )
    contents = [find_source(tmp_path / name / "labels.json").content for name in ("one", "two")]
    (tmp_path / "both").mkdir()
    write_referring(join(contents), tmp_path / "both", tmp_path / "both")
    both = open_dataset(tmp_path / "both")
    assert [info.camera for info in both.frames] == ["one", "two"]
    assert both.frame(0).mean() < both.frame(1).mean()
    assert [len(both.targets(row).boxes_xyxy) for row in (0, 1)] == [1, 1]
