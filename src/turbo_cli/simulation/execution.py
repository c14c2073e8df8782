"""Running the plan of one window on the device in virtual time, in either order (DESIGN "Execution")."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling import Plan, replan
from turbo_cli.scheduling.costs import Execution
from turbo_cli.scheduling.latency import LAYERS, WHOLE, LatencyProfile
from turbo_cli.simulation.device import Device
from turbo_cli.simulation.planner import Planner, round_down

LEVEL_0: dict[Execution, tuple[Piece, ...]] = {"staged": ("encode", "head"), "per-level": ("level-0",)}


Enhanced = dict[int, tuple[int, float]]
"""Level and moment by the number of the frame, for those whose enhanced boxes were there in time."""


@dataclass(frozen=True)
class Executed:
    """plan: as it was made. levels: what each frame was brought to. done_at_ms: when its boxes were there."""

    plan: Plan
    levels: tuple[int, ...]
    done_at_ms: tuple[float, ...]


def level_0_ms(latency: LatencyProfile, execution: Execution, frames: int) -> float:
    """What the detector alone takes for so many frames."""
    return sum(latency.ms(piece, frames) for piece in LEVEL_0[execution])


def discriminate_first(
    device: Device, planner: Planner, predicted: Sequence[float], deadline_ms: float
) -> Executed:
    """Plan by θ′ and run everything once; all boxes are there at the end, in time or not.

    A window with too little time for D_f and level 0 skips D_f.
    """
    frames = len(predicted)
    plan = planner.plan(predicted, deadline_ms - device.at_ms, device.believed)
    if plan.overloaded:
        _run_level_0(device, plan.execution, frames)
    else:
        device.run("discriminator", frames)
        _run_plan(device, plan)
    return Executed(plan, plan.levels, (device.at_ms,) * frames)


def detect_first(device: Device, planner: Planner, true: Sequence[float], deadline_ms: float) -> Executed:
    """Detect all frames, plan by θ what the clock leaves, enhance with a look at the clock between pieces.

    Level-0 boxes that were there in time are delivered at the deadline at the latest, whatever is unfinished.
    """
    frames = len(true)
    _run_level_0(device, planner.policy.execution, frames)
    detected_at_ms = device.at_ms
    spent = level_0_ms(device.believed, planner.policy.execution, frames)
    plan = planner.plan(true, deadline_ms - detected_at_ms + spent, device.believed)
    enhance = _enhance_staged if plan.execution == "staged" else _enhance_per_level
    enhanced = enhance(device, planner, plan, true, deadline_ms)
    waited_ms = max(detected_at_ms, min(device.at_ms, deadline_ms))
    outcomes = [
        enhanced.get(row, (0, waited_ms if level else detected_at_ms))
        for row, level in enumerate(plan.levels)
    ]
    levels, moments = zip(*outcomes, strict=True)
    return Executed(plan, levels, moments)


def _run_level_0(device: Device, execution: Execution, frames: int) -> None:
    for piece in LEVEL_0[execution]:
        device.run(piece, frames)


def _run_plan(device: Device, plan: Plan) -> None:
    frames = len(plan.levels)
    if plan.execution == "per-level":
        for level, piece in enumerate(WHOLE):
            device.run(piece, plan.levels.count(level))
        return
    device.run("encode", frames)
    for piece, size in zip(LAYERS, _reaching(plan), strict=True):
        device.run(piece, size)
    device.run("head", frames)


def _enhance_staged(
    device: Device, planner: Planner, plan: Plan, true: Sequence[float], deadline_ms: float
) -> Enhanced:
    """Layer by layer; what does not fit any more is planned anew before the next layer, or given up."""
    reaching = _reaching(plan)
    for done, piece in enumerate(LAYERS):
        left_ms = deadline_ms - device.at_ms
        if _left_to_run_ms(device.believed, reaching, done) > left_ms:
            plan = replan(plan, planner.gains, device.believed, true, done, round_down(left_ms))
            reaching = _reaching(plan)
        if not reaching[done]:
            break
        device.run(piece, reaching[done])
    enhanced = reaching[0]
    if not enhanced or device.at_ms + device.believed.ms("head", enhanced) > deadline_ms:
        return {}
    device.run("head", enhanced)
    if device.at_ms > deadline_ms:
        return {}
    return {row: (level, device.at_ms) for row, level in enumerate(plan.levels) if level}


def _enhance_per_level(
    device: Device, planner: Planner, plan: Plan, true: Sequence[float], deadline_ms: float
) -> Enhanced:
    """Level by level, each from encoder to boxes; one that does not fit any more is left out."""
    enhanced: Enhanced = {}
    for level, piece in enumerate(WHOLE[1:], start=1):
        rows = [row for row, wanted in enumerate(plan.levels) if wanted == level]
        if rows and device.at_ms + device.believed.ms(piece, len(rows)) <= deadline_ms:
            device.run(piece, len(rows))
            if device.at_ms <= deadline_ms:
                enhanced |= dict.fromkeys(rows, (level, device.at_ms))
    return enhanced


def _left_to_run_ms(latency: LatencyProfile, reaching: Sequence[int], done: int) -> float:
    """The layers after `done`, and the head on the enhanced frames."""
    layers = zip(LAYERS[done:], reaching[done:], strict=True)
    return sum(latency.ms(piece, size) for piece, size in layers if size) + latency.ms("head", reaching[0])


def _reaching(plan: Plan) -> list[int]:
    """How many frames pass through each of layers 1…5."""
    exits = [plan.levels.count(level) for level in range(1, len(WHOLE))]
    return list(accumulate(reversed(exits)))[::-1]
