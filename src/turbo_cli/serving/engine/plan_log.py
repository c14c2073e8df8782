"""The plans of all windows on disk, as `turbo schedule-sim` writes them."""

import logging
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from turbo_cli.artifacts import plan
from turbo_cli.artifacts.atomic import check_file
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.artifacts.rows import Writer
from turbo_cli.artifacts.sidecar import sidecar_path
from turbo_cli.errors import TurboError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlanFiles:
    """Where plans go: so many windows a file, and the latest files stay."""

    folder: Path
    windows: int = 3000
    keep: int = 10


class PlanLog:
    """Writes `folder/plan-<time of its first window>.jsonl`; a file appears when it is full, or by `close`.

    provenance: of the plans. What the disk refuses is warned of and costs a file. Raises `TurboError` if the
    folder cannot be written.
    """

    def __init__(self, files: PlanFiles, provenance: Provenance) -> None:
        check_file(files.folder / "plan.jsonl")
        self._files = files
        self._provenance = provenance
        self._open = ExitStack()
        self._writer: Writer[WindowPlan] | None = None
        self._refused = 0

    def append(self, row: WindowPlan) -> None:
        """Add a window's plan; from one thread."""
        if self._refused:
            self._refused -= 1
            return
        try:
            self._writer = self._writer or self._begin()
            self._writer.append(row)
            if self._writer.count >= self._files.windows:
                self._end()
        except (OSError, TurboError) as error:
            self._give_up(error)

    def close(self) -> None:
        """Finish the file that is being written."""
        try:
            self._end()
        except (OSError, TurboError) as error:
            self._give_up(error)

    def _begin(self) -> Writer[WindowPlan]:
        name = f"plan-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.jsonl"
        return self._open.enter_context(plan.writing(self._files.folder / name, self._provenance))

    def _end(self) -> None:
        self._writer = None
        self._open.close()
        for old in sorted(self._files.folder.glob("plan-*.jsonl"))[: -self._files.keep]:
            sidecar_path(old).unlink(missing_ok=True)
            old.unlink()

    def _give_up(self, error: Exception) -> None:
        _log.warning("plans: the next %d are not written: %s", self._files.windows, error)
        self._writer, self._refused = None, self._files.windows
        with suppress(TurboError, OSError):  # said already
            self._open.__exit__(type(error), error, None)
