"""The only file that pairs ports with adapters.

Each adapter is imported and built when it is first asked for, once: a gate call pays for the table
and for nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.clock import SystemClock
from chalicelib.adapters.security.random import SystemRandom
from chalicelib.loading import load, loading
from chalicelib.plugins import PLUGINS
from chalicelib.settings import Misconfigured, Settings, settings
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.people import SessionLimits
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.table import Table
    from chalicelib.usecases.ports.accounts import (
        Authenticator,
        IdentityProvider,
        LoginAttempts,
        Passwords,
        SecondFactors,
        Sessions,
        Tokens,
    )
    from chalicelib.usecases.ports.admin import Administration
    from chalicelib.usecases.ports.audit import AuditTrail
    from chalicelib.usecases.ports.conversations import Conversations, FileStore, WordIndex
    from chalicelib.usecases.ports.directory import Directory
    from chalicelib.usecases.ports.erasures import Erasures
    from chalicelib.usecases.ports.integrations import Integration
    from chalicelib.usecases.ports.limits import RateLimits, SharedBuckets
    from chalicelib.usecases.ports.live import (
        Connections,
        Notifications,
        ReactionMemory,
        ReadMarks,
        SocketSender,
        Topic,
    )
    from chalicelib.usecases.ports.people import (
        Mailer,
        MailQueue,
        PasswordResets,
        PeopleAdministration,
        PushEncoder,
        PushQueue,
        PushSubscriptions,
    )
    from chalicelib.usecases.ports.reports import Metrics, Reports
    from chalicelib.usecases.ports.webhooks import (
        Deliveries,
        SecretSealer,
        WebhookClient,
        WebhookQueue,
    )
    from chalicelib.usecases.records.second_factor import SecondFactorRule
    from chalicelib.usecases.records.sign_on import SignOnRules

HOUR_MS = 60 * 60 * 1000
ISSUER = "baton"
NAMESPACE = "Baton"
"""The metrics' namespace is this and the stage, so that each stage has metrics of its own."""


