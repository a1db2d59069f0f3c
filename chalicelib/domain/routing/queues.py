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
DEFAULT_LIMITS = Limits(first_alert=60, escalate=(300,))
"""The limits of a queue without settings: nobody waits unseen."""


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
    limits: Limits = DEFAULT_LIMITS
    texts: Texts = field(default_factory=dict)

    def is_open(self, now: int) -> bool:
        """`now` is in milliseconds since 1970 (UTC)."""
        return self.hours is None or self.hours.is_open(now)


def overflow_chain(name: str, queues: Iterable[Queue]) -> list[str]:
    """The overflow queues of this queue that exist, in their order, each once.

    The chain may be a circle: two admins who save at the same moment can make one.
    """
    following = _following(queues)
    found: list[str] = []
    step = following.get(name)
    while step in following and step is not None and step not in found:
        found.append(step)
        step = following.get(step)
    return found


def overflow_queue(name: str, queues: Sequence[Queue]) -> str | None:
    """The overflow queue of this queue. None if it has none, or if the chain is a circle."""
    following = overflow_chain(name, queues)
    return following[0] if following and name not in following else None


def field_errors(queue: Queue, others: Iterable[Queue]) -> Iterator[FieldError]:
    """The invalid fields of these settings. `others` are the bot's other queues."""
    if queue.hours:
        yield from opening.field_errors(queue.hours)
    yield from wording.field_errors(queue.texts)
    if list(queue.limits.escalate) != sorted(set(queue.limits.escalate)):
        yield "limits.escalate", "each step must be later than the step before it"
    if queue.fallback == queue.name:
        yield "fallback", "a queue cannot be its own overflow queue"
    elif queue.name in overflow_chain(queue.name, [*others, queue]):
        yield (
            "fallback",
            f"the overflow queues form a circle: {queue.fallback} leads back to {queue.name}",
        )


def _following(queues: Iterable[Queue]) -> Mapping[str, str | None]:
    return {queue.name: queue.fallback for queue in queues}
