"""The stores in memory: one table, shared by all of them, as on DynamoDB."""

from tests.support.memory_administration import MemoryAdministration
from tests.support.memory_connections import MemoryConnections
from tests.support.memory_conversations import MemoryConversations
from tests.support.memory_deliveries import MemoryDeliveries, MemoryNotifications
from tests.support.memory_directory import MemoryAttempts, MemoryDirectory
from tests.support.memory_reports import MemoryReports
from tests.support.memory_table import MemoryTable

__all__ = [
    "MemoryAdministration",
    "MemoryAttempts",
    "MemoryConnections",
    "MemoryConversations",
    "MemoryDeliveries",
    "MemoryDirectory",
    "MemoryNotifications",
    "MemoryReports",
    "MemoryTable",
]
