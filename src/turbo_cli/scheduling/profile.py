"""A profile as it lies on disk: `latency.csv` and `accuracy.csv` of one detector on one device."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from turbo_cli.artifacts import accuracy
from turbo_cli.artifacts import latency as latency_csv
from turbo_cli.artifacts.accuracy import AccuracyTable
from turbo_cli.artifacts.latency import LatencyTable
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.enhancement.levels import ENHANCER, Levels
from turbo_cli.errors import MissingFileError, TurboError, did_you_mean
from turbo_cli.scheduling.costs import Order
from turbo_cli.scheduling.gains import GainTable, Reading, Statistic, gain_table
from turbo_cli.scheduling.latency import PIECES, WHOLE, LatencyProfile, latency_profile

PACKAGE = Path(str(resources.files("turbo_cli")))

READINGS: dict[Order, Reading] = {"discriminate-first": "predicted", "detect-first": "true"}
"""Which θ each order plans by."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Both tables of a folder, checked: they belong together and nothing that a plan needs is missing."""

    folder: Path
    latency_table: LatencyTable
    accuracy_table: AccuracyTable
    latency: LatencyProfile

    def gains(self, order: Order, statistic: Statistic = "mean") -> GainTable:
        """P[θ bucket, κ] by the θ that this order plans by. Raises `TurboError` without that."""
        if order not in self.orders:
            raise TurboError(
                f"{self.folder}: levels {self.levels.name!r} have no D_f to plan by",
                "use --order detect-first",
            )
        path, levels = self.folder / "accuracy.csv", self.levels.count
        return gain_table(self.accuracy_table.rows, READINGS[order], statistic, path, levels)

    @property
    def levels(self) -> Levels:
        """What was measured above level 0."""
        return _levels(self.latency_table.provenance)

    @property
    def orders(self) -> tuple[Order, ...]:
        """In which it can be planned: without D_f, θ is known after detection alone."""
        return ("detect-first",) if self.levels.whole else tuple(READINGS)

    @property
    def roi_score(self) -> float:
        """The least score of a RoI (eq. 1) by which θ was read, and is to be read wherever gains are used."""
        recorded = self.accuracy_table.provenance.settings.get("roi_score")
        return float(recorded) if isinstance(recorded, int | float) else ROI_SCORE

    @property
    def assumed(self) -> bool:
        """Whether any gain was assumed, not measured; every result made from it must say so."""
        return any(row.source == "assumed" for row in self.accuracy_table.rows)

    def made_with(self, enhancer_hash: str) -> bool:
        """Whether it was made with this enhancer (SHA-256 of its file), or with none (published figures)."""
        tables = (self.latency_table, self.accuracy_table)
        return all(_made_with(enhancer_hash, table.provenance) for table in tables)


def load_profile(
    folder: Path | str, detector: SplitDetector | None = None, levels: Levels | None = None
) -> Profile:
    """Read a profile: a folder, or the name of a shipped one such as `t4/yolov3`.

    detector, levels: refuse a profile that was made for others, or for another input size, as far as it tells
    one; None takes any. Raises `TurboError` naming file, row and column or key.
    """
    found = find_profile(folder)
    for name in ("latency.csv", "accuracy.csv"):
        if not (found / name).exists():
            raise MissingFileError(found, "turbo profile measure", f"has no {name}")
    wanted = (detector.name, detector.weights_hash) if detector else (None, None)
    times = latency_csv.read(found / "latency.csv", *wanted)
    gains = accuracy.read(found / "accuracy.csv", *wanted)
    gains.provenance.require(
        found / "latency.csv.json", times.provenance.detector, times.provenance.detector_weights_hash
    )
    if detector:
        _require_input_size(found / "latency.csv.json", times.provenance, detector)
    if levels:
        for name, table in (("latency.csv", times), ("accuracy.csv", gains)):
            _require_levels(found / f"{name}.json", table.provenance, levels)
    _require_a_pair(found / "accuracy.csv.json", times.provenance, gains.provenance)
    measured = _levels(times.provenance)
    pieces = WHOLE[: measured.count] if measured.whole else PIECES
    latency = latency_profile(times.rows, found / "latency.csv", pieces)
    profile = Profile(found, times, gains, latency)
    for order in profile.orders:
        profile.gains(order)
    return profile


def _require_input_size(path: Path, times: Provenance, detector: SplitDetector) -> None:
    """Raise `TurboError` if latencies are of another input size; published ones, for example, tell none."""
    own, wanted = times.settings.get("input_size"), [*detector.input_size]
    if own not in (None, wanted):
        raise TurboError(
            f"{path}: key settings.input_size: made for frames of {own} pixels, not {wanted}",
            "use the --size that it was made with, or make it anew with this one",
        )


def _levels(provenance: Provenance) -> Levels:
    """An enhancer's where nothing is said."""
    return Levels(str(provenance.settings.get("levels", ENHANCER)), provenance.parents)


def _require_levels(path: Path, provenance: Provenance, levels: Levels) -> None:
    """Raise `TurboError` unless it was made of these, or an enhancer's of none (published figures)."""
    own = _levels(provenance)
    if own.name != levels.name:
        raise TurboError(
            f"{path}: key settings.levels: made for levels {own.name!r}, not {levels.name!r}",
            f"`turbo profile measure --levels {levels.name}` makes one",
        )
    for name, content in levels.parents.items():
        if not _made_with(content, provenance):
            raise TurboError(
                f"{path}: key parents: made with another {name if own.whole else ENHANCER},"
                f" not {content[:12]}…",
                "`turbo profile` makes one for yours",
            )


def _require_a_pair(path: Path, times: Provenance, gains: Provenance) -> None:
    """Raise `TurboError` unless both were made of the same levels; path: what errors name."""
    if _levels(times).name != _levels(gains).name:
        raise TurboError(
            f"{path}: key settings.levels: made for other levels than latency.csv",
            "`turbo profile` makes both anew",
        )
    if not set(times.parents.values()) <= set(gains.parents.values()):
        raise TurboError(
            f"{path}: key parents: made with another enhancer than latency.csv",
            "`turbo profile` makes both anew",
        )


def _made_with(content: str, provenance: Provenance) -> bool:
    parents = provenance.parents.values()
    return not parents or content in parents


def find_profile(name: Path | str) -> Path:
    """The folder itself, or the shipped profile of this name. Raises `TurboError` if there is none."""
    if Path(name).is_dir():
        return Path(name)
    shipped = shipped_profiles()
    if str(name) in shipped:
        return shipped[str(name)]
    problem = "no such folder, and no shipped profile"
    if hint := did_you_mean(str(name), shipped):
        raise TurboError(f"{name}: {problem}", hint)
    raise MissingFileError(Path(name), "turbo profile measure", problem)


def shipped_profiles() -> dict[str, Path]:
    """The folders of the profiles that come with Turbo, by name: `<gpu>/<detector>`."""
    in_wheel, in_checkout = PACKAGE / "profiles", PACKAGE.parents[1] / "profiles"
    folder = in_wheel if in_wheel.is_dir() else in_checkout
    return {
        str(path.parent.relative_to(folder).as_posix()): path.parent
        for path in sorted(folder.glob("*/*/latency.csv"))
    }
