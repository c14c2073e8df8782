"""The node in virtual time: frames gather in windows, and each window is planned and run when it closes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.artifacts.trace import TracedFrame
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.gains import GainTable
from turbo_cli.scheduling.latency import LatencyProfile
from turbo_cli.simulation.arrivals import Arrival
from turbo_cli.simulation.device import Device, Perturbation
from turbo_cli.simulation.execution import Executed, detect_first, discriminate_first, level_0_ms
from turbo_cli.simulation.planner import Planner, Policy, round_down


@dataclass(frozen=True, eq=False)
class Node:
    """An edge node: a device and its profile.

    latency, gains: the profile, by the θ that the policy's order plans by. perturbation: how the device
    differs from it. learns: predictions are corrected by the clock. seed: of the jitter.
    """

    latency: LatencyProfile
    gains: GainTable
    policy: Policy
    window_ms: float
    perturbation: Perturbation
    learns: bool
    seed: int


@dataclass(frozen=True)
class TracedWindow:
    """frames: all that arrived, in order of time. plan: of those that the detector ran on; None if none.

    busy_ms: time that the device worked. level_0_ms: what the profile says of the same frames without Turbo.
    """

    number: int
    frames: tuple[TracedFrame, ...]
    plan: WindowPlan | None
    busy_ms: float
    level_0_ms: float

    @property
    def overloaded(self) -> bool:
        """Whether level 0 alone was over the budget, so that nothing was enhanced, or not even detected."""
        dropped = any(frame.sent and frame.level is None for frame in self.frames)
        return dropped or (self.plan is not None and self.plan.overloaded)


def run_windows(arrivals: Iterable[Arrival], node: Node) -> Iterator[TracedWindow]:
    """Gather the frames of each interval T, and run those that were sent once it has closed.

    Window w closes at (w + 1) T, and its boxes are due at (w + 2) T. The device begins when the window has
    closed and the one before is done; what is left until the deadline is the budget. If level 0 of all its
    frames does not fit into the budget, the newest that fit are detected, and the others are dropped.
    """
    device = Device(node.latency, node.perturbation, node.learns, node.seed)
    planner = Planner(node.gains, node.policy)
    for number, gathered in _gather(arrivals, node.window_ms):
        yield _run_window(device, planner, number, gathered, node.window_ms)


def _gather(arrivals: Iterable[Arrival], window_ms: float) -> Iterator[tuple[int, list[Arrival]]]:
    """Windows with anything in them. Raises `TurboError` for an arrival before the one before it."""
    number, gathered, latest_s = 0, list[Arrival](), 0.0
    for arrival in arrivals:
        if arrival.arrived_at_s < latest_s:
            raise TurboError(f"frame {arrival.index} of camera {arrival.camera!r}: out of time order")
        latest_s = arrival.arrived_at_s
        own = int(latest_s * 1000 // window_ms)
        if own != number and gathered:
            yield number, gathered
            gathered = []
        number = own
        gathered.append(arrival)
    if gathered:
        yield number, gathered


def _run_window(
    device: Device, planner: Planner, number: int, gathered: Sequence[Arrival], window_ms: float
) -> TracedWindow:
    closed_ms = (number + 1) * window_ms
    deadline_ms = closed_ms + window_ms
    device.start(closed_ms)
    started_ms, busy_before_ms = device.at_ms, device.busy_ms
    sent = [arrival for arrival in gathered if arrival.sent]
    kept = _newest_that_fit(device, planner.policy, sent, round_down(deadline_ms - started_ms))
    overloaded = len(kept) < len(sent)
    executed = _execute(device, planner, kept, started_ms if overloaded else deadline_ms) if kept else None
    busy_ms = device.busy_ms - busy_before_ms
    return TracedWindow(
        number,
        frames=_traced_frames(gathered, kept, executed, number, deadline_ms),
        plan=_window_plan(number, started_ms, deadline_ms, kept, executed, busy_ms) if executed else None,
        busy_ms=busy_ms,
        level_0_ms=level_0_ms(device.latency, planner.policy.execution, len(kept)),
    )


def _newest_that_fit(
    device: Device, policy: Policy, sent: list[Arrival], budget_ms: float
) -> Sequence[Arrival]:
    """The most of the newest frames whose level 0 is within the budget."""
    for frames in range(len(sent), 0, -1):
        if level_0_ms(device.likely, policy.execution, frames) <= budget_ms:
            return sent[-frames:]
    return []


def _execute(device: Device, planner: Planner, kept: Sequence[Arrival], deadline_ms: float) -> Executed:
    if planner.policy.order == "detect-first":
        return detect_first(device, planner, [arrival.difficulty for arrival in kept], deadline_ms)
    predicted = [arrival.predicted_difficulty for arrival in kept]
    return discriminate_first(device, planner, predicted, deadline_ms)


def _traced_frames(
    gathered: Sequence[Arrival],
    kept: Sequence[Arrival],
    executed: Executed | None,
    number: int,
    deadline_ms: float,
) -> tuple[TracedFrame, ...]:
    """In order of arrival: a frame that was not sent has no window, and one that was dropped no level."""
    rows = iter(zip(executed.levels, executed.done_at_ms, strict=True)) if executed else iter(())
    dropped = sum(arrival.sent for arrival in gathered) - len(kept)
    frames = []
    for arrival in gathered:
        level = done_at_s = None
        if arrival.sent and dropped:
            dropped -= 1
        elif arrival.sent:
            level, done_at_ms = next(rows)
            done_at_s = done_at_ms / 1000
        frames.append(
            TracedFrame(
                arrival.camera,
                arrival.index,
                arrival.arrived_at_s,
                arrival.sent,
                arrival.reason,
                number if arrival.sent else None,
                level,
                arrival.difficulty if arrival.sent else None,
                arrival.predicted_difficulty if arrival.sent else None,
                deadline_ms / 1000 if arrival.sent else None,
                done_at_s,
            )
        )
    return tuple(frames)


def _window_plan(
    number: int,
    started_ms: float,
    deadline_ms: float,
    kept: Sequence[Arrival],
    executed: Executed,
    measured_ms: float,
) -> WindowPlan:
    """As it was planned; what each frame was brought to in the end stands in the trace."""
    plan = executed.plan
    by_truth = plan.order == "detect-first"
    return WindowPlan(
        number,
        started_ms / 1000,
        deadline_ms - started_ms,
        cameras=tuple(arrival.camera for arrival in kept),
        indices=tuple(arrival.index for arrival in kept),
        difficulties=tuple(a.difficulty if by_truth else a.predicted_difficulty for a in kept),
        **vars(plan),
        measured_latency_ms=measured_ms,
    )
