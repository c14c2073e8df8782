"""What `turbo.yaml` says: the project at the top level, the service in the section `serve`."""

import json
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from turbo_cli.artifacts.metadata import Strict
from turbo_cli.artifacts.reading import first_problem
from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras.settings import CameraSettings
from turbo_cli.serving.credentials import is_placeholder

Pipeline = Literal["all", "glimpse", "vigil", "noscope"]
Order = Literal["auto", "detect-first", "discriminate-first"]
Execution = Literal["staged", "per-level"]
Fusion = Literal["none", "union", "weighted"]
Backend = Literal["torch", "onnxruntime", "openvino", "openvino-gpu", "auto"]
Gain = Literal["mean", "lower"]
Solver = Literal[
    "turbo", "exact", "paper", "none", "random", "fixed:1", "fixed:2", "fixed:3", "fixed:4", "fixed:5"
]

Whole = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Secret = Annotated[str, Field(min_length=1, repr=False)]


def _placeholder(text: str) -> str:
    if not is_placeholder(text):
        raise ValueError("write ${NAME} (environment) or ${file:PATH}, never the token itself")
    return text


class Limits(Strict):
    """What one client, and all together, may ask of the HTTP API; beyond it is an error 4xx.

    body_bytes: of a request. requests_per_s: from one address. connections: open at a time. followers:
    clients that follow results by SSE or WebSocket.
    """

    body_bytes: Whole = 16 << 20
    requests_per_s: Annotated[float, Field(gt=0)] = 200.0
    connections: Whole = 256
    followers: Whole = 32


class FileSettings(Strict):
    """Records into a file that is rotated at `max_bytes`; `keep` full ones remain."""

    path: Path
    max_bytes: Whole = 64 << 20
    keep: Whole = 10


class WebhookSettings(Strict):
    """Records by HTTP POST. private: the host may be in a private network."""

    url: Secret
    dead_letters: Path = Path("dead-letters.ndjson")
    private: bool = False


class MqttSettings(Strict):
    """Records to a broker: `mqtt[s]://host:port/topic`."""

    url: Secret


class ResultsSettings(Strict):
    """Where records go besides the HTTP API. Addresses may hold `${NAME}` and `${file:PATH}`."""

    ndjson: FileSettings | None = None
    webhook: WebhookSettings | None = None
    mqtt: MqttSettings | None = None


class PlansSettings(Strict):
    """Plans into a folder: so many windows a file; `keep` full ones remain."""

    folder: Path
    windows: Whole = 3000
    keep: Whole = 10


class ServeSettings(Strict):
    """Section `serve`.

    insecure: an address other than loopback needs no token. tokens: `${NAME}` or `${file:PATH}` each.
    window_ms: the interval T. frames_a_camera: that may wait for a window; a newer one pushes out the oldest.
    correction: the profile is corrected by what the clock shows. guard: a level that harms a camera is
    switched off for it. collect: folder for unlabelled frames of changed scenes, at most `collect_bytes` of
    them. plans: where the plans of all windows go. drain_s: after SIGTERM, for what has been accepted and for
    the results' ways out.
    """

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    insecure: bool = False
    tokens: tuple[Annotated[str, AfterValidator(_placeholder)], ...] = ()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    limits: Limits = Limits()
    window_ms: Annotated[float, Field(gt=0, le=60_000)] = 200.0
    frames_a_camera: Whole = 4
    pipeline: Pipeline = "all"
    order: Order = "auto"
    execution: Execution = "staged"
    backend: Backend = "torch"
    fusion: Fusion = "none"
    solver: Solver = "turbo"
    gain: Gain = "lower"
    correction: bool = True
    guard: bool = True
    collect: Path | None = None
    collect_bytes: Whole = 1 << 30
    plans: PlansSettings | None = None
    results: ResultsSettings = ResultsSettings()
    cameras: tuple[CameraSettings, ...] = ()
    drain_s: Seconds = 10.0

    @field_validator("cameras")
    @classmethod
    def _names_once(cls, cameras: tuple[CameraSettings, ...]) -> tuple[CameraSettings, ...]:
        names = [camera.name for camera in cameras]
        for index, name in enumerate(names):
            if name in names[:index]:
                context = {"name": name, "within": (index, "name")}
                raise PydanticCustomError("repeated_name", "two cameras are named {name}", context)
        return cameras

    @model_validator(mode="after")
    def _safe(self) -> "ServeSettings":
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key belong together: give both or neither")
        if not (self.is_local or self.tokens or self.insecure):
            raise ValueError(f"host {self.host} is open to others: give tokens, or say insecure: true")
        return self

    @property
    def is_local(self) -> bool:
        """Only this machine reaches the address."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Project(Strict):
    """The whole file. A key at the top level is the default of every command's option of that name.

    All paths are relative to the folder that the command runs in. With neither enhancer nor profile the
    service runs level 0.
    """

    detector: Annotated[str, Field(min_length=1)] = "tiny"
    weights: Path | None = None
    size: Annotated[str, Field(pattern=r"^[1-9][0-9]*x[1-9][0-9]*$")] | None = None
    device: Annotated[str, Field(min_length=1)] = "cpu"
    enhancer: Path | None = None
    profile: Annotated[str, Field(min_length=1)] | None = None
    dataset: Path | None = None
    difficulty: Path | None = None
    gan: Path | None = None
    classes: str | None = None
    seed: Annotated[int, Field(ge=0)] | None = None
    serve: ServeSettings = ServeSettings()

    @property
    def input_size(self) -> tuple[int, int] | None:
        """`size` as (width, height) in pixels."""
        if self.size is None:
            return None
        width, height = self.size.split("x")
        return int(width), int(height)


def with_options(project: Project, options: Mapping[str, Any]) -> Project:
    """The project with other values, by nested keys as in the file; None leaves a value as it is.

    Raises `TurboError` for a value that the file could not have either.
    """
    merged = _merged(project.model_dump(mode="json", exclude_unset=True), options)
    try:
        return Project.model_validate_json(json.dumps(merged, default=str), strict=True)
    except ValidationError as error:
        raise TurboError("options: key {}: {}".format(*first_problem(error))) from None


def _merged(base: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in options.items() if value is not None}
    inner = {
        key: _merged(base.get(key) or {}, value) for key, value in given.items() if isinstance(value, Mapping)
    }
    return {**base, **given, **inner}