class AwsServices:
    """The adapters for AWS, or for the server at `AWS_ENDPOINT_URL`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.clock = SystemClock()
        self.random = SystemRandom()
        idle, life = settings.idle_hours * HOUR_MS, settings.session_hours * HOUR_MS
        self.session_limits = SessionLimits(idle, life)
        self.socket_url = settings.socket_url
        self.origins = settings.origins
        self.edge_token = settings.edge_token

    @property
    def secrets(self) -> tuple[str, ...]:
        """Raises Misconfigured in a function that has none."""
        if not self._settings.secrets:
            raise Misconfigured("Set BATON_SECRET in the function's environment; it is empty.")
        return self._settings.secrets

    @cached_property
    def table(self) -> Table:
        s = self._settings
        with loading():
            from chalicelib.adapters.dynamodb.table import open_table

            return open_table(
                s.table, s.region, s.endpoint, shards=s.shards, filled=s.filled_shards
            )

    @cached_property
    def conversations(self) -> Conversations:
        from chalicelib.adapters.dynamodb.conversations.store import DynamoConversations

        return DynamoConversations(self.table, self.clock)

    @cached_property
    def erasures(self) -> Erasures:
        from chalicelib.adapters.dynamodb.conversations.erasures import DynamoErasures

        return DynamoErasures(self.table, self.clock)

    @cached_property
    def files(self) -> FileStore:
        from chalicelib.adapters.aws.s3 import S3Files

        s = self._settings
        for name, value in (("BUCKET", s.files_bucket), ("URL", s.files_url)):
            if not value:
                what = f"Set BATON_FILES_{name} in the function's environment; it is empty."
                raise Misconfigured(what)
        return S3Files(
            lambda: self.client("s3"), self._credentials, s.files_bucket, s.files_url, s.region
        )

    @property
    def files_url(self) -> str:
        return self._settings.files_url

    @cached_property
    def directory(self) -> Directory:
        from chalicelib.adapters.cached_directory import CachedDirectory
        from chalicelib.adapters.dynamodb.directory.store import DynamoDirectory

        return CachedDirectory(DynamoDirectory(self.table, self.clock), self.clock)

    @cached_property
    def administration(self) -> Administration:
        from chalicelib.adapters.cached_directory import CacheClearingAdministration
        from chalicelib.adapters.dynamodb.directory.administration import DynamoAdministration

        stored = DynamoAdministration(self.table, self.clock)
        return CacheClearingAdministration(stored, self.directory)

    @cached_property
    def people(self) -> PeopleAdministration:
        from chalicelib.adapters.dynamodb.directory.people_administration import (
            DynamoPeopleAdministration,
        )

        return DynamoPeopleAdministration(self.table, self.clock)

    @cached_property
    def password_resets(self) -> PasswordResets:
        from chalicelib.adapters.dynamodb.directory.password_resets import DynamoPasswordResets

        return DynamoPasswordResets(self.table, self.clock)

    @property
    def sends_mail(self) -> bool:
        return bool(self._settings.mail_sender)

    @cached_property
    def mail_queue(self) -> MailQueue:
        from chalicelib.adapters.aws.sqs import SqsMailQueue

        return SqsMailQueue(lambda: self._queue_client, self._settings.queue_url, self.random)

    @cached_property
    def mailer(self) -> Mailer:
        from chalicelib.adapters.aws.ses import SesMailer

        return SesMailer(lambda: self.client("sesv2"), self._settings.mail_sender)

    @property
    def console_url(self) -> str:
        """Raises Misconfigured in a function that sends neither mail nor web push."""
        if not self._settings.console_url:
            raise Misconfigured("Set BATON_CONSOLE_URL in the function's environment; it is empty.")
        return self._settings.console_url

    @cached_property
    def sessions(self) -> Sessions:
        from chalicelib.adapters.dynamodb.directory.sessions import DynamoSessions

        return DynamoSessions(self.table, self.clock)

    @cached_property
    def second_factors(self) -> SecondFactors:
        from chalicelib.adapters.dynamodb.directory.second_factors import DynamoSecondFactors

        return DynamoSecondFactors(self.table, self.clock)

    @cached_property
    def audit_trail(self) -> AuditTrail:
        from chalicelib.adapters.dynamodb.audit import DynamoAuditTrail

        return DynamoAuditTrail(self.table, self.clock)

    @cached_property
    def login_attempts(self) -> LoginAttempts:
        from chalicelib.adapters.dynamodb.attempts import DynamoAttempts

        return DynamoAttempts(self.table, self.clock)

    @cached_property
    def rate_limits(self) -> RateLimits:
        """Raises Misconfigured if the settings name a limit that does not exist."""
        from chalicelib.adapters.rate_limiter import UnknownLimit, rate_limits

        try:
            return rate_limits(self._settings.limits, self._shared_buckets, self.clock)
        except UnknownLimit as error:
            raise Misconfigured(f"BATON_LIMITS: {error}") from None

    def _shared_buckets(self) -> SharedBuckets:
        from chalicelib.adapters.dynamodb.buckets import DynamoBuckets

        return DynamoBuckets(self.table, self.clock)

    @cached_property
    def connections(self) -> Connections:
        from chalicelib.adapters.dynamodb.connections import DynamoConnections

        return DynamoConnections(self.table, self.clock)

    @cached_property
    def notifications(self) -> Notifications:
        from chalicelib.adapters.dynamodb.notifications import DynamoNotifications

        return DynamoNotifications(self.table, self.clock)

    @cached_property
    def push_subscriptions(self) -> PushSubscriptions:
        from chalicelib.adapters.dynamodb.directory.push_subscriptions import (
            DynamoPushSubscriptions,
        )

        return DynamoPushSubscriptions(self.table, self.clock)

    @cached_property
    def push_queue(self) -> PushQueue:
        from chalicelib.adapters.aws.sqs import SqsPushQueue

        if not self._settings.push_queue_url:
            raise Misconfigured("Set BATON_PUSH_QUEUE_URL in the function's environment.")
        return SqsPushQueue(lambda: self._queue_client, self._settings.push_queue_url)

    @cached_property
    def push_encoder(self) -> PushEncoder:
        from chalicelib.adapters.security.web_push import WebPushEncoder

        return WebPushEncoder()

    @cached_property
    def deliveries(self) -> Deliveries:
        from chalicelib.adapters.dynamodb.deliveries import DynamoDeliveries

        return DynamoDeliveries(self.table, self.clock)

    @cached_property
    def read_marks(self) -> ReadMarks:
        from chalicelib.adapters.dynamodb.conversations.read_marks import DynamoReadMarks

        return DynamoReadMarks(self.table, self.clock)

    @cached_property
    def word_index(self) -> WordIndex:
        from chalicelib.adapters.dynamodb.conversations.word_index import DynamoWordIndex

        return DynamoWordIndex(self.table, self.clock)

    @cached_property
    def reports(self) -> Reports:
        from chalicelib.adapters.dynamodb.reports import DynamoReports

        return DynamoReports(self.table, self.clock)

    @cached_property
    def sockets(self) -> SocketSender:
        from chalicelib.adapters.aws.sockets import ApiGatewaySockets

        return ApiGatewaySockets(lambda: self._socket_client, self.clock, self.random)

    @cached_property
    def topic(self) -> Topic:
        from chalicelib.adapters.aws.sns import SnsTopic

        return SnsTopic(lambda: self._topic_client, self._settings.topic_arn)

    @cached_property
    def webhook_queue(self) -> WebhookQueue:
        from chalicelib.adapters.aws.sqs import SqsWebhookQueue

        s = self._settings
        return SqsWebhookQueue(lambda: self._queue_client, s.queue_url, s.dead_letter_url)

    @cached_property
    def webhook_client(self) -> WebhookClient:
        from chalicelib.adapters.webhook_http.client import HttpWebhookClient

        return HttpWebhookClient(allow_loopback=self._settings.is_local)

    @cached_property
    def secret_sealer(self) -> SecretSealer:
        from chalicelib.adapters.aws.kms import KmsSecretSealer

        return KmsSecretSealer(lambda: self._key_client, self._settings.secrets_key, self.clock)

    @cached_property
    def metrics(self) -> Metrics:
        from chalicelib.adapters.aws.metrics import EmfMetrics
        from chalicelib.usecases.records.metrics import RECORDED

        settings = self._settings
        return EmfMetrics(f"{NAMESPACE}/{settings.stage}", RECORDED[settings.watching])

    @cached_property
    def reaction_memory(self) -> ReactionMemory:
        from chalicelib.adapters.reaction_memory import RecentReactions

        return RecentReactions()

    @cached_property
    def passwords(self) -> Passwords:
        from chalicelib.adapters.security.passwords import Argon2Passwords

        return Argon2Passwords()

    @cached_property
    def authenticator(self) -> Authenticator:
        from chalicelib.adapters.security.totp import TotpAuthenticator

        return TotpAuthenticator()

    @cached_property
    def second_factor_rule(self) -> SecondFactorRule:
        from chalicelib.usecases.records.second_factor import SecondFactorRule

        return SecondFactorRule(self._settings.second_factor)

    @cached_property
    def sign_on_rules(self) -> SignOnRules | None:
        from chalicelib.usecases.records.sign_on import SignOnRules

        given = self._settings.sign_on
        if given is None:
            return None
        domains = frozenset(domain.lower() for domain in given.domains)
        label = given.label or given.issuer.split("/")[2]
        return SignOnRules(label, domains, given.creates_accounts, given.claim, given.memberships)

    @cached_property
    def identity_provider(self) -> IdentityProvider:
        from chalicelib.adapters.security.oidc import OidcProvider

        given = self._settings.sign_on
        if given is None:
            raise Misconfigured("Set BATON_OIDC in the function's environment; it is empty.")
        return OidcProvider(
            given.issuer,
            given.client_id,
            given.client_secret,
            f"{given.address.rstrip('/')}/api/v1/auth/oidc/callback",
            allow_loopback=self._settings.is_local,
        )

    @cached_property
    def tokens(self) -> Tokens:
        from chalicelib.adapters.security.tokens import JwtTokens

        return JwtTokens(self.secrets, ISSUER, self.clock)

    @cached_property
    def integrations(self) -> tuple[Integration, ...]:
        return integrations_of(self)

    def client(self, service: str, endpoint: str | None = None, attempts: int = 3) -> Any:
        """Creates a botocore client. `attempts` includes the first attempt. A call takes at most
        `LONGEST_CALL` of chalicelib/usecases/ports/call_deadline.py."""
        from botocore.config import Config

        config = Config(
            connect_timeout=1,
            read_timeout=3,
            retries={"total_max_attempts": attempts, "mode": "standard"},
            max_pool_connections=32,
            # Otherwise botocore describes the machine for each call.
            user_agent=ISSUER,
        )
        with loading():
            return self._session.create_client(
                service,
                region_name=self._settings.region,
                endpoint_url=endpoint or self._settings.endpoint,
                config=config,
            )

    def make_clients(self) -> None:
        """Makes the clients now that calls would make on first use."""
        _ = self.table, self._socket_client, self._topic_client, self._queue_client
        if self._settings.secrets_key:
            _ = self._key_client

    @cached_property
    def _socket_client(self) -> Any:
        return self.client("apigatewaymanagementapi", self._settings.socket_endpoint, attempts=1)

    @cached_property
    def _topic_client(self) -> Any:
        return self.client("sns")

    @cached_property
    def _queue_client(self) -> Any:
        return self.client("sqs")

    @cached_property
    def _key_client(self) -> Any:
        return self.client("kms")

    def _credentials(self) -> Any:
        """Those of the function. botocore renews them where they expire."""
        found = self._session.get_credentials()
        if found is None:
            raise Misconfigured("There are no AWS credentials to sign the addresses of files with.")
        return found.get_frozen_credentials()

    @cached_property
    def _session(self) -> Any:
        """A botocore session. boto3 would add a tenth to the import and nothing that we call."""
        from botocore.session import get_session

        return get_session()


def integrations_of(services: Services) -> tuple[Integration, ...]:
    return tuple(load(f"{plugin}.integration:make_integration")(services) for plugin in PLUGINS)


@cache
def services() -> AwsServices:
    from chalicelib.adapters.log_lines import write_log_lines

    write_log_lines(settings().log_level)
    return AwsServices(settings())


def stream_source() -> tuple[str, str]:
    """The region and the table whose stream calls us."""
    return settings().region, settings().table


def queue_source() -> tuple[str, str]:
    """The region and the URL of the queue that calls us."""
    return settings().region, settings().queue_url


def push_queue_source() -> tuple[str, str]:
    """As `queue_source`, for the web push function."""
    return settings().region, settings().push_queue_url


def read_record(record: Mapping[str, Any]) -> CommittedEntry | Notification | None:
    from chalicelib.adapters.dynamodb.stream import read_record

    return read_record(record)
