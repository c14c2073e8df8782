"""The solvers by name."""

from turbo_cli.errors import TurboError, nearest
from turbo_cli.scheduling.gains import HIGHEST_LEVEL
from turbo_cli.scheduling.problem import Solver
from turbo_cli.scheduling.solvers.exact import exact
from turbo_cli.scheduling.solvers.fixed import fixed
from turbo_cli.scheduling.solvers.none import none
from turbo_cli.scheduling.solvers.paper import paper
from turbo_cli.scheduling.solvers.turbo import turbo

SOLVERS: dict[str, Solver] = {
    "turbo": turbo,
    "exact": exact,
    "paper": paper,
    "none": none,
    **{f"fixed:{level}": fixed(level) for level in range(1, HIGHEST_LEVEL + 1)},
}


def find_solver(name: str) -> Solver:
    """The solver of this name. Raises `TurboError` if there is none."""
    if name not in SOLVERS:
        raise TurboError(f"solver {name!r}: no such solver", nearest(name, SOLVERS))
    return SOLVERS[name]
