"""The engines that the stores run on in tests; each gives an empty table to each test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from moto import mock_aws
from msgspec.structs import replace

from chalicelib.adapters.dynamodb.attempts import DynamoAttempts
from chalicelib.adapters.dynamodb.audit import DynamoAuditTrail
from chalicelib.adapters.dynamodb.buckets import DynamoBuckets
from chalicelib.adapters.dynamodb.connections import DynamoConnections
from chalicelib.adapters.dynamodb.conversations.erasures import DynamoErasures
from chalicelib.adapters.dynamodb.conversations.read_marks import DynamoReadMarks
from chalicelib.adapters.dynamodb.conversations.store import DynamoConversations
from chalicelib.adapters.dynamodb.conversations.word_index import DynamoWordIndex
from chalicelib.adapters.dynamodb.deliveries import DynamoDeliveries
from chalicelib.adapters.dynamodb.directory.administration import DynamoAdministration
from chalicelib.adapters.dynamodb.directory.password_resets import DynamoPasswordResets
from chalicelib.adapters.dynamodb.directory.people_administration import (
    DynamoPeopleAdministration,
)
from chalicelib.adapters.dynamodb.directory.push_subscriptions import DynamoPushSubscriptions
from chalicelib.adapters.dynamodb.directory.second_factors import DynamoSecondFactors
from chalicelib.adapters.dynamodb.directory.sessions import DynamoSessions
from chalicelib.adapters.dynamodb.directory.store import DynamoDirectory
from chalicelib.adapters.dynamodb.notifications import DynamoNotifications
from chalicelib.adapters.dynamodb.reports import DynamoReports
from chalicelib.adapters.dynamodb.table import Table, open_table
from chalicelib.usecases.ports.accounts import LoginAttempts, SecondFactors, Sessions
from chalicelib.usecases.ports.admin import Administration
from chalicelib.usecases.ports.audit import AuditTrail
from chalicelib.usecases.ports.conversations import Conversations, WordIndex
from chalicelib.usecases.ports.directory import Directory
from chalicelib.usecases.ports.erasures import Erasures
from chalicelib.usecases.ports.limits import SharedBuckets
from chalicelib.usecases.ports.live import Connections, Notifications, ReadMarks
from chalicelib.usecases.ports.people import PasswordResets, PeopleAdministration, PushSubscriptions
from chalicelib.usecases.ports.reports import Reports
from chalicelib.usecases.ports.webhooks import Deliveries
from infra.local.aws.engine import Engine as Ministack
from infra.local.aws.table import create_table
from tests.support.atomic_moto import atomic_moto
from tests.support.clock import ManualClock
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

REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores on one table; `table` is None for the stores in memory."""

    clock: ManualClock
    conversations: Conversations
    directory: Directory
    administration: Administration
    people: PeopleAdministration
    password_resets: PasswordResets
    sessions: Sessions
    second_factors: SecondFactors
    login_attempts: LoginAttempts
    buckets: SharedBuckets
    connections: Connections
    notifications: Notifications
    deliveries: Deliveries
    read_marks: ReadMarks
    reports: Reports
    audit_trail: AuditTrail
    erasures: Erasures
    word_index: WordIndex
    push_subscriptions: PushSubscriptions
    table: Table | None = None


Fresh = Callable[[], AbstractContextManager[Stores]]
"""Gives stores on an empty table."""


def on_table(table: Table, clock: ManualClock) -> Stores:
    return Stores(
        clock,
        DynamoConversations(table, clock),
        DynamoDirectory(table, clock),
        DynamoAdministration(table, clock),
        DynamoPeopleAdministration(table, clock),
        DynamoPasswordResets(table, clock),
        DynamoSessions(table, clock),
        DynamoSecondFactors(table, clock),
        DynamoAttempts(table, clock),
        DynamoBuckets(table, clock),
        DynamoConnections(table, clock),
        DynamoNotifications(table, clock),
        DynamoDeliveries(table, clock),
        DynamoReadMarks(table, clock),
        DynamoReports(table, clock),
        DynamoAuditTrail(table, clock),
        DynamoErasures(table, clock),
        DynamoWordIndex(table, clock),
        DynamoPushSubscriptions(table, clock),
        table,
    )


def with_shards(stores: Stores, shards: int) -> Stores:
    """The same table with its lists in `shards` partitions; stores in memory stay as they are."""
    if stores.table is None:
        return stores
    return on_table(replace(stores.table, shards=shards), stores.clock)


@contextmanager
def memory(_: Path) -> Iterator[Fresh]:
    @contextmanager
    def fresh() -> Iterator[Stores]:
        table, clock = MemoryTable(), ManualClock()
        yield Stores(
            clock,
            MemoryConversations(table, clock),
            MemoryDirectory(table, clock),
            MemoryAdministration(table, clock),
            MemoryPeopleAdministration(table, clock),
            MemoryPasswordResets(table, clock),
            MemorySessions(table, clock),
            MemorySecondFactors(table, clock),
            MemoryAttempts(table, clock),
            MemoryBuckets(),
            MemoryConnections(table, clock),
            MemoryNotifications(table, clock),
            MemoryDeliveries(table, clock),
            MemoryReadMarks(table, clock),
            MemoryReports(table, clock),
            MemoryAuditTrail(table, clock),
            MemoryErasures(table, clock),
            MemoryWordIndex(table, clock),
            MemoryPushSubscriptions(table, clock),
        )

    yield fresh


@contextmanager
def moto(_: Path) -> Iterator[Fresh]:
    with atomic_moto(), mock_aws():
        table = open_table("contract-moto", REGION)

    @contextmanager
    def fresh() -> Iterator[Stores]:
        with atomic_moto(), mock_aws():
            create_table(table.client, table.connection.table_name)
            yield on_table(table, ManualClock())

    yield fresh


@contextmanager
def ministack(state: Path) -> Iterator[Fresh]:
    with Ministack(state, services=["dynamodb", "sts"]) as engine:
        table = open_table("contract-ministack", REGION, engine.url)

        @contextmanager
        def fresh() -> Iterator[Stores]:
            create_table(table.client, table.connection.table_name)
            try:
                yield on_table(table, ManualClock())
            finally:
                table.client.delete_table(TableName=table.connection.table_name)

        yield fresh


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Fresh]]] = {
    "memory": memory,
    "moto": moto,
    "ministack": ministack,
}
