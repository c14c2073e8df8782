"""The darknet family: any network of a `.cfg` and a `.weights` file that has a five-stage backbone."""

from turbo_cli.detectors.darknet.detector import build

__all__ = ["build"]
