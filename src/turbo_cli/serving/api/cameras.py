"""`/v1/cameras`: list, add, remove, pause, resume, and the latest picture of each."""

from io import BytesIO

from fastapi import APIRouter, Request, Response
from PIL import Image

from turbo_cli.data.images import Frame
from turbo_cli.serving.api.context import InContext
from turbo_cli.serving.api.problems import Refusal
from turbo_cli.serving.cameras import CameraSettings
from turbo_cli.serving.cameras.settings import POSTED
from turbo_cli.serving.engine.status import CameraFigures

PICTURE_SIZE = (960, 960)
"""Pictures are scaled down to fit into this many pixels."""

MOST_CAMERAS = 256

router = APIRouter(prefix="/v1/cameras", tags=["cameras"])


@router.get("")
def list_cameras(context: InContext) -> list[CameraFigures]:
    """All cameras with their states and figures."""
    return list(context.engine.status().cameras)


@router.post("", status_code=201)
def add_camera(request: Request, settings: CameraSettings, context: InContext) -> CameraFigures:
    """Open one more camera. Only with a token may it have an address, which holds no ${…}."""
    if settings.url != POSTED and not request.state.trusted:
        raise Refusal(403, "an address is taken with a token only", f"configure one, or add url {POSTED!r}")
    if "${" in settings.url:
        raise Refusal(422, "url: ${…} is for the configuration alone", "give the address as it is")
    cameras = context.engine.status().cameras
    if any(figures.camera.camera == settings.name for figures in cameras):
        raise Refusal(409, "there is a camera of this name", "remove it first, or choose another name")
    if len(cameras) >= MOST_CAMERAS:
        raise Refusal(409, f"there are {len(cameras)} cameras", "remove one first")
    context.engine.add_camera(settings)
    return context.camera(settings.name)


@router.delete("/{name}", status_code=204)
def remove_camera(name: str, context: InContext) -> None:
    """Close a camera for good; what it delivered is still served."""
    context.camera(name)
    context.engine.remove_camera(name)


@router.post("/{name}/pause")
def pause_camera(name: str, context: InContext) -> CameraFigures:
    """Close a camera until it is resumed."""
    context.camera(name)
    context.engine.pause(name)
    return context.camera(name)


@router.post("/{name}/resume")
def resume_camera(name: str, context: InContext) -> CameraFigures:
    """Open a paused camera again."""
    context.camera(name)
    context.engine.resume(name)
    return context.camera(name)


@router.get("/{name}/picture", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def latest_picture(name: str, context: InContext) -> Response:
    """The latest frame that has its boxes, as JPEG; the header `Turbo-Index` says whose record to draw."""
    context.camera(name)
    frame = context.engine.latest(name)
    if frame is None:
        raise Refusal(404, "this camera has no frame yet", "ask again")
    return Response(_jpeg(frame.image), media_type="image/jpeg", headers={"Turbo-Index": str(frame.index)})


def _jpeg(image: Frame) -> bytes:
    picture = Image.fromarray(image)
    picture.thumbnail(PICTURE_SIZE, Image.Resampling.BILINEAR, reducing_gap=2.0)
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=75)
    return encoded.getvalue()
