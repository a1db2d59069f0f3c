from collections.abc import Iterator

import pytest

from tests.clients.app_server import AppServer


@pytest.fixture(scope="module")
def server() -> Iterator[AppServer]:
    with AppServer() as running:
        yield running
