from collections.abc import Iterator

import pytest

from tests.serving.api.running import TOKEN, Service, guarded, serving

PUBLIC = ["/", "/docs", "/openapi.json", "/healthz", "/readyz", "/assets/app.js"]
PRIVATE = [
    "/v1/cameras",
    "/v1/cameras/gate/picture",
    "/v1/results?wait_s=0",
    "/v1/status",
    "/v1/windows",
    "/v1/plan",
    "/v1/config",
    "/metrics",
    "/v1/nothing",
]


@pytest.fixture(scope="module")
def closed() -> Iterator[Service]:
    with guarded() as running:
        yield running


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_without_data_need_no_token(closed: Service, path: str) -> None:
    assert closed.client.get(path).status_code == 200


@pytest.mark.parametrize("path", PRIVATE)
def test_all_else_needs_one(closed: Service, path: str) -> None:
    refused = closed.client.get(path)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert closed.trusted.get(path).status_code in (200, 404)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"]
)
def test_a_wrong_token_opens_nothing(closed: Service, given: str) -> None:
    headers = [(b"Authorization", given.encode("latin-1"))]
    assert closed.client.get("/v1/status", headers=headers).status_code == 401


def test_no_page_holds_the_token(closed: Service) -> None:
    assert all(TOKEN not in closed.trusted.get(path).text for path in [*PUBLIC, *PRIVATE])


def test_a_page_of_another_site_is_not_answered() -> None:
    with serving() as service:
        evil = {"Origin": "http://evil.test"}
        assert service.client.post("/v1/cameras/gate/pause", headers=evil).status_code == 403
        own = {"Origin": service.server.url}
        assert service.client.post("/v1/cameras/gate/pause", headers=own).status_code == 200


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "[", ""])
def test_a_foreign_name_bent_to_this_machine_is_not_answered(host: str) -> None:
    with serving() as service:
        assert service.client.get("/v1/status", headers={"Host": host}).status_code == 403
        assert service.client.get("/v1/status", headers={"Host": "localhost:9"}).status_code == 200
