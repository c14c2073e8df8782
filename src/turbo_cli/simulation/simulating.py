"""The door: arrivals and a profile in, a trace out."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from turbo_cli.errors import TurboError
from turbo_cli.scheduling.profile import Profile
from turbo_cli.simulation.arrivals import Arrival
from turbo_cli.simulation.device import TRUE, Perturbation
from turbo_cli.simulation.execution import level_0_ms
from turbo_cli.simulation.planner import TURBO, Policy
from turbo_cli.simulation.summary import Summary, summarise
from turbo_cli.simulation.windows import Node, TracedWindow, run_windows


@dataclass(frozen=True, eq=False)
class Trace:
    """The windows of a simulation, worked out as they are iterated over, the same each time.

    Memory does not grow with their number.
    """

    arrivals: Iterable[Arrival]
    node: Node
    profile: Profile

    def __iter__(self) -> Iterator[TracedWindow]:
        return run_windows(self.arrivals, self.node)

    def summary(self) -> Summary:
        """Run through all of it."""
        return summarise(self, self.profile.gains("detect-first"), self.node.window_ms)


def simulate(
    arrivals: Iterable[Arrival],
    profile: Profile,
    policy: Policy = TURBO,
    window_ms: float = 100.0,
    perturbation: Perturbation = TRUE,
    learns: bool = True,
    seed: int = 0,
) -> Trace:
    """Serve arrivals on a node whose profile this is, in virtual time.

    arrivals: in order of time; to be iterated over as often as the trace is. perturbation: how the device
    differs from the profile. learns: predictions are corrected by what was measured, as serving does. seed:
    of the jitter. Solver `none` is the pipeline without Turbo: it runs no D_f.
    Raises `TurboError` for a window that one frame's level 0 does not fit into.
    """
    if policy.solver == "none":
        policy = Policy("none", "detect-first", policy.execution)
    shortest = level_0_ms(profile.latency, policy.execution, 1)
    if not shortest <= window_ms < math.inf:
        raise TurboError(
            f"window of {window_ms:g} ms: one frame at level 0 takes {shortest:.3g} ms by the profile",
            "make the window longer",
        )
    node = Node(
        profile.latency,
        profile.gains(policy.order, policy.gain),
        policy,
        window_ms,
        perturbation,
        learns,
        seed,
    )
    return Trace(arrivals, node, profile)
