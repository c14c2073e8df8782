"""Pieces run by ONNX Runtime on the CPU."""

import onnxruntime
import torch
from torch import Tensor

from turbo_cli.serving.backends.piece import Run, input_name


def compile_model(model: bytes) -> Run:
    """With as many threads as torch has."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(*tensors: Tensor) -> list[Tensor]:
        arrays = {input_name(index): tensor.contiguous().numpy() for index, tensor in enumerate(tensors)}
        return [torch.from_numpy(found) for found in session.run(None, arrays)]

    return run
