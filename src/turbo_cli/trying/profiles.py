"""The profile that a try is planned by."""

import re

import torch

from turbo_cli.artifacts.metadata import hash_file
from turbo_cli.detectors.loading import find_device
from turbo_cli.enhancement.ladders import EnhancerLadder
from turbo_cli.enhancement.levels import Levels
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.profile import Profile, load_profile, shipped_profiles


def choose_profile(name: str | None, ladder: EnhancerLadder, device: str) -> Profile:
    """The profile of that name or folder; None: the shipped one of this detector on this device.

    One that was made with another enhancer is taken (`doubts` says so): making one of one's own needs labels.
    Raises `TurboError` if there is none, or if it was made for another detector or other weights of it.
    """
    detector = ladder.base
    chosen = shipped_profile(detector.name, device) if name is None else name
    return load_profile(chosen, detector, Levels())


def shipped_profile(detector: str, device: str) -> str:
    """Its name, such as `t4/yolov3`. Raises `TurboError` if there is none for this device."""
    for name in shipped_profiles():
        hardware, _, own = name.partition("/")
        if own == detector and hardware in _names(device):
            return name
    line = f"turbo profile measure --detector {detector} --enhancer FILE --dataset LABELLED --out FOLDER"
    raise TurboError(
        f"no profile of {detector} on {device} is shipped", f"make one (`{line}`), and name it by --profile"
    )


def profile_name(profile: Profile) -> str:
    """Hardware and detector, as shipped ones are called."""
    return "/".join(profile.folder.parts[-2:])


def doubts(profile: Profile, ladder: EnhancerLadder) -> list[str]:
    """What makes a plan by this profile less trustworthy, a sentence each."""
    found, name = [], f"profile {profile_name(profile)}"
    if profile.assumed:
        found.append(f"{name}: gains are assumed, not measured")
    if not profile.made_with(hash_file(ladder.path)):
        found.append(f"{name}: was made with another enhancer; for {ladder.path.name} its gains are a guess")
    return found


def _names(device: str) -> set[str]:
    """Words by which the device may be called: cpu, or those of the GPU's name; none for a slice of a GPU."""
    found = find_device(device)
    name = torch.cuda.get_device_name(found) if found.type == "cuda" else found.type
    words = set(re.split(r"\W+", name.lower()))
    return set() if "mig" in words else words
