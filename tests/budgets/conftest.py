from collections.abc import Iterator

import pytest

from tests.budgets.scene import Scene, scene
from tests.budgets.world import TableWorld
from tests.support.engines import CREDENTIALS, Stores, moto


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """One table for all: what is counted does not depend on what else is in it."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with moto(tmp_path_factory.mktemp("moto")) as fresh, fresh() as stores:
            yield stores


@pytest.fixture(scope="session")
def _scenes(stores: Stores) -> Iterator[Scene]:
    return _numbered(scene(TableWorld(stores)))


@pytest.fixture
def in_conversation(_scenes: Iterator[Scene]) -> Scene:
    """A conversation of its own."""
    return next(_scenes)


def _numbered(first: Scene) -> Iterator[Scene]:
    while True:
        yield first
        first = first.next()
