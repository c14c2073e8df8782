"""Procedural fixed-camera traffic with exact labels."""

from turbo_cli.data.synth.weather import CONDITIONS
from turbo_cli.data.synth.write import Summary, synthesize

__all__ = ["CONDITIONS", "Summary", "synthesize"]
