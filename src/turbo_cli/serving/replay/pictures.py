"""The frames as a camera would send them."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image

from turbo_cli.data import Dataset
from turbo_cli.progress import Track

JPEG_QUALITY = 95


def encode(dataset: Dataset, rows: Iterable[int], track: Track) -> dict[int, bytes]:
    """Rows of the dataset as JPEG files, made before the start: encoding must not delay a frame."""
    wanted = sorted(set(rows))
    return {row: _jpeg(dataset, row) for row in track(wanted, "encoding", len(wanted))}


def _jpeg(dataset: Dataset, row: int) -> bytes:
    content = BytesIO()
    Image.fromarray(dataset.frame(row)).save(content, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return content.getvalue()
