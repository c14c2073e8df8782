"""Does a service grow? Its memory while four cameras play from files, faster than cameras do.

    turbo data synth street/ --cameras 4 --frames 250 --fps 5 --seed 77
    python -m benchmarks.serving_memory street/ [FPS [MINUTES]]

At 20 frames a second of each camera a minute is worth four of cameras with 5. Memory grows until every size
of batch has been seen; the last line is the slope over the second half.
"""

import sys
import tempfile
import time
from pathlib import Path

import psutil
from benchmarks.served import TURBO, write_film, write_project
from scipy.stats import linregress
from tests.serving.processes import serve_process

from turbo_cli.data import open_dataset
from turbo_cli.data.selection import split_off_cameras

SAMPLE_S = 15.0


def main() -> None:
    dataset = open_dataset(Path(sys.argv[1]))
    fps = int(sys.argv[2]) if sys.argv[2:] else 20
    minutes = float(sys.argv[3]) if sys.argv[3:] else 10.0
    names = list(dict.fromkeys(frame.camera for frame in dataset.frames))
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "project"
        folder.mkdir()
        for name in names:
            write_film(folder / f"{name}.mp4", split_off_cameras(dataset, [name])[1], fps)
        cameras = [{"name": name, "url": f"{name}.mp4"} for name in names]
        write_project(folder, cameras, TURBO, window_ms=400, frames_a_camera=10)
        with serve_process(folder) as served:
            watch(psutil.Process(served.process.pid), folder / "results.ndjson", 60 * minutes)


def watch(process: psutil.Process, results: Path, seconds: float) -> None:
    """Print the memory now and then, and its slope by frames over the second half."""
    begun, samples = time.monotonic(), list[tuple[int, float]]()
    while (passed := time.monotonic() - begun) < seconds:
        time.sleep(SAMPLE_S)
        frames = sum(1 for _ in results.open())
        samples.append((frames, process.memory_info().rss / 2**20))
        print(f"{passed:4.0f} s  {frames:6} frames  {samples[-1][1]:6.0f} MiB", flush=True)
    half = samples[len(samples) // 2 :]
    slope = linregress([frames for frames, _ in half], [mebibytes for _, mebibytes in half])
    print(f"second half: {1000 * slope.slope:+.2f} ± {2000 * slope.stderr:.2f} MiB per 1,000 frames")


if __name__ == "__main__":
    main()
