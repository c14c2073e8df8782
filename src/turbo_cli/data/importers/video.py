"""Videos without labels: each file is a camera."""

from collections.abc import Iterator
from pathlib import Path

from turbo_cli.data.importers.reading import files_below
from turbo_cli.data.importers.report import Report
from turbo_cli.data.importers.source import SourceFrame
from turbo_cli.data.video import VIDEO_SUFFIXES
from turbo_cli.data.video_index import VideoIndex, index_video
from turbo_cli.errors import TurboError


def read_frames(source: Path, images: Path | None, report: Report) -> Iterator[SourceFrame]:
    """Every frame of the video, or of all videos below the folder; each file is a camera."""
    paths = files_below(source, VIDEO_SUFFIXES)
    if not paths:
        raise TurboError(f"{source}: no video in it", f"known: {' '.join(sorted(VIDEO_SUFFIXES))}")
    for path in paths:
        camera = path.stem if source.is_file() else path.relative_to(source).with_suffix("").as_posix()
        index = index_video(path)
        for frame in range(len(index)):
            yield video_frame(index, frame, camera)


def video_frame(index: VideoIndex, frame: int, camera: str) -> SourceFrame:
    """Frame `frame` (from 0) of an indexed video, without labels."""
    return SourceFrame(
        camera,
        index.path,
        index.width,
        index.height,
        video_frame=frame,
        timestamp=float(index.timestamps[frame]),
        fps=index.fps,
    )
