"""One open service for tests that leave it as it is."""

from collections.abc import Iterator

import pytest

from tests.serving.api.running import Service, serving


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serving() as running:
        yield running
