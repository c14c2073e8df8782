from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from tests.serving.api.running import Service, guarded, picture, post, serving

SECRET = "hunter2hunter2"
WITH_PASSWORD = {"name": "yard", "url": f"rtsp://admin:{SECRET}@127.0.0.1:9/live?token={SECRET}"}


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


def names(service: Service) -> list[str]:
    return [each["camera"]["camera"] for each in service.trusted.get("/v1/cameras").json()]


def test_cameras_come_and_go(service: Service) -> None:
    assert service.client.post("/v1/cameras", json={"name": "door", "url": "post:"}).status_code == 201
    assert names(service) == ["gate", "door"]
    assert post(service.client, picture(), camera="door").status_code == 200
    assert service.client.delete("/v1/cameras/door").status_code == 204
    assert names(service) == ["gate"]
    assert service.client.delete("/v1/cameras/door").status_code == 404


def test_pausing_shows(service: Service) -> None:
    assert service.client.post("/v1/cameras/gate/pause").json()["camera"]["state"] == "paused"
    assert service.client.post("/v1/cameras/gate/resume").json()["camera"]["state"] == "connecting"


@pytest.mark.parametrize("url", ["rtsp://127.0.0.1:9/live", "/etc/passwd", "file:///etc/passwd"])
def test_no_address_is_taken_from_who_has_no_token(service: Service, url: str) -> None:
    answer = service.client.post("/v1/cameras", json={"name": "spy", "url": url})
    assert answer.status_code == 403
    assert names(service) == ["gate"]


def test_an_address_is_taken_with_a_token_and_its_password_shown_to_nobody() -> None:
    with guarded() as service:
        added = service.trusted.post("/v1/cameras", json=WITH_PASSWORD)
        assert added.status_code == 201
        pages = [added, *map(service.trusted.get, ("/v1/cameras", "/v1/status", "/v1/config", "/metrics"))]
        assert added.json()["camera"]["address"].startswith("rtsp://***@127.0.0.1:9/live")
        assert all(SECRET not in page.text for page in pages)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/${HOME}", "rtsp://${file:/etc/passwd}@127.0.0.1:9/"])
def test_no_secret_of_the_machine_is_put_into_an_address_of_a_client(url: str) -> None:
    with guarded() as service:
        answer = service.trusted.post("/v1/cameras", json={"name": "spy", "url": url})
        assert answer.status_code == 422
        assert "configuration" in answer.json()["error"]


@pytest.mark.parametrize(
    ("camera", "status", "says"),
    [
        ({"name": "gate", "url": "post:"}, 409, "of this name"),
        ({"name": "../etc", "url": "post:"}, 422, "body.name"),
        ({"name": "door"}, 422, "body.url"),
        ({"name": "door", "url": "post:", "colour": "red"}, 422, "body.colour"),
        ({"name": "door", "url": 7}, 422, "body.url"),
        ([], 422, "body"),
    ],
)
def test_what_is_no_camera_is_refused(service: Service, camera: object, status: int, says: str) -> None:
    answer = service.client.post("/v1/cameras", json=camera)
    assert answer.status_code == status
    assert says in answer.json()["error"]


def test_errors_do_not_repeat_the_address() -> None:
    with guarded() as service:
        wrong = WITH_PASSWORD | {"poll_s": "often"}
        answer = service.trusted.post("/v1/cameras", json=wrong)
        assert answer.status_code == 422
        assert SECRET not in answer.text


def test_the_latest_picture_names_its_record(service: Service) -> None:
    assert service.client.get("/v1/cameras/gate/picture").status_code == 404
    index = post(service.client, picture(size=(1920, 1080))).json()["index"]
    shown = service.client.get("/v1/cameras/gate/picture")
    assert shown.headers["Turbo-Index"] == str(index)
    assert Image.open(BytesIO(shown.content)).size == (960, 540)
