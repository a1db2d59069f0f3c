"""The times after which a call of an API begins nothing more, so that it answers in time.

API Gateway waits for 29 seconds and then answers by itself, without saying what has happened.

The times are ambient, because each use case would otherwise hand them on: the handlers of the APIs
set them, and the adapters ask before each call. Functions that nobody waits for have deadlines of
their own; of these times, only that of a push concerns them.
"""

from contextvars import ContextVar

from msgspec import Struct

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.system import Clock

API_TIMEOUT = 29 * 1000
"""Milliseconds: the functions' timeout and the most that API Gateway waits."""
ENDS = API_TIMEOUT * 3 // 4
"""Milliseconds after a call's begin. Whatever it has begun has ended by then."""
LONGEST_CALL = 12 * 1000
"""Milliseconds: three attempts of a client, each with a second to connect and three to read."""
LONGEST_PUSH = 4 * 1000
"""Milliseconds: one attempt. Pushes count their attempts themselves."""
STORING = 1500
"""Milliseconds for the calls, but the last one, that store how a bot's server has answered."""


class Budget(Struct, frozen=True):
    """Milliseconds after a call's begin: no call of the table, a queue or a key begins after
    `calls`, no attempt of a push after `pushes`, and a bot's server has answered at `webhook`."""

    calls: int
    pushes: int
    webhook: int


def _budget(calls: int) -> Budget:
    """Pushes and webhooks end early enough for the calls that store their outcome."""
    return Budget(calls, calls - LONGEST_PUSH, calls - STORING)


REQUEST = _budget(ENDS - LONGEST_CALL)
FRAME = _budget(ENDS - LONGEST_PUSH - LONGEST_CALL)
"""A frame has no answer but the reply, which is a push."""
REPLY = Budget(ENDS - LONGEST_CALL, ENDS - LONGEST_PUSH, 0)
"""To the frame, counted from the frame's begin."""


class CallDeadline:
    """Limits what its block begins. It is no generator, because each warm gate call pays for it.
    `began` is the time from which the budget counts, now if it is left out."""

    __slots__ = ("_token", "began", "budget", "clock")

    def __init__(self, clock: Clock, budget: Budget = REQUEST, began: int | None = None) -> None:
        self.clock = clock
        self.budget = budget
        self.began = clock.now() if began is None else began

    def __enter__(self) -> None:
        self._token = _CURRENT.set(self)

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._token)


class PushDeadline:
    """Limits the attempts of the pushes in its block to `longest` milliseconds, to the budget of
    the call in hand, and to the push in which it is. Threads need a copy of the context."""

    def __init__(self, clock: Clock, longest: int) -> None:
        self.clock = clock
        self.until = clock.now() + longest
        deadline, outer = _CURRENT.get(), _PUSHES.get()
        if deadline is not None:
            self.until = min(self.until, deadline.began + deadline.budget.pushes)
        if outer is not None:
            self.until = min(self.until, outer.until)

    def __enter__(self) -> None:
        self._token = _PUSHES.set(self)

    def __exit__(self, *_: object) -> None:
        _PUSHES.reset(self._token)


_CURRENT: ContextVar[CallDeadline | None] = ContextVar("baton_deadline", default=None)
_PUSHES: ContextVar[PushDeadline | None] = ContextVar("baton_push_deadline", default=None)


def require_time() -> None:
    """Raises TemporarilyUnavailable if the call in hand may begin nothing more."""
    deadline = _CURRENT.get()
    if deadline is not None and deadline.clock.now() > deadline.began + deadline.budget.calls:
        raise _too_slow()


def may_push(wait: float = 0) -> bool:
    """False if no attempt of a push may begin in `wait` milliseconds."""
    deadline = _PUSHES.get()
    return deadline is None or deadline.clock.now() + wait <= deadline.until


def webhook_time(most: int) -> int:
    """The milliseconds that a bot's server has to answer, at most `most`. Raises
    TemporarilyUnavailable if the call in hand has none left."""
    deadline = _CURRENT.get()
    if deadline is None:
        return most
    left = deadline.began + deadline.budget.webhook - deadline.clock.now()
    if left <= 0:
        raise _too_slow()
    return min(most, left)


def _too_slow() -> TemporarilyUnavailable:
    return TemporarilyUnavailable(
        "The call took too long, because another service is slow. Try again.", retry_after=1
    )
