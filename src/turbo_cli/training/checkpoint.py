"""Checkpoints of running trainings: all state in one safetensors file, never unpickled."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.errors import TurboError

SCHEMA = 2
KIND = "checkpoint"
OPTIONS = {
    "weights": "loss",
    "kinds": "degrade",
    "objective": "adversarial",
    "discriminator_learning_rate": "lr-discriminator",
}
"""How settings that are named otherwise are written on the command line."""

Stateful = nn.Module | Optimizer


def write(path: Path, parts: Mapping[str, Stateful], step: int, settings: Mapping[str, Any]) -> None:
    """Save every tensor of `parts`, the number of steps done, and the settings that the run must keep.

    Raises `TurboError`, and leaves an older checkpoint as it is, if a tensor holds NaN or infinity.
    """
    tensors = {
        f"{name}/{key}": tensor.detach().cpu().contiguous()
        for name, part in parts.items()
        for key, tensor in _tensors(part).items()
    }
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            message = f"step {step}: {name} holds NaN or infinity"
            raise TurboError(message, "lower --learning-rate; the last good checkpoint stays")
    about = {"schema": SCHEMA, "kind": KIND, "step": step, "settings": settings}
    with replacing_file(path) as temporary:
        save_file(tensors, temporary, {"turbo": json.dumps(about, sort_keys=True)})


def begin(path: Path, parts: Mapping[str, Stateful], settings: Mapping[str, Any], resume: bool) -> int:
    """The number of steps that are done already: 0, or with `resume` what `restore` gives.

    Raises `TurboError` where a fresh run would write over the checkpoint of one that was broken off.
    """
    if resume:
        return restore(path, parts, settings)
    if path.exists():
        raise TurboError(
            f"{path}: a run that was broken off left it", "go on from it with --resume, or remove it"
        )
    return 0


def restore(path: Path, parts: Mapping[str, Stateful], settings: Mapping[str, Any]) -> int:
    """Load `parts` in place and give back the number of steps done.

    Raises `TurboError` if the file cannot be read or was made with other settings.
    """
    if not path.is_file():
        raise TurboError(f"{path}: no checkpoint to resume from", "train without --resume")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["turbo"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, KeyError, ValueError) as error:
        raise TurboError(f"{path}: not a readable checkpoint: {error}", "train without --resume") from error
    if not isinstance(about, dict) or (about.get("schema"), about.get("kind")) != (SCHEMA, KIND):
        raise TurboError(f"{path}: not a checkpoint of this version", "train without --resume")
    _refuse_other_settings(path, about["settings"], settings)
    for name, part in parts.items():
        prefix = f"{name}/"
        _load(part, {k.removeprefix(prefix): t for k, t in tensors.items() if k.startswith(prefix)})
    return int(about["step"])


def _tensors(part: Stateful) -> dict[str, Tensor]:
    """A module's state dict, or an optimiser's state as "parameter number/name"."""
    if isinstance(part, nn.Module):
        return part.state_dict()
    states = part.state_dict()["state"].items()
    return {f"{number}/{key}": tensor for number, state in states for key, tensor in state.items()}


def _load(part: Stateful, tensors: dict[str, Tensor]) -> None:
    if isinstance(part, nn.Module):
        part.load_state_dict(tensors)
        return
    states: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        number, name = key.split("/")
        states.setdefault(int(number), {})[name] = tensor
    part.load_state_dict({**part.state_dict(), "state": states})


def _refuse_other_settings(path: Path, saved: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name in sorted(saved.keys() | wanted.keys()):
        if saved.get(name) != wanted.get(name):
            flag = OPTIONS.get(name, name.replace("_", "-"))
            before, now = (_as_given(settings.get(name)) for settings in (saved, wanted))
            message = f"{path}: was made with --{flag} {before}, not {now}"
            raise TurboError(message, "give the same options, or train without --resume")


def _as_given(value: Any) -> Any:
    """`distill=1,features=0.5` for weights by name."""
    return ",".join(f"{name}={one:g}" for name, one in value.items()) if isinstance(value, dict) else value
