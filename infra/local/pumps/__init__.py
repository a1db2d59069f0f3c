"""Threads that play AWS event sources into plain handlers: a table's stream, a queue, a schedule.

stream ── StreamPump ──┐
queue ─── QueuePump ───┼──▶ handler(event, context)
clock ─── SchedulePump ┘
"""

from infra.local.pumps.base import Pump
from infra.local.pumps.delivery import DeadLetter, DeadLetterFile, Retries
from infra.local.pumps.queue import QueuePump
from infra.local.pumps.schedule import SchedulePump
from infra.local.pumps.stream import StreamPump

__all__ = [
    "DeadLetter",
    "DeadLetterFile",
    "Pump",
    "QueuePump",
    "Retries",
    "SchedulePump",
    "StreamPump",
]
