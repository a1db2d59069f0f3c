"""The settings of a bot's queues: what happens to the handoffs that wait in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.domain import texts as wording
from chalicelib.domain.routing import hours as opening
from chalicelib.domain.routing.hours import FieldError, Hours
from chalicelib.domain.texts import Texts


class Mode(StrEnum):
    """How a handoff finds its agent: somebody claims it, or it is offered to one after another."""

    MANUAL = "manual"
    OFFER = "offer"


class Limits(Struct, frozen=True):
    """In seconds; None, or no step to escalate by, is: never. Until a person has written: the
    first alert and the steps after it. While it waits: giving up. While an agent has it: how long
    the agent or the user may be silent, and how long after an agent is lost it goes back to the
    queue. `max_length` is counted from the first claim."""

    first_alert: int | None = None
    escalate: tuple[int, ...] = ()
    give_up: int | None = None
    agent_idle: int | None = None
    user_idle: int | None = None
    max_length: int | None = None
    agent_lost: int | None = 120


NO_LIMITS = Limits()


class Queue(Struct, frozen=True):
    """`priority` is the least that a request for this queue gets; `fallback` is the queue that
    takes over what this one cannot serve; without `hours` it is always open."""

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
