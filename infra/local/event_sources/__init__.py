"""The local event sources: threads that call handlers as Lambda does for a stream, a queue or a
schedule.

stream ─── StreamPoller ──┐
queue ──── QueuePoller ───┼──▶ handler(event, context)
schedule ─ Scheduler ─────┘
"""

from infra.local.event_sources.batch_delivery import DeadLetter, DeadLetterFile, RetryPolicy
from infra.local.event_sources.event_source import EventSource
from infra.local.event_sources.queue_poller import QueuePoller
from infra.local.event_sources.scheduler import Scheduler
from infra.local.event_sources.stream_poller import StreamPoller

__all__ = [
    "DeadLetter",
    "DeadLetterFile",
    "EventSource",
    "QueuePoller",
    "RetryPolicy",
    "Scheduler",
    "StreamPoller",
]
