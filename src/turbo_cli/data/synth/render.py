"""From a scene, its traffic and its light to a picture and exact boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from turbo_cli.data.synth.camera import Array, Camera
from turbo_cli.data.synth.people import Person, picture_of_person
from turbo_cli.data.synth.posts import GREY, Post
from turbo_cli.data.synth.scene import Block, Scene, shade_under, shadow_mask
from turbo_cli.data.synth.scenery import SUPERSAMPLING
from turbo_cli.data.synth.solids import Model, Picture, Shade, picture_of, rotation
from turbo_cli.data.synth.traffic import Mover
from turbo_cli.data.synth.weather import Look

POST = 255
MOST_OBJECTS = 254
LAMP_LIGHT = np.array([1.0, 0.8, 0.55], np.float32)
BEAM_LIGHT = np.array([1.0, 0.96, 0.85], np.float32)


@dataclass(frozen=True)
class Visible:
    """One road user in a picture.

    box: left, top, right, bottom in pixels, tight around what is seen of it, without its shadow and the
    glow of its lamps. uncovered: share of its pixels in the frame that nothing hides. inside: share of its
    extent that lies in the frame.
    """

    mover: Mover
    box: tuple[float, float, float, float]
    uncovered: float
    inside: float


@dataclass(frozen=True)
class _Layer:
    """Everything that is drawn with edges, enlarged: colours, and who owns each pixel (0: the background)."""

    colours: Image.Image
    owners: Image.Image


def render(scene: Scene, movers: Sequence[Mover], look: Look) -> tuple[Array, list[Visible]]:
    """(H, W, 3) float32 in grey levels (may exceed 255), and who is in it."""
    pictures = _pictures(scene, movers, look)
    layer, areas = _draw(scene, pictures, look)
    owners = np.asarray(layer.owners)
    frame = _background(scene, [mover for mover, _, _ in pictures], look)
    colours = np.asarray(layer.colours.reduce(SUPERSAMPLING)).astype(np.float32)
    covered = layer.owners.point([0] + [255] * 255).reduce(SUPERSAMPLING)
    frame = frame * (1 - np.asarray(covered, np.float32) * np.float32(1 / 255))[..., None] + colours
    if look.lamps:
        frame = _by_lamplight(scene, frame, pictures, owners, look)
    seen = [
        visible
        for number, ((mover, picture, _), area) in enumerate(zip(pictures, areas, strict=True), start=1)
        if (visible := _visible(mover, picture, number, area, owners)) is not None
    ]
    return frame, seen


_Entry = tuple[Mover, Picture, float]


def _pictures(scene: Scene, movers: Sequence[Mover], look: Look) -> list[_Entry]:
    """Movers in the frame with picture and depth, far ones first."""
    camera = scene.camera
    if not movers:
        return []
    poses = [mover.pose for mover in movers]
    points, depths = camera.project(np.array([[x, y, 1.0] for x, y, _ in poses]))
    shade = shade_under(scene.sun, look.sun)
    entries: list[_Entry] = []
    for mover, pose, point, depth in zip(movers, poses, points, depths.tolist(), strict=True):
        reach = 1.2 * camera.focal * mover.body.length / max(depth, 1.0) + 20
        near_x = -reach < point[0] < camera.width + reach
        if depth < 1 or not near_x or not -reach < point[1] < camera.height + reach:
            continue
        picture = _picture(mover, pose, camera, shade, (float(np.exp(-look.haze * depth)), look.air))
        if picture is not None and _inside(picture, camera):
            entries.append((mover, picture, depth))
    entries.sort(key=lambda entry: -entry[2])
    return entries[-MOST_OBJECTS:]


def _picture(
    mover: Mover, pose: tuple[float, float, float], camera: Camera, shade: Shade, haze: tuple[float, Array]
) -> Picture | None:
    if isinstance(mover.body, Person):
        return picture_of_person(mover.body, pose, mover.distance, camera, SUPERSAMPLING, shade, haze)
    return picture_of(mover.body, pose, camera, SUPERSAMPLING, shade, haze)


def _inside(picture: Picture, camera: Camera) -> bool:
    left, top, right, bottom = picture.box
    width, height = camera.width * SUPERSAMPLING, camera.height * SUPERSAMPLING
    return right > 0 and bottom > 0 and left < width and top < height


def _draw(scene: Scene, pictures: Sequence[_Entry], look: Look) -> tuple[_Layer, list[int]]:
    """Far to near, lamp posts among them; and how many enlarged pixels each would have if nothing hid it."""
    size = (scene.camera.width * SUPERSAMPLING, scene.camera.height * SUPERSAMPLING)
    layer = _Layer(Image.new("RGB", size), Image.new("L", size))
    paint, own = ImageDraw.Draw(layer.colours), ImageDraw.Draw(layer.owners)
    posts = sorted(scene.posts, key=lambda post: -post.depth)
    areas = []
    for number, (_, picture, depth) in enumerate(pictures, start=1):
        while posts and posts[0].depth > depth:
            _draw_post(posts.pop(0), paint, own, look)
        for polygon, colour, outline in picture.polygons:
            paint.polygon(polygon, fill=colour)
            if outline:
                own.polygon(polygon, fill=number)
        areas.append(layer.owners.crop(_cells(picture, size)).histogram()[number])
    for post in posts:
        _draw_post(post, paint, own, look)
    return layer, areas


def _draw_post(post: Post, paint: ImageDraw.ImageDraw, own: ImageDraw.ImageDraw, look: Look) -> None:
    kept = float(np.exp(-look.haze * post.depth))
    red, green, blue = (np.array(GREY) * kept + look.air * (1 - kept)).astype(int).tolist()
    for polygon in post.polygons:
        enlarged = [edge * SUPERSAMPLING for edge in polygon]
        paint.polygon(enlarged, fill=(red, green, blue))
        own.polygon(enlarged, fill=POST)


def _cells(picture: Picture, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The enlarged pixels that a picture can touch."""
    left, top, right, bottom = picture.box
    return (
        max(0, int(left) - 1),
        max(0, int(top) - 1),
        min(size[0], int(right) + 2),
        min(size[1], int(bottom) + 2),
    )


