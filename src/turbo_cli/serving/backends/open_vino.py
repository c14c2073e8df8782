"""Pieces run by OpenVINO, on the CPU or on an Intel GPU."""

import functools

import openvino
import torch
from torch import Tensor

from turbo_cli.errors import TurboError
from turbo_cli.serving.backends.piece import Run, input_name


def compile_model(model: bytes, device: str = "CPU") -> Run:
    """In float32, which OpenVINO would else leave for bfloat16 or float16 where the device has them.

    On the CPU with as many threads as torch has. Raises `TurboError` where there is no such device.
    """
    core = _core()
    if device not in core.available_devices:
        found = ", ".join(core.available_devices) or "none"
        raise TurboError(f"OpenVINO finds no device {device}, but {found}", "install its driver")
    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    if device == "CPU":
        settings["INFERENCE_NUM_THREADS"] = str(torch.get_num_threads())
    compiled = core.compile_model(core.read_model(model), device, settings)
    # An input that nothing reads is gone, and one may have several names.
    read = {name for put in compiled.inputs for name in put.names}

    def run(*tensors: Tensor) -> list[Tensor]:
        arrays = {input_name(index): tensor.contiguous().numpy() for index, tensor in enumerate(tensors)}
        found = compiled({name: array for name, array in arrays.items() if name in read})
        return [torch.from_numpy(found[index]) for index in range(len(compiled.outputs))]

    return run


@functools.cache
def _core() -> openvino.Core:
    return openvino.Core()
