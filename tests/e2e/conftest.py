from collections.abc import Iterator

import pytest

from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.support.network.webhook_receiver import WebhookReceiver
from tests.support.stack import Stack


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One stack, shared by all tests that do not stop it."""
    with Stack(tmp_path_factory.mktemp("stack") / "state") as stack:
        yield RunningStack(stack)


@pytest.fixture
def scene(running: RunningStack) -> BotSetup:
    return running.bot()


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as listening:
        yield listening
