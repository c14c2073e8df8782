"""A profile as it lies on disk: `latency.csv` and `accuracy.csv` of one detector on one device."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from turbo_cli.artifacts import accuracy
from turbo_cli.artifacts import latency as latency_csv
from turbo_cli.artifacts.accuracy import AccuracyTable
from turbo_cli.artifacts.latency import LatencyTable
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.errors import TurboError, nearest
from turbo_cli.scheduling.costs import Order
from turbo_cli.scheduling.gains import GainTable, Reading, Statistic, gain_table
from turbo_cli.scheduling.latency import LatencyProfile, latency_profile

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
        """P[θ bucket, κ] by the θ that this order plans by."""
        return gain_table(self.accuracy_table.rows, READINGS[order], statistic, self.folder / "accuracy.csv")

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
    folder: Path | str,
    detector: str | None = None,
    detector_weights_hash: str | None = None,
    enhancer_hash: str | None = None,
) -> Profile:
    """Read a profile: a folder, or the name of a shipped one such as `t4/yolov3`.

    detector, detector_weights_hash, enhancer_hash (SHA-256 of the enhancer's file): refuse a profile that was
    made for another; None takes any. Raises `TurboError` naming file, row and column or key.
    """
    found = find_profile(folder)
    times = latency_csv.read(found / "latency.csv", detector, detector_weights_hash)
    gains = accuracy.read(found / "accuracy.csv", detector, detector_weights_hash)
    gains.provenance.require(
        found / "latency.csv.json", times.provenance.detector, times.provenance.detector_weights_hash
    )
    for name, table in (("latency.csv", times), ("accuracy.csv", gains)):
        _require_enhancer(found / f"{name}.json", table.provenance, enhancer_hash)
    if not set(times.provenance.parents.values()) <= set(gains.provenance.parents.values()):
        raise TurboError(
            f"{found / 'accuracy.csv.json'}: key parents: made with another enhancer than latency.csv",
            "`turbo profile` makes both anew",
        )
    profile = Profile(found, times, gains, latency_profile(times.rows, found / "latency.csv"))
    for order in READINGS:
        profile.gains(order)
    return profile


def _require_enhancer(path: Path, provenance: Provenance, enhancer_hash: str | None) -> None:
    """Raise `TurboError` unless it was made with this enhancer, or with none (published figures)."""
    if enhancer_hash is not None and not _made_with(enhancer_hash, provenance):
        raise TurboError(
            f"{path}: key parents: made with another enhancer, not {enhancer_hash[:12]}…",
            "`turbo profile` makes one for yours",
        )


def _made_with(enhancer_hash: str, provenance: Provenance) -> bool:
    parents = provenance.parents.values()
    return not parents or enhancer_hash in parents


def find_profile(name: Path | str) -> Path:
    """The folder itself, or the shipped profile of this name. Raises `TurboError` if there is none."""
    if Path(name).is_dir():
        return Path(name)
    shipped = shipped_profiles()
    if str(name) not in shipped:
        raise TurboError(f"{name}: no such folder, and no shipped profile", nearest(str(name), shipped))
    return shipped[str(name)]


def shipped_profiles() -> dict[str, Path]:
    """The folders of the profiles that come with Turbo, by name: `<gpu>/<detector>`."""
    in_wheel, in_checkout = PACKAGE / "profiles", PACKAGE.parents[1] / "profiles"
    folder = in_wheel if in_wheel.is_dir() else in_checkout
    return {
        str(path.parent.relative_to(folder).as_posix()): path.parent
        for path in sorted(folder.glob("*/*/latency.csv"))
    }
