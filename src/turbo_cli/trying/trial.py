"""What is tried: a film, a device, and how it is planned."""

from dataclasses import dataclass
from itertools import islice

from turbo_cli.artifacts.metadata import Provenance, hash_file
from turbo_cli.progress import Track, untracked
from turbo_cli.scheduling.costs import Order
from turbo_cli.scheduling.profile import Profile
from turbo_cli.simulation.execution import level_0_ms
from turbo_cli.simulation.scenario import SAMPLE, Scenario, Setting, choose_order
from turbo_cli.trying.changes import Shown
from turbo_cli.trying.findings import Findings
from turbo_cli.trying.playing import arrivals
from turbo_cli.trying.profiles import profile_name
from turbo_cli.trying.shots import Film
from turbo_cli.trying.words import overload


@dataclass(frozen=True, eq=False)
class Trial:
    """What is tried: a film at the levels of an enhancer, on a device with this profile.

    scenario: its window, order, gain and pipeline. shown: which boxes count.
    """

    film: Film
    profile: Profile
    scenario: Scenario
    shown: Shown

    def order(self, track: Track = untracked) -> Order:
        """The order that is asked for, or the one that gains more over the first frames."""
        if self.scenario.order != "auto":
            return self.scenario.order
        seen = min(SAMPLE, len(self.film.video))
        first = track(islice(self.film, seen), "looking ahead", seen)
        return choose_order(arrivals(first, self.profile.roi_score), self.scenario, Setting(self.profile))

    def in_words(self, order: Order) -> str:
        """What runs, and how."""
        scenario = self.scenario
        return (
            f"{self.film.ladder.base.name} with {self.film.ladder.path.name}, planned by the profile"
            f" {profile_name(self.profile)} in windows of {scenario.window:g} ms, {order}; pipeline"
            f" {scenario.pipeline}. Boxes count from a score of {self.shown.score:g}."
        )

    def overload(self, findings: Findings) -> list[str]:
        """What to say of frames that were dropped."""
        return overload(findings, level_0_ms(self.profile.latency, self.scenario.execution, 1))

    def provenance(self, order: Order) -> Provenance:
        """Of `frames.csv`."""
        scenario, detector = self.scenario, self.film.ladder.base
        files = [self.profile.folder / name for name in ("latency.csv", "accuracy.csv")]
        return Provenance(
            detector=detector.name,
            detector_weights_hash=detector.weights_hash,
            settings={
                "source": self.film.video.path.name,
                "pipeline": scenario.pipeline,
                "window": scenario.window,
                "order": order,
                "gain": scenario.gain,
                "score": self.shown.score,
                "classes": list(self.shown.names.values()) if self.shown.merged else None,
            },
            parents={path.name: hash_file(path) for path in [self.film.ladder.path, *files]},
        )
