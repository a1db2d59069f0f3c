"""All services in memory, seeded like the local stack."""

from collections.abc import Mapping
from copy import copy

from chalicelib.adapters.cached_directory import CacheClearingAdministration, CachedDirectory
from chalicelib.adapters.rate_limiter import ContainerRateLimits
from chalicelib.adapters.reaction_memory import RecentReactions
from chalicelib.adapters.security.tokens import JwtTokens
from chalicelib.adapters.security.totp import TotpAuthenticator
from chalicelib.adapters.security.web_push import WebPushEncoder
from chalicelib.domain.limit_names import LimitName
from chalicelib.domain.limits import LIMITS, Limit
from chalicelib.domain.routing.queues import NO_LIMITS, Queue
from chalicelib.settings import LOCAL
from chalicelib.usecases.ports.limits import SharedBuckets
from chalicelib.usecases.records.people import SessionLimits
from chalicelib.usecases.records.second_factor import SecondFactorRule
from chalicelib.usecases.records.sign_on import SignOnRules
from chalicelib.wiring import integrations_of
from infra.local.seed import seed
from tests.support.clock import ManualClock
from tests.support.fakes import (
    FakeMailer,
    FakeMailQueue,
    FakeMetrics,
    FakePushQueue,
    FakeSecretSealer,
    FakeSockets,
    FakeTopic,
    FakeWebhookClient,
    FakeWebhookQueue,
    PlainPasswords,
    SeededRandom,
)
from tests.support.memory import (
    MemoryAdministration,
    MemoryAttempts,
    MemoryAuditTrail,
    MemoryBuckets,
    MemoryConnections,
    MemoryConversations,
    MemoryDeliveries,
    MemoryDirectory,
    MemoryErasures,
    MemoryNotifications,
    MemoryPasswordResets,
    MemoryPeopleAdministration,
    MemoryPushSubscriptions,
    MemoryReadMarks,
    MemoryReports,
    MemorySecondFactors,
    MemorySessions,
    MemoryTable,
    MemoryWordIndex,
)
from tests.support.memory.files import ADDRESS, MemoryFiles
from tests.support.network.fake_provider import FakeProvider

QUEUES = ("billing", "sales", "support", "vip")
"""Queues of the bot `demo`, whose timers are off."""
HOUR = 60 * 60 * 1000
SECRET = "a-secret-for-tests-that-is-long-enough"
ORIGIN = "http://127.0.0.1:8000"


class MemoryServices:
    """Implements `Services`; each fake has its own type, so that tests can inspect it."""

    def __init__(self, webhook_url: str | None = None) -> None:
        self.memory = table = MemoryTable()
        self.clock = ManualClock()
        self.conversations = MemoryConversations(table, self.clock)
        self.erasures = MemoryErasures(table, self.clock)
        self.files = MemoryFiles(self.clock)
        self.files_url = ADDRESS
        self.directory = MemoryDirectory(table, self.clock)
        self.administration = MemoryAdministration(table, self.clock)
        self.session_limits = SessionLimits(12 * HOUR, 7 * 24 * HOUR)
        self.password_resets = MemoryPasswordResets(table, self.clock)
        self.people = MemoryPeopleAdministration(table, self.clock)
        self.sends_mail = False
        self.mail_queue = FakeMailQueue()
        self.mailer = FakeMailer()
        self.console_url = f"{ORIGIN}/console/index.html"
        self.sessions = MemorySessions(table, self.clock)
        self.second_factors = MemorySecondFactors(table)
        self.second_factor_rule = SecondFactorRule.OPTIONAL
        self.authenticator = TotpAuthenticator()
        self.sign_on_rules: SignOnRules | None = None
        self.identity_provider = FakeProvider()
        self.login_attempts = MemoryAttempts(table, self.clock)
        self.rate_limits = ContainerRateLimits({}, no_shared_buckets, self.clock)
        self.connections = MemoryConnections(table, self.clock)
        self.notifications = MemoryNotifications(table, self.clock)
        self.push_subscriptions = MemoryPushSubscriptions(table, self.clock)
        self.push_queue = FakePushQueue()
        self.push_encoder = WebPushEncoder()
        self.deliveries = MemoryDeliveries(table, self.clock)
        self.audit_trail = MemoryAuditTrail(table, self.clock)
        self.read_marks = MemoryReadMarks(table, self.clock)
        self.reports = MemoryReports(table, self.clock)
        self.word_index = MemoryWordIndex(table, self.clock)
        self.sockets = FakeSockets()
        self.topic = FakeTopic()
        self.webhook_queue = FakeWebhookQueue(self.clock)
        self.webhook_client = FakeWebhookClient()
        self.secret_sealer = FakeSecretSealer()
        self.metrics = FakeMetrics()
        self.reaction_memory = RecentReactions()
        self.passwords = PlainPasswords()
        self.random = SeededRandom()
        self.secrets: tuple[str, ...] = (SECRET,)
        self.tokens = JwtTokens(self.secrets, "baton", self.clock)
        self.socket_url = "ws://127.0.0.1:8000/ws"
        self.origins = frozenset({ORIGIN})
        self.edge_token = ""
        self.integrations = integrations_of(self)
        seed(self, LOCAL, webhook_url)
        for name in QUEUES:
            self.directory.put_queue("demo", Queue(name, limits=NO_LIMITS))


def no_shared_buckets() -> SharedBuckets:
    raise AssertionError("These services have no rate limits.")


def limit_rates(
    services: MemoryServices, limits: Mapping[LimitName, Limit] = LIMITS
) -> ContainerRateLimits:
    """Gives the services rate limits, as the settings do."""
    buckets = MemoryBuckets()
    services.rate_limits = ContainerRateLimits(limits, lambda: buckets, services.clock)
    return services.rate_limits


def add_cache(services: MemoryServices) -> None:
    """Puts the cache of a real process before the directory."""
    cached = CachedDirectory(services.directory, services.clock)
    clearing = CacheClearingAdministration(services.administration, cached)
    services.directory = cached  # type: ignore[assignment]
    services.administration = clearing  # type: ignore[assignment]


def process_with_cache(services: MemoryServices) -> MemoryServices:
    """One of several processes on the same table. Each has a cache of its own."""
    process = copy(services)
    add_cache(process)
    return process
