"""The time after which an API call begins nothing more, so that it answers in time.

API Gateway waits for 29 seconds and then answers by itself, without saying what has happened.

It is ambient, because each use case would otherwise hand it on: the handlers of the APIs set it,
and the adapters ask before each call. Functions that nobody waits for have deadlines of their own.
"""

from contextvars import ContextVar

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


class CallDeadline:
    """Limits what its block begins. It is no generator, because each warm gate call pays for it."""

    __slots__ = ("_token", "began", "clock", "until")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.began = now = clock.now()
        self.until = now + BEGINS_FOR

    def __enter__(self) -> None:
        self._token = _CURRENT.set(self)

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._token)


_CURRENT: ContextVar[CallDeadline | None] = ContextVar("baton_deadline", default=None)


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
