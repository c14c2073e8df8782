"""What this machine has and lacks, line by line, with the command that mends each lack."""

import importlib
import importlib.metadata
import os
import platform
import sys
import tempfile
from dataclasses import dataclass

from packaging.requirements import Requirement

from turbo_cli import __version__

DISTRIBUTION = "turbo-cli"


@dataclass(frozen=True)
class Finding:
    """One line of `turbo doctor`.

    mend: what to do or type where it is not ok. vital: Turbo cannot run without it.
    """

    group: str
    name: str
    ok: bool
    detail: str
    mend: str | None = None
    vital: bool = False


def examine() -> list[Finding]:
    """Look at everything that Turbo uses. Changes nothing, but makes the cache folder."""
    findings = [*_versions(), *_imports(), *_requirements()]
    if all(finding.ok for finding in findings if finding.vital):
        # All that follows needs torch and av to be importable.
        findings += [*_devices(), *_codecs(), *_weights(), _cache()]
    return findings


def healthy(findings: list[Finding]) -> bool:
    """Whether nothing vital is missing."""
    return all(finding.ok for finding in findings if finding.vital)


def _versions() -> list[Finding]:
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    return [
        Finding("versions", "turbo", True, __version__),
        Finding("versions", "python", True, f"{platform.python_version()} at {sys.executable}"),
        Finding("versions", "system", True, system),
    ]


def _requirements() -> list[Finding]:
    """The packages that Turbo's own metadata asks for, and for each optional extra whether it is complete."""
    try:
        metadata = importlib.metadata.metadata(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        lost = f"{DISTRIBUTION} is not installed, only on the path: its requirements are unknown"
        return [Finding("packages", DISTRIBUTION, False, lost, f"pip install {DISTRIBUTION}")]
    requirements = [Requirement(line) for line in metadata.get_all("Requires-Dist") or []]
    core = [requirement for requirement in requirements if _asked_for(requirement, "")]
    extras = sorted(metadata.get_all("Provides-Extra") or [])
    return [
        *(_package(requirement) for requirement in core),
        *(
            _extra(extra, [each for each in requirements if each not in core and _asked_for(each, extra)])
            for extra in extras
        ),
    ]


def _asked_for(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _package(requirement: Requirement) -> Finding:
    version = _installed_version(requirement.name)
    detail = "missing" if version is None else version
    if version is not None and not _satisfied(requirement):
        detail = f"{version}, not {requirement.specifier}"
    mend = f"pip install '{requirement.name}{requirement.specifier}'"
    return Finding("packages", requirement.name, _satisfied(requirement), detail, mend, vital=True)


def _extra(extra: str, requirements: list[Requirement]) -> Finding:
    lacking = [requirement.name for requirement in requirements if not _satisfied(requirement)]
    detail = f"lacks {', '.join(lacking)}" if lacking else "complete"
    return Finding("extras", extra, not lacking, detail, f"pip install '{DISTRIBUTION}[{extra}]'")


def _satisfied(requirement: Requirement) -> bool:
    version = _installed_version(requirement.name)
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _installed_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _imports() -> list[Finding]:
    """Packages of fitting versions may still not load, or not work together."""
    reinstall = "pip install --force-reinstall"
    return [
        _loads("torch with torchvision", "torchvision.ops", f"{reinstall} torch torchvision"),
        _loads("video through av", "av", f"{reinstall} av"),
        _loads("evaluation through pycocotools", "pycocotools.mask", f"{reinstall} pycocotools"),
    ]


def _loads(name: str, module: str, mend: str) -> Finding:
    try:
        importlib.import_module(module)
    except (ImportError, OSError, RuntimeError) as error:
        return Finding("packages", name, False, " ".join(str(error).split()), mend, vital=True)
    return Finding("packages", name, True, "loads", vital=True)


def _devices() -> list[Finding]:
    import torch

    vectors = torch.backends.cpu.get_cpu_capability()
    cpu = f"{os.cpu_count()} cores, vector extensions {vectors}, {torch.get_num_threads()} torch threads"
    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    cuda = f"CUDA {torch.version.cuda}: {', '.join(names)}" if names else _no_cuda(torch.version.cuda)
    mps = torch.backends.mps.is_available()
    return [
        Finding("devices", "cpu", True, cpu),
        Finding("devices", "cuda", bool(names), cuda, "install NVIDIA's driver and a CUDA build of torch"),
        Finding("devices", "mps", mps, "present" if mps else "none", "runs on Apple silicon only"),
        _nvml(),
    ]


def _no_cuda(built_for: str | None) -> str:
    return f"no device (torch is built for CUDA {built_for})" if built_for else "torch is built without CUDA"


def _nvml() -> Finding:
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return Finding("devices", "nvml", False, str(error), "install NVIDIA's driver")
    try:
        driver = pynvml.nvmlSystemGetDriverVersion()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]
        memory = [pynvml.nvmlDeviceGetMemoryInfo(handle).total / 2**30 for handle in handles]
    except pynvml.NVMLError as error:
        return Finding("devices", "nvml", False, str(error), "update NVIDIA's driver")
    finally:
        pynvml.nvmlShutdown()
    sizes = ", ".join(f"{size:.0f} GiB" for size in memory) or "no GPU"
    return Finding("devices", "nvml", True, f"driver {driver}: {sizes}")


def _codecs() -> list[Finding]:
    import av

    ffmpeg = f"FFmpeg {av.ffmpeg_version_info}"
    mend = "pip install --force-reinstall av (its wheels bring FFmpeg)"
    decoders = [
        Finding("codecs", f"read {name}", _has_codec(name, "r"), ffmpeg, mend)
        for name in ("h264", "hevc", "mjpeg")
    ]
    return [*decoders, Finding("codecs", "write h264 (mp4)", _has_codec("h264", "w"), ffmpeg, mend)]


def _has_codec(name: str, mode: str) -> bool:
    import av

    try:
        av.Codec(name, mode)
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def _weights() -> list[Finding]:
    from turbo_cli.detectors.store import list_weights

    return [
        Finding(
            "weights",
            weights.name,
            weights.size_bytes is not None,
            "not here" if weights.size_bytes is None else str(weights.path),
            f"pip install --force-reinstall {DISTRIBUTION}"
            if weights.packaged
            else f"turbo weights pull {weights.name}",
        )
        for weights in list_weights()
    ]


def _cache() -> Finding:
    from turbo_cli.detectors.store import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        detail = f"{folder}: {error.strerror}"
        return Finding("cache", "writable", False, detail, "export TURBO_CACHE=DIR, a folder of yours")
    return Finding("cache", "writable", True, str(folder))
