"""Execution backends: the detector's and the decoder's pieces run by torch, ONNX Runtime or OpenVINO."""

from turbo_cli.serving.backends.choosing import BACKENDS, with_backend

__all__ = ["BACKENDS", "with_backend"]
