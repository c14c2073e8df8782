"""A synthetic street as a video, and what is needed to try it."""

from dataclasses import replace
from pathlib import Path

from tests.profiling.streets import make_enhancer, write_enhancer
from tests.simulation.profiles import make_profile
from turbo_cli.artifacts import accuracy, latency
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.synth.footage import footage
from turbo_cli.data.video_writer import write_video
from turbo_cli.detectors import SplitDetector
from turbo_cli.enhancement.ladders import EnhancerLadder
from turbo_cli.scheduling.profile import Profile
from turbo_cli.simulation.scenario import Scenario
from turbo_cli.trying.changes import make_shown
from turbo_cli.trying.shots import Film
from turbo_cli.trying.trial import Trial

FPS = 10
SIZE = (320, 192)


def write_street(path: Path, frames: int = 24) -> Path:
    """One camera by day and night."""
    shots = footage(43, 0, frames, SIZE, FPS, ("clean", "night"))
    write_video(path, (shot.frame for shot in shots), FPS)
    return path


def make_trial(
    folder: Path,
    video: Path | Dataset,
    detector: SplitDetector,
    trained: bool = True,
    profile: Profile | None = None,
    scenario: Scenario | None = None,
) -> Trial:
    """An enhancer of random weights, or one that changes nothing, and a made-up profile."""
    enhancer = make_enhancer(trained, detector=detector)
    ladder = EnhancerLadder(enhancer, write_enhancer(folder / "enhancer.safetensors", enhancer))
    scenario = scenario or Scenario(window=200, order="detect-first")
    dataset = open_dataset(video) if isinstance(video, Path) else video
    film = Film(dataset, ladder, scenario.pipeline)
    shown = make_shown(detector.categories, None, 0.3)
    return Trial(film, _on_disk(profile or make_profile(), folder), scenario, shown)


def _on_disk(profile: Profile, folder: Path) -> Profile:
    latency.write(folder / "latency.csv", profile.latency_table)
    accuracy.write(folder / "accuracy.csv", profile.accuracy_table)
    return replace(profile, folder=folder)
