"""The settings of a bot's queues: how the handoffs that wait in them find an agent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.domain import texts as wording
from chalicelib.domain.routing import hours as opening
from chalicelib.domain.routing.hours import FieldError, Hours
from chalicelib.domain.texts import Texts


class Mode(StrEnum):
    """`manual`: agents claim. `offer`: the handoff is offered to one agent after another."""

    MANUAL = "manual"
    OFFER = "offer"


class Limits(Struct, frozen=True):
    """Time limits in seconds. None, or an empty tuple, switches a limit off.

    `first_alert` and the steps of `escalate` count until an agent has written. `give_up` ends a
    handoff that waits. `agent_idle` and `user_idle` are how long the agent or the user may be
    silent while an agent owns the conversation. `agent_lost` is how long after the agent has
    disconnected the conversation goes back to its queue. `max_length` counts from the first claim.
    """

    first_alert: int | None = None
    escalate: tuple[int, ...] = ()
    give_up: int | None = None
    agent_idle: int | None = None
    user_idle: int | None = None
    max_length: int | None = None
    agent_lost: int | None = 120


NO_LIMITS = Limits()


class Queue(Struct, frozen=True):
    """`priority` is the minimum priority of a request for this queue. `fallback` is the overflow
    queue, which takes over if this one cannot serve a request. Without `hours` it is always open.
    """

    name: str
    priority: int = 0
    mode: Mode = Mode.MANUAL
    offer_seconds: int = 30
    fallback: str | None = None
    hours: Hours | None = None
    limits: Limits = NO_LIMITS
    texts: Texts = field(default_factory=dict)

    def is_open(self, now: int) -> bool:
        """`now` is in milliseconds since 1970 (UTC)."""
        return self.hours is None or self.hours.is_open(now)


def fallbacks(name: str, queues: Iterable[Queue]) -> list[str]:
    """The queues that take over from this one, one after another, each once: two settings that are
    written at the same moment can make a circle that neither of them is."""
    following = _following(queues)
    found: list[str] = []
    step = following.get(name)
    while step is not None and step not in found:
        found.append(step)
        step = following.get(step)
    return found


def takes_over(name: str, queues: Sequence[Queue]) -> str | None:
    """The queue that takes over from this one; None where there is none, or where it would come
    back to this one."""
    following = fallbacks(name, queues)
    return following[0] if following and name not in following else None


def field_errors(queue: Queue, others: Iterable[Queue]) -> Iterator[FieldError]:
    """What is wrong with these settings, beside the bot's other queues."""
    if queue.hours:
        yield from opening.field_errors(queue.hours)
    yield from wording.field_errors(queue.texts)
    if list(queue.limits.escalate) != sorted(set(queue.limits.escalate)):
        yield "limits.escalate", "each step comes later than the one before it"
    if queue.fallback == queue.name:
        yield "fallback", "a queue cannot take over from itself"
    elif queue.name in fallbacks(queue.name, [*others, queue]):
        yield "fallback", f"{queue.fallback} falls back to {queue.name}: that is a circle"


def _following(queues: Iterable[Queue]) -> Mapping[str, str | None]:
    return {queue.name: queue.fallback for queue in queues}