def _visible(
    mover: Mover, picture: Picture, number: int, area: int, owners: NDArray[np.uint8]
) -> Visible | None:
    size = owners.shape[1], owners.shape[0]
    left, top, right, bottom = _cells(picture, size)
    own = owners[top:bottom, left:right] == number
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    if not len(rows):
        return None
    x0, y0, x1, y1 = picture.box
    inside = max(0.0, min(x1, size[0]) - max(x0, 0)) * max(0.0, min(y1, size[1]) - max(y0, 0))
    return Visible(
        mover,
        (
            (left + int(columns[0])) / SUPERSAMPLING,
            (top + int(rows[0])) / SUPERSAMPLING,
            (left + int(columns[-1]) + 1) / SUPERSAMPLING,
            (top + int(rows[-1]) + 1) / SUPERSAMPLING,
        ),
        int(own.sum()) / max(area, 1),
        inside / max((x1 - x0) * (y1 - y0), 1e-6),
    )


def _background(scene: Scene, movers: Sequence[Mover], look: Look) -> Array:
    """The empty street with the movers' shadows, in haze."""
    blocks: list[Block] = [(m.body.length, m.body.width, m.body.height, m.pose) for m in movers]
    contact = shadow_mask(blocks, scene.camera, None) * np.float32(0.55)
    if look.sun:
        cast = np.maximum(shadow_mask(blocks, scene.camera, scene.sun), scene.shadows)
        contact = np.maximum(contact, cast * np.float32(0.2 + 0.35 * look.sun))
    frame = scene.day * (1 - contact)[..., None]
    if look.haze:
        kept = np.exp(-look.haze * np.minimum(scene.depth, 2000))[..., None].astype(np.float32)
        frame = frame * kept + look.air * (1 - kept)
    return frame


def _by_lamplight(
    scene: Scene, frame: Array, pictures: Sequence[_Entry], owners: NDArray[np.uint8], look: Look
) -> Array:
    """What street lamps and headlights show of the frame, and the lamps themselves with their glow."""
    dark = 1 - float(look.ambient.mean())
    light = look.ambient + (scene.pools * np.float32(0.85 * dark * look.lamps))[..., None] * LAMP_LIGHT
    beam = 0.75 * dark * look.lamps
    beams = _beams(scene.camera, [mover for mover, _, _ in pictures])
    uncovered = owners[::SUPERSAMPLING, ::SUPERSAMPLING] == 0
    beams = beams * np.where(uncovered, beam, 0.35 * beam).astype(np.float32)
    light = light + beams[..., None] * BEAM_LIGHT
    windows = scene.windows * uncovered[..., None] * np.float32(dark * look.lamps)
    lit: Array = frame * light + windows + _glow(scene, pictures, owners, look)
    return lit


