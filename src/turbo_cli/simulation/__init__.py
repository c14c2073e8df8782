"""Whole pipelines in virtual time: arrivals, windows, plans, a device that may be busy, deadlines."""

from turbo_cli.simulation.simulating import Trace, simulate

__all__ = ["Trace", "simulate"]
