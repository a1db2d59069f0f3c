"""The stores in memory: one table, shared by all of them, as on DynamoDB."""

from tests.support.memory.administration import MemoryAdministration
from tests.support.memory.audit import MemoryAuditTrail
from tests.support.memory.buckets import MemoryBuckets
from tests.support.memory.connections import MemoryConnections
from tests.support.memory.conversations import MemoryConversations
from tests.support.memory.deliveries import MemoryDeliveries, MemoryNotifications
from tests.support.memory.directory import (
    MemoryAttempts,
    MemoryDirectory,
    MemorySecondFactors,
    MemorySessions,
)
from tests.support.memory.erasures import MemoryErasures
from tests.support.memory.people import (
    MemoryPasswordResets,
    MemoryPeopleAdministration,
    MemoryPushSubscriptions,
)
from tests.support.memory.read_marks import MemoryReadMarks
from tests.support.memory.reports import MemoryReports
from tests.support.memory.search.word_index import MemoryWordIndex
from tests.support.memory.table import MemoryTable

__all__ = [
    "MemoryAdministration",
    "MemoryAttempts",
    "MemoryAuditTrail",
    "MemoryBuckets",
    "MemoryConnections",
    "MemoryConversations",
    "MemoryDeliveries",
    "MemoryDirectory",
    "MemoryErasures",
    "MemoryNotifications",
    "MemoryPasswordResets",
    "MemoryPeopleAdministration",
    "MemoryPushSubscriptions",
    "MemoryReadMarks",
    "MemoryReports",
    "MemorySecondFactors",
    "MemorySessions",
    "MemoryTable",
    "MemoryWordIndex",
]
