from collections.abc import Iterator

import pytest

from tests.support.engines import CREDENTIALS, ENGINES, Fresh, Stores, moto


@pytest.fixture(scope="session")
def credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        yield


@pytest.fixture(scope="session", params=ENGINES)
def engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    credentials: None,
) -> Iterator[Fresh]:
    with ENGINES[request.param](tmp_path_factory.mktemp("engine")) as fresh:
        yield fresh


@pytest.fixture
def stores(engine: Fresh) -> Iterator[Stores]:
    with engine() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def _moto(tmp_path_factory: pytest.TempPathFactory, credentials: None) -> Iterator[Fresh]:
    with moto(tmp_path_factory.mktemp("moto")) as fresh:
        yield fresh


@pytest.fixture
def on_moto(_moto: Fresh) -> Iterator[Stores]:
    """For what concerns DynamoDB alone."""
    with _moto() as fresh:
        yield fresh
