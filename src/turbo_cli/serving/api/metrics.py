"""The engine's figures as Prometheus metrics."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from turbo_cli.serving.cameras import CameraState
from turbo_cli.serving.engine import Engine, EngineStatus
from turbo_cli.serving.engine.status import CameraFigures, Histogram

Samples = Iterable[tuple[Sequence[str], float]]


def registry_of(engine: Engine) -> CollectorRegistry:
    """A registry of nothing but this engine's figures, taken when it is read."""
    registry = CollectorRegistry()
    registry.register(_EngineCollector(engine))
    return registry


class _EngineCollector(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self) -> Iterable[Metric]:
        return []  # so that registering does not ask the engine

    def collect(self) -> Iterator[Metric]:
        status = self._engine.status()
        yield from _of_cameras(status.cameras)
        yield from _of_frames(status)
        yield from _of_windows(status)
        yield from _of_plans(status)
        yield from _of_guard(status)
        yield from _of_sinks(status)


def _of_cameras(cameras: Sequence[CameraFigures]) -> Iterator[Metric]:
    shown = [(figures.camera.camera, figures.camera) for figures in cameras]
    yield _gauge(
        "turbo_camera_state",
        "1 for the state that the camera is in.",
        ("camera", "state"),
        (((name, state), camera.state == state) for name, camera in shown for state in CameraState),
    )
    yield _gauge("turbo_camera_fps", "Frames a second.", ("camera",), (((n,), c.fps) for n, c in shown))
    counters = {
        "frames": "Frames that the camera delivered.",
        "skipped": "Frames pushed out by a newer one before a window took them.",
        "decode_errors": "Frames that could not be decoded.",
        "reconnects": "Connections after the first.",
    }
    for key, meaning in counters.items():
        samples = (((name,), getattr(camera, key)) for name, camera in shown)
        yield _counter(f"turbo_camera_{key}", meaning, ("camera",), samples)
    yield _latency(cameras)


def _latency(cameras: Sequence[CameraFigures]) -> Metric:
    family = HistogramMetricFamily(
        "turbo_latency_seconds", "From a frame's arrival to its boxes.", labels=("camera",)
    )
    for figures in cameras:
        histogram = figures.latency
        family.add_metric((figures.camera.camera,), _buckets(histogram), histogram.sum_ms / 1000)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    ends = [*(f"{end / 1000:g}" for end in histogram.upper_ms), "+Inf"]
    return list(zip(ends, accumulate(histogram.counts), strict=True))


def _of_frames(status: EngineStatus) -> Iterator[Metric]:
    by_level = [
        ((figures.camera.camera, str(level)), count)
        for figures in status.cameras
        for level, count in enumerate(figures.frames.levels)
    ]
    yield _counter("turbo_frames", "Frames by the level they got.", ("camera", "level"), by_level)
    for key, meaning in {
        "filtered": "Frames that the pipeline did not send.",
        "dropped": "Frames for which there was no time even at level 0.",
        "late": "Frames whose boxes came after the deadline.",
    }.items():
        samples = [((f.camera.camera,), getattr(f.frames, key)) for f in status.cameras]
        yield _counter(f"turbo_frames_{key}", meaning, ("camera",), samples)


def _of_windows(status: EngineStatus) -> Iterator[Metric]:
    yield _one_gauge("turbo_utilisation_ratio", "Share of time that the device works.", status.utilisation)
    yield _one_gauge("turbo_window_length_seconds", "The interval T.", status.window_ms / 1000)
    yield _one_counter("turbo_windows", "Windows.", status.windows)
    yield _one_counter(
        "turbo_windows_overloaded", "Windows too short for level 0.", status.overloaded_windows
    )
    yield _one_counter("turbo_windows_failed", "Windows that an error ended.", status.failed_windows)
    if last := status.last:
        yield _one_gauge("turbo_window_took_seconds", "What the last window took, of T.", last.took_ms / 1000)
        yield _one_gauge("turbo_window_overhead_seconds", "Of that, not device.", last.overhead_ms / 1000)
        yield _one_gauge("turbo_window_budget_seconds", "What its plan could spend.", last.budget_ms / 1000)


def _of_plans(status: EngineStatus) -> Iterator[Metric]:
    yield _one_counter("turbo_predicted_gain", "Gain of all plans, AP times frames.", status.predicted_gain)
    yield _gauge(
        "turbo_correction_factor",
        "What the clock multiplies the profile's predictions by.",
        ("piece",),
        (((piece,), factor) for piece, factor in status.correction.items()),
    )
    if status.last and (plan := status.last.plan):
        yield _one_gauge("turbo_plan_gain", "Gain of the last plan, AP times frames.", plan.predicted_gain)
        yield _one_gauge("turbo_solver_seconds", "What making the last plan took.", plan.solve_ms / 1000)


def _of_guard(status: EngineStatus) -> Iterator[Metric]:
    labels = ("camera", "level")
    keyed = [((state.camera, str(state.level)), state) for state in status.guard]
    yield _gauge("turbo_guard_on", "1: the level may be used.", labels, ((key, s.on) for key, s in keyed))
    survival = ((key, state.survival) for key, state in keyed)
    yield _gauge("turbo_guard_survival_ratio", "Confident level-0 boxes that it keeps.", labels, survival)
    drifts = (((drift.camera,), drift.absolute_error) for drift in status.drifts)
    yield _gauge("turbo_drift_error", "How far D_f is from the detector.", ("camera",), drifts)


def _of_sinks(status: EngineStatus) -> Iterator[Metric]:
    for key, meaning in {"written": "Records delivered.", "failed": "Records given up."}.items():
        samples = [((sink.name,), getattr(sink, key)) for sink in status.sinks]
        yield _counter(f"turbo_records_{key}", meaning, ("sink",), samples)
    waiting = (((sink.name,), sink.waiting) for sink in status.sinks)
    yield _gauge("turbo_records_waiting", "Records that wait.", ("sink",), waiting)


def _counter(name: str, meaning: str, labels: Sequence[str], samples: Samples) -> Metric:
    return _filled(CounterMetricFamily(name, meaning, labels=labels), samples)


def _gauge(name: str, meaning: str, labels: Sequence[str], samples: Samples) -> Metric:
    return _filled(GaugeMetricFamily(name, meaning, labels=labels), samples)


def _one_counter(name: str, meaning: str, value: float) -> Metric:
    return _counter(name, meaning, (), [((), value)])


def _one_gauge(name: str, meaning: str, value: float) -> Metric:
    return _gauge(name, meaning, (), [((), value)])


def _filled(family: CounterMetricFamily | GaugeMetricFamily, samples: Samples) -> Metric:
    for labels, value in samples:
        family.add_metric(labels, float(value))
    return family
