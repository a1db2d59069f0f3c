"""New services for every test, and the callers of the API."""

import pytest

from tests.api.simulation import Simulation
from tests.support.api import DEMO_KEY, OTHER_KEY, Api
from tests.support.services import MemoryServices


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices()


@pytest.fixture(params=[1, 3], ids=["one sweep a minute", "three at once"])
def simulation(services: MemoryServices, request: pytest.FixtureRequest) -> Simulation:
    """Moves the clock of the services and runs their timers and reactions."""
    return Simulation(services, sweeps=request.param)


@pytest.fixture
def bot(services: MemoryServices) -> Api:
    """Calls with a key of the bot `demo`."""
    return Api(services, DEMO_KEY)


@pytest.fixture
def other_bot(bot: Api) -> Api:
    return bot.as_(OTHER_KEY)


@pytest.fixture
def nobody(bot: Api) -> Api:
    return bot.as_(None)


@pytest.fixture
def ana(bot: Api) -> Api:
    return bot.login("ana")


@pytest.fixture
def bo(bot: Api) -> Api:
    return bot.login("bo")


@pytest.fixture
def sam(bot: Api) -> Api:
    """The supervisor."""
    return bot.login("sam")


@pytest.fixture
def eve(bot: Api) -> Api:
    """An agent of the bot `other`."""
    return bot.login("eve")


@pytest.fixture
def owner(bot: Api) -> Api:
    return bot.login("owner")
