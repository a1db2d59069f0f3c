"""The world on a real table: DynamoDB's adapters, as wired, and fakes for all else."""

from chalicelib.adapters.cached import CachedDirectory
from chalicelib.adapters.tokens import JwtTokens
from chalicelib.settings import LOCAL
from chalicelib.usecases import ports
from infra.local.seed import seed
from tests.support.engines import Stores
from tests.support.fakes import (
    FakeNudges,
    FakeReceiver,
    FakeSockets,
    FakeTopic,
    PlainPasswords,
    SeededChance,
)


class TableWorld:
    """Seeded as the local stack is."""

    def __init__(self, stores: Stores) -> None:
        self.clock = stores.clock
        self.conversations = stores.conversations
        self.directory: ports.Directory = CachedDirectory(stores.directory, stores.clock)
        self.attempts = stores.attempts
        self.connections = stores.connections
        self.notifications = stores.notifications
        self.deliveries = stores.deliveries
        self.sockets = FakeSockets()
        self.topic = FakeTopic()
        self.nudges = FakeNudges(self.clock)
        self.receiver = FakeReceiver()
        self.passwords = PlainPasswords()
        self.chance = SeededChance()
        self.secret = "a-secret-for-tests-that-is-long-enough"
        self.tokens = JwtTokens(self.secret, "baton", self.clock)
        self.socket_url = "ws://127.0.0.1:8000/ws"
        self.origins = frozenset({"http://127.0.0.1:8000"})
        seed(self, LOCAL, None)
