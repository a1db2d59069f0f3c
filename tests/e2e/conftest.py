from collections.abc import Iterator

import pytest

from tests.e2e.bot_setup import Running, Scene
from tests.support.network.webhook_receiver import Receiver
from tests.support.stack import Stack


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One stack for all tests that do not stop it."""
    with Stack(tmp_path_factory.mktemp("stack") / "state") as stack:
        yield Running(stack)


@pytest.fixture
def scene(running: Running) -> Scene:
    return running.bot()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening
