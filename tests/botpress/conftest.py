import http.client
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest

from tests.botpress.stage import Cast, Stage
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices
from tests.support.stack import Stack

TIMEOUT = 20


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("botpress") / "state") as running:
        yield running


@pytest.fixture(scope="package")
def served(stack: Stack) -> Cast:
    """Calls the running stack over HTTP."""

    def send(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> ApiAnswer:
        connection = http.client.HTTPConnection(urlsplit(stack.url).netloc, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return ApiAnswer(response.status, dict(response.headers), response.read().decode())
        finally:
            connection.close()

    return Cast.of(stack.services(), send)


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices()


@pytest.fixture
def cast(services: MemoryServices) -> Cast:
    return cast_in_memory(services)


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return cast.stage()


def cast_in_memory(services: MemoryServices) -> Cast:
    """Calls the app in this process, with stores in memory."""
    api = Api(services)

    def send(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> ApiAnswer:
        return api.unchecked(method, path, body, **headers)

    return Cast.of(services, send)
