"""From made-up cameras to a report in one command: every stage of Turbo, run as a user would type it."""

from turbo_cli.quickstart.numbers import Numbers
from turbo_cli.quickstart.running import quickstart
from turbo_cli.quickstart.stages import QuickstartOptions

__all__ = ["Numbers", "QuickstartOptions", "quickstart"]
