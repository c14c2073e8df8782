"""The weights cache: what lies where, what gets in, and what does not."""

import shutil
from pathlib import Path

import pytest

from tests.detectors.flaky_server import Behaviour, serving
from turbo_cli.detectors.catalogue import CATALOGUE, published_at
from turbo_cli.detectors.download import has_digest
from turbo_cli.detectors.store import (
    cache_folder,
    import_weights,
    list_weights,
    pull_weights,
    require_weights,
    weights_path,
)
from turbo_cli.errors import TurboError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TURBO_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def yolo_fastest(shared_data: Path) -> Path:
    """The real weights; their cfg lies beside them."""
    return shared_data / "weights" / "yolo-fastest" / "yolo-fastest-1.1-xl.weights"


def test_the_cache_follows_the_environment(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert weights_path("yolov3") == cache / "weights" / "yolov3.weights"
    monkeypatch.setenv("TURBO_CACHE", "~/elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv("TURBO_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert tmp_path in cache_folder().parents


def test_every_entry_has_what_a_pull_needs() -> None:
    for name, entry in CATALOGUE.items():
        if not entry.packaged and entry.address is not None:
            assert published_at(name) == (entry.address, entry.sha256)
            assert entry.sha256 is not None
            assert len(entry.sha256) == 64
    assert len({entry.file_name for entry in CATALOGUE.values()}) == len(CATALOGUE)


@pytest.mark.parametrize("name", [name for name, entry in CATALOGUE.items() if entry.address is None])
def test_libraries_publish_checksums_in_their_file_names(name: str) -> None:
    if CATALOGUE[name].packaged:
        with pytest.raises(TurboError, match="ship with Turbo"):
            published_at(name)
    else:
        address, digits = published_at(name)
        assert address.startswith("https://")
        assert len(digits) >= 8
        assert f"-{digits}." in address


def test_the_published_checksum_is_that_of_the_real_file(yolo_fastest: Path) -> None:
    assert has_digest(yolo_fastest, published_at("yolo-fastest-xl")[1])


def test_import_and_list(yolo_fastest: Path) -> None:
    before = {weights.name: weights for weights in list_weights()}
    assert list(before) == list(CATALOGUE)
    assert before["yolo-fastest-xl"].size_bytes is None
    path = import_weights("yolo-fastest-xl", yolo_fastest)
    assert path.read_bytes() == yolo_fastest.read_bytes()
    assert path.with_suffix(".cfg").read_bytes() == yolo_fastest.with_suffix(".cfg").read_bytes()
    after = {weights.name: weights for weights in list_weights()}["yolo-fastest-xl"]
    assert (after.path, after.size_bytes) == (path, yolo_fastest.stat().st_size)
    assert require_weights("yolo-fastest-xl") == path


def test_a_cfg_of_an_earlier_import_goes(yolo_fastest: Path, tmp_path: Path) -> None:
    path = import_weights("yolo-fastest-xl", yolo_fastest)
    alone = tmp_path / "alone.weights"
    shutil.copy(yolo_fastest, alone)
    assert import_weights("yolo-fastest-xl", alone) == path
    assert not path.with_suffix(".cfg").exists()


def test_importing_the_installed_file_keeps_it(yolo_fastest: Path) -> None:
    path = import_weights("yolo-fastest-xl", yolo_fastest)
    assert import_weights("yolo-fastest-xl", path) == path
    assert path.with_suffix(".cfg").is_file()
    assert has_digest(path, published_at("yolo-fastest-xl")[1])


def test_what_does_not_load_is_not_installed(yolo_fastest: Path, tmp_path: Path) -> None:
    path = import_weights("yolo-fastest-xl", yolo_fastest)
    cut = tmp_path / "cut.weights"
    cut.write_bytes(yolo_fastest.read_bytes()[:-400])
    with pytest.raises(TurboError, match=r"cut\.weights"):
        import_weights("yolo-fastest-xl", cut)
    assert has_digest(path, published_at("yolo-fastest-xl")[1])
    other = tmp_path / "other.weights"  # away from its cfg, which would make it a network of its own
    shutil.copy(yolo_fastest, other)
    with pytest.raises(TurboError, match=r"other\.weights"):
        import_weights("yolov3", other)
    assert not weights_path("yolov3").exists()


@pytest.mark.parametrize(
    ("name", "file_name", "says"),
    [
        ("tiny", "x.safetensors", "ship with Turbo"),
        ("faster-rcnn", "x.safetensors", r"kept as \.pth"),
        ("yolov4", "x.weights", "did you mean 'yolov3'"),
        ("yolov3", "absent.weights", "no such file"),
    ],
)
def test_imports_that_cannot_be(tmp_path: Path, name: str, file_name: str, says: str) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"x")
    (tmp_path / "x.weights").write_bytes(b"x")
    with pytest.raises(TurboError, match=says):
        import_weights(name, tmp_path / file_name)


def test_pull_from_a_mirror(yolo_fastest: Path) -> None:
    body = yolo_fastest.read_bytes()
    stale = weights_path("yolo-fastest-xl").with_suffix(".cfg")
    stale.parent.mkdir(parents=True)
    stale.write_text("of an earlier import")
    with serving(Behaviour(body, cut_after=[2_000_000])) as address:
        path = pull_weights("yolo-fastest-xl", f"{address}/any-name.weights")
    assert path.read_bytes() == body
    assert not stale.exists()
    with serving(Behaviour(body[:-4] + b"oops")) as address:
        path.unlink()
        with pytest.raises(TurboError, match="SHA-256"):
            pull_weights("yolo-fastest-xl", address)
    assert not path.exists()
