from collections.abc import Iterator

import pytest

from tests.support.engines import CREDENTIALS, ENGINES, Fresh, Stores


@pytest.fixture(scope="session", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fresh]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with ENGINES[request.param](tmp_path_factory.mktemp("engine")) as fresh:
            yield fresh


@pytest.fixture
def stores(engine: Fresh) -> Iterator[Stores]:
    with engine() as fresh:
        yield fresh
