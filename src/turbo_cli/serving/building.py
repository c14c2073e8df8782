"""From a project to everything that serves it."""

from collections.abc import Iterator, Sequence

from turbo_cli.artifacts.atomic import check_file
from turbo_cli.artifacts.metadata import hash_file
from turbo_cli.detectors import SplitDetector, load_detector
from turbo_cli.enhancement import Enhancer, load_enhancer
from turbo_cli.enhancement.levels import Levels
from turbo_cli.enhancement.loading import find_enhancer
from turbo_cli.errors import TurboError
from turbo_cli.pipelines import make_pipeline
from turbo_cli.scheduling.profile import Profile, load_profile
from turbo_cli.serving.api.server import ApiServer
from turbo_cli.serving.backends import with_backend
from turbo_cli.serving.cameras import CameraSettings
from turbo_cli.serving.cameras.opening import open_source
from turbo_cli.serving.cameras.settings import POSTED
from turbo_cli.serving.credentials import Address, resolve
from turbo_cli.serving.engine import Engine, EngineOptions
from turbo_cli.serving.engine.plan_log import PlanFiles
from turbo_cli.serving.results import Broadcaster, Sink
from turbo_cli.serving.results.mqtt import Mqtt, find_broker
from turbo_cli.serving.results.ndjson import NdjsonFile
from turbo_cli.serving.results.webhook import Webhook, find_destination
from turbo_cli.serving.settings import FileSettings, Project, ResultsSettings, ServeSettings


def make_service(project: Project) -> tuple[Engine, ApiServer]:
    """The engine with its sinks, and the API, not started yet.

    Raises `TurboError` for whatever stands in the way: a file, an address, a secret, a port.
    """
    broadcaster = Broadcaster()
    parts = _load(project)  # before any file or port is taken
    engine = _make_engine(project, *parts, [broadcaster, *_open_sinks(project.serve.results)])
    return engine, ApiServer(engine, broadcaster, project)


def check(project: Project) -> None:
    """Raise what `make_service` would, but take no file, port or connection that a running service has."""
    _check_sinks(project.serve.results)
    for camera in project.serve.cameras:
        _check_camera(camera)
    broadcaster = Broadcaster()
    any_port = project.model_copy(update={"serve": project.serve.model_copy(update={"port": 0})})
    ApiServer(_make_engine(project, *_load(project), [broadcaster]), broadcaster, any_port)


_Parts = tuple[SplitDetector, Enhancer | None, Profile | None]


def _load(project: Project) -> _Parts:
    if project.enhancer and not project.profile:
        raise TurboError("key profile: an enhancer needs a profile", "`turbo profile` makes one")
    detector = load_detector(project.detector, project.weights, project.device, project.input_size)
    enhancer = load_enhancer(project.enhancer, detector) if project.enhancer else None
    file = find_enhancer(project.enhancer) if project.enhancer else None
    levels = Levels(parents={file.name: hash_file(file)} if file else {})
    profile = None if project.profile is None else load_profile(project.profile, detector, levels)
    if enhancer is None:
        return with_backend(detector, project.serve.backend), None, profile
    enhancer = with_backend(enhancer, project.serve.backend)
    return enhancer.detector, enhancer, profile


def _make_engine(
    project: Project,
    detector: SplitDetector,
    enhancer: Enhancer | None,
    profile: Profile | None,
    sinks: Sequence[Sink],
) -> Engine:
    serve = project.serve
    pipeline = make_pipeline(serve.pipeline)
    return Engine(detector, enhancer, profile, pipeline, serve.cameras, sinks, _options(serve))


def _options(serve: ServeSettings) -> EngineOptions:
    return EngineOptions(
        window_ms=serve.window_ms,
        frames_a_camera=serve.frames_a_camera,
        order=serve.order,
        execution=serve.execution,
        fusion=serve.fusion,
        solver=serve.solver,
        gain=serve.gain,
        corrects=serve.correction,
        guards=serve.guard,
        collect=serve.collect,
        collect_bytes=serve.collect_bytes,
        plans=PlanFiles(**serve.plans.model_dump()) if serve.plans else None,
    )


def _open_sinks(results: ResultsSettings) -> Iterator[Sink]:
    if results.ndjson:
        yield _open_file(results.ndjson)
    if results.webhook:
        dead_letters = NdjsonFile(results.webhook.dead_letters)
        yield Webhook(_resolve("webhook", results.webhook.url), dead_letters, results.webhook.private)
    if results.mqtt:
        yield Mqtt(_resolve("mqtt", results.mqtt.url))


def _open_file(settings: FileSettings) -> NdjsonFile:
    return NdjsonFile(settings.path, settings.max_bytes, settings.keep)


def _check_sinks(results: ResultsSettings) -> None:
    if results.ndjson:
        check_file(results.ndjson.path)
    if results.webhook:
        check_file(results.webhook.dead_letters)
        find_destination(_resolve("webhook", results.webhook.url), results.webhook.private)
    if results.mqtt:
        find_broker(_resolve("mqtt", results.mqtt.url))


def _check_camera(settings: CameraSettings) -> None:
    address = resolve(settings.url, f"camera {settings.name!r}: key url")
    if address.url != POSTED:
        open_source(settings, address)  # connects when it is read, not before


def _resolve(sink: str, url: str) -> Address:
    return resolve(url, f"key serve.results.{sink}.url")
