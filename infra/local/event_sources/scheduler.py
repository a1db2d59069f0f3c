"""Calls a handler at a fixed rate, like an EventBridge rule."""

import logging
import math
import time
from datetime import UTC, datetime
from uuid import uuid4

from infra.local.event_sources.event_source import EventSource
from infra.local.gateway.proxy_events import ACCOUNT_ID
from infra.local.invocation import Event, Handler

log = logging.getLogger(__name__)

REGION = "us-east-1"


class Scheduler(EventSource):
    """Calls the handler every `every` seconds, for the first time after one interval.

    While a call runs, due calls are skipped; later ones keep the original schedule. A failed call
    is not repeated; the next scheduled call does its work.
    """

    def __init__(self, name: str, every: float, handler: Handler) -> None:
        super().__init__(name, handler)
        self._every = every
        self._due: float | None = None

    def step(self) -> float:
        now = time.monotonic()
        if self._due is None:
            self._due = now + self._every
        if now < self._due:
            return self._due - now
        try:
            self.invoke(_event(self.name))
        except Exception:
            log.exception(
                "The scheduled call of %s failed; the next one follows on schedule.", self.name
            )
        late = time.monotonic() - self._due
        self._due += self._every * (1 + math.floor(late / self._every))
        return 0.0


def _event(rule: str) -> Event:
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{rule}"],
        "detail": {},
    }
