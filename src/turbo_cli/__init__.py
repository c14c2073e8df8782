"""Turbo: opportunistic enhancement for edge video analytics."""

__version__ = "0.1.0"
