"""Which level each frame of a window is worth: pure functions, no clock, no torch (§5)."""

from turbo_cli.scheduling.plan import Plan, make_plan, replan

__all__ = ["Plan", "make_plan", "replan"]
