"""The only file that pairs ports with adapters.

Each adapter is imported and built when it is first asked for, once: a gate call pays for the table
and for nothing else.
"""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.chance import SystemChance
from chalicelib.adapters.clock import SystemClock
from chalicelib.loading import loading
from chalicelib.settings import Settings, settings
from chalicelib.usecases import admin_ports, delivery_ports, ports
from chalicelib.usecases.records import Committed, Notification

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.table import Table

ISSUER = "baton"
NAMESPACE = "Baton"
"""Of the metrics, before the stage: one stage's alarms never see another's handoffs."""


class AwsWorld:
    """The world as the settings describe it: AWS, or what stands at `AWS_ENDPOINT_URL`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.clock = SystemClock()
        self.chance = SystemChance()
        self.secrets = settings.secrets
        self.socket_url = settings.socket_url
        self.origins = settings.origins

    @cached_property
    def table(self) -> "Table":
        s = self._settings
        with loading():
            from chalicelib.adapters.dynamodb.table import open_table

            return open_table(
                s.table, s.region, s.endpoint, shards=s.shards, filled=s.filled_shards
            )

    @cached_property
    def conversations(self) -> ports.Conversations:
        from chalicelib.adapters.dynamodb.conversations import DynamoConversations

        return DynamoConversations(self.table, self.clock)

    @cached_property
    def directory(self) -> ports.Directory:
        from chalicelib.adapters.cached import CachedDirectory
        from chalicelib.adapters.dynamodb.directory import DynamoDirectory

        return CachedDirectory(DynamoDirectory(self.table, self.clock), self.clock)

    @cached_property
    def administration(self) -> admin_ports.Administration:
        from chalicelib.adapters.dynamodb.administration import DynamoAdministration

        return DynamoAdministration(self.table, self.clock)

    @cached_property
    def attempts(self) -> ports.Attempts:
        from chalicelib.adapters.dynamodb.attempts import DynamoAttempts

        return DynamoAttempts(self.table, self.clock)

    @cached_property
    def connections(self) -> ports.Connections:
        from chalicelib.adapters.dynamodb.connections import DynamoConnections

        return DynamoConnections(self.table, self.clock)

    @cached_property
    def notifications(self) -> ports.Notifications:
        from chalicelib.adapters.dynamodb.notifications import DynamoNotifications

        return DynamoNotifications(self.table, self.clock)

    @cached_property
    def deliveries(self) -> delivery_ports.Deliveries:
        from chalicelib.adapters.dynamodb.deliveries import DynamoDeliveries

        return DynamoDeliveries(self.table, self.clock)

    @cached_property
    def reports(self) -> ports.Reports:
        from chalicelib.adapters.dynamodb.reports import DynamoReports

        return DynamoReports(self.table, self.clock)

    @cached_property
    def sockets(self) -> ports.Sockets:
        from chalicelib.adapters.sockets import ApiGatewaySockets

        endpoint = self._settings.socket_endpoint
        return ApiGatewaySockets(
            lambda: self.client("apigatewaymanagementapi", endpoint, attempts=1),
            self.clock,
            self.chance,
        )

    @cached_property
    def topic(self) -> ports.Topic:
        from chalicelib.adapters.sns import SnsTopic

        return SnsTopic(lambda: self.client("sns"), self._settings.topic_arn)

    @cached_property
    def nudges(self) -> ports.Nudges:
        from chalicelib.adapters.sqs import SqsNudges

        s = self._settings
        return SqsNudges(lambda: self.client("sqs"), s.queue_url, s.dead_letter_url)

    @cached_property
    def receiver(self) -> ports.Receiver:
        from chalicelib.adapters.webhook import WebhookReceiver

        return WebhookReceiver(allow_loopback=self._settings.is_local)

    @cached_property
    def metrics(self) -> ports.Metrics:
        from chalicelib.adapters.emf import EmfMetrics

        return EmfMetrics(f"{NAMESPACE}/{self._settings.stage}")

    @cached_property
    def passwords(self) -> ports.Passwords:
        from chalicelib.adapters.passwords import Argon2Passwords

        return Argon2Passwords()

    @cached_property
    def tokens(self) -> ports.Tokens:
        from chalicelib.adapters.tokens import JwtTokens

        return JwtTokens(self.secrets, ISSUER, self.clock)

    def client(self, service: str, endpoint: str | None = None, attempts: int = 3) -> Any:
        """botocore's, made anew; `attempts` are all of them, the first one included."""
        from botocore.config import Config

        config = Config(
            connect_timeout=2,
            read_timeout=5,
            retries={"total_max_attempts": attempts, "mode": "standard"},
            max_pool_connections=32,
            # Else the SDK describes this machine anew for each call.
            user_agent=ISSUER,
        )
        with loading():
            return self._session.create_client(
                service,
                region_name=self._settings.region,
                endpoint_url=endpoint or self._settings.endpoint,
                config=config,
            )

    @cached_property
    def _session(self) -> Any:
        """botocore's own: boto3 would add a tenth of its import, and nothing that is called."""
        from botocore.session import get_session

        return get_session()


@cache
def world() -> AwsWorld:
    from chalicelib.adapters.log_lines import write_log_lines

    write_log_lines(settings().log_level)
    return AwsWorld(settings())


def read_record(record: Mapping[str, Any]) -> Committed | Notification | None:
    from chalicelib.adapters.dynamodb.stream import read_record

    return read_record(record)
