"""The time after which an API call begins nothing more, so that it answers in time.

API Gateway waits for 29 seconds and then answers by itself, without saying what has happened.

It is ambient, because each use case would otherwise hand it on: the handlers of the APIs set it,
and the adapters ask before each call. Functions that nobody waits for have deadlines of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.system import Clock

API_TIMEOUT = 29 * 1000
"""Milliseconds: the functions' timeout and the most that API Gateway waits."""
LONGEST_CALL = 12 * 1000
"""Milliseconds: three attempts of a client, each with a second to connect and three to read."""
BEGINS_FOR = API_TIMEOUT * 3 // 4 - LONGEST_CALL
"""Milliseconds after the call's begin; whatever is begun until then ends at three quarters."""
AFTER_WEBHOOK = API_TIMEOUT - LONGEST_CALL - 1000
"""Milliseconds in which a call may still store how a bot's server has answered it. That takes up to
ten seconds, and is no fault of ours."""


class _Deadline(Struct):
    clock: Clock
    began: int
    until: int


_CURRENT: ContextVar[_Deadline | None] = ContextVar("baton_deadline", default=None)


@contextmanager
def call_deadline(clock: Clock) -> Iterator[None]:
    """Limits what the block begins."""
    now = clock.now()
    token = _CURRENT.set(_Deadline(clock, now, now + BEGINS_FOR))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def require_time() -> None:
    """Raises TemporarilyUnavailable if the call in hand may begin nothing more."""
    deadline = _CURRENT.get()
    if deadline is not None and deadline.clock.now() > deadline.until:
        raise TemporarilyUnavailable(
            "The call took too long, because another service is slow. Try again.", retry_after=1
        )


def webhook_answered() -> None:
    """Gives the call in hand the time to store the answer of a bot's server."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.until = deadline.began + AFTER_WEBHOOK
