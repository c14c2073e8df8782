"""The solvers by name."""

from turbo_cli.errors import TurboError, nearest
from turbo_cli.scheduling.gains import HIGHEST_LEVEL
from turbo_cli.scheduling.problem import Solver
from turbo_cli.scheduling.solvers import exact, fixed, none, paper, random, turbo

SOLVERS: dict[str, Solver] = {
    "turbo": turbo.solve,
    "exact": exact.solve,
    "paper": paper.solve,
    "random": random.solve,
    "none": none.solve,
    **{f"fixed:{level}": fixed.solver(level) for level in range(1, HIGHEST_LEVEL + 1)},
}


def find_solver(name: str) -> Solver:
    """The solver of this name. Raises `TurboError` if there is none."""
    if name not in SOLVERS:
        raise TurboError(f"solver {name!r}: no such solver", nearest(name, SOLVERS))
    return SOLVERS[name]