def _beams(camera: Camera, movers: Sequence[Mover]) -> Array:
    """(H, W) 0…1: where headlights light the road."""
    image = Image.new("L", (camera.width, camera.height))
    draw = ImageDraw.Draw(image)
    for mover in movers:
        if isinstance(mover.body, Person) or mover.path.users == "parked":
            continue
        nose = mover.body.length / 2
        for reach, wide, strength in ((13, 3.4, 90), (8, 2.2, 170)):
            corners = np.array(
                [[nose, 0.7, 0], [nose, -0.7, 0], [nose + reach, -wide, 0], [nose + reach, wide, 0]]
            )
            points, depth = camera.project(_placed(corners, mover.pose))
            if depth.min() > 1:
                draw.polygon(points.ravel().tolist(), fill=strength)
    soft = image.filter(ImageFilter.GaussianBlur(0.02 * camera.height))
    return np.asarray(soft).astype(np.float32) * np.float32(1 / 255)


def _placed(points: Array, pose: tuple[float, float, float]) -> Array:
    placed: Array = points @ rotation(pose[2]).T + np.array([pose[0], pose[1], 0.0])
    return placed


def _glow(scene: Scene, pictures: Sequence[_Entry], owners: NDArray[np.uint8], look: Look) -> Array:
    camera = scene.camera
    image = Image.new("RGB", (camera.width, camera.height))
    draw = ImageDraw.Draw(image)
    for number, (mover, _, _) in enumerate(pictures, start=1):
        if isinstance(mover.body, Model) and mover.path.users != "parked":
            _draw_lamps(draw, mover, number, owners, camera)
    for post in scene.posts:
        _dot(draw, post.lamp, post.lamp_radius, (255, 214, 150))
    core = np.asarray(image).astype(np.float32)
    size = camera.height / 192
    near = _halo(image, 2, 1.1 * size)
    wide = _halo(image, 4, 2.6 * size)
    glow: Array = core * 0.9 + near * 1.1 + wide * (1.3 + 25 * look.haze)
    return glow * np.float32(look.lamps)


def _halo(lights: Image.Image, factor: int, deviation: float) -> Array:
    """A soft glow, blurred in a picture that is `factor` times smaller."""
    small = lights.reduce(factor).filter(ImageFilter.GaussianBlur(deviation))
    return np.asarray(small.resize(lights.size, Image.Resampling.BILINEAR)).astype(np.float32)


def _draw_lamps(
    draw: ImageDraw.ImageDraw, mover: Mover, number: int, owners: NDArray[np.uint8], camera: Camera
) -> None:
    assert isinstance(mover.body, Model)
    if not mover.body.lamps:
        return
    turn = rotation(mover.pose[2])
    places = _placed(np.array([lamp.at for lamp in mover.body.lamps]), mover.pose)
    points, depths = camera.project(places)
    for lamp, place, point, depth in zip(mover.body.lamps, places, points, depths, strict=True):
        to_camera = camera.position - place
        facing = lamp.towards * float(turn[:, 0] @ to_camera) / float(np.linalg.norm(to_camera))
        column, row = (int(value * SUPERSAMPLING) for value in point)
        inside = 0 <= column < owners.shape[1] and 0 <= row < owners.shape[0]
        if facing > 0.05 and inside and owners[row, column] in (0, number):
            braking = 1.6 if lamp.towards < 0 and mover.speed < 0.7 * mover.wish else 1.0
            radius = lamp.radius * camera.focal / depth * (0.5 + 0.7 * facing) * braking
            _dot(draw, (float(point[0]), float(point[1])), radius, lamp.colour)


def _dot(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], radius: float, colour: tuple[float, float, float]
) -> None:
    reach = max(radius, 0.6)
    red, green, blue = (int(channel) for channel in colour)
    draw.ellipse([at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach], fill=(red, green, blue))
