"""Threads that play AWS event sources into plain handlers: a table's stream, a queue, a schedule.

stream ── StreamPoller ──┐
queue ─── QueuePoller ───┼──▶ handler(event, context)
clock ─── Scheduler ┘
"""

from infra.local.event_sources.batch_delivery import DeadLetter, DeadLetterFile, Retries
from infra.local.event_sources.event_source import EventSource
from infra.local.event_sources.queue_poller import QueuePoller
from infra.local.event_sources.scheduler import Scheduler
from infra.local.event_sources.stream_poller import StreamPoller

__all__ = [
    "DeadLetter",
    "DeadLetterFile",
    "EventSource",
    "QueuePoller",
    "Retries",
    "Scheduler",
    "StreamPoller",
]
