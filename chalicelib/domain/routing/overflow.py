"""Decides whether a waiting conversation moves to its overflow queue, or back."""

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.domain.conversation.commands import Cause
from chalicelib.domain.conversation.entries import Content, Requested, TransferredToQueue
from chalicelib.domain.routing.members import Member, first_served, is_staffed
from chalicelib.domain.routing.queues import Queue, overflow_chain

Queues = Mapping[str, Queue]


def linked_queues(queues: Iterable[Queue]) -> list[str]:
    """The queues that have an overflow queue or are one, sorted."""
    links = [(queue.name, queue.fallback) for queue in queues if queue.fallback is not None]
    return sorted({name for link in links for name in link})


def is_deserted(name: str, queues: Queues, members: Sequence[Member], now: int) -> bool:
    """True if the queue is closed, or if none of its agents is online or was a minute ago: an
    agent who reloads the console must not move everybody who waits."""
    queue = queues.get(name, Queue(name))
    return not (queue.is_open(now) and any(is_staffed(m, name, now) for m in members))


def ahead(name: str, queues: Queues, members: Sequence[Member], now: int) -> Queue | None:
    """The first overflow queue after this one that is served. None if none is."""
    return first_served(_chain(name, queues), members, now)


def ways_back(
    name: str, queues: Queues, members: Sequence[Member], now: int
) -> Mapping[str, Queue]:
    """By the queue in which a conversation began to wait before it overflowed into `name`: the
    first queue of that one's chain that is served."""
    found: dict[str, Queue] = {}
    for home in queues:
        chain = _chain(home, queues)
        if name != home and any(queue.name == name for queue in chain):
            served = first_served([queues[home], *chain], members, now)
            if served and served.name != name:
                found[home] = served
    return found


def home_queue(contents: Iterable[Content]) -> str | None:
    """The queue that somebody asked for last, told from the log of the handoff. A conversation
    that overflowed because its queue was not served may return there; one that gave up may not."""
    home: str | None = None
    for content in contents:
        match content:
            case Requested() | TransferredToQueue() if not _has_overflowed(content):
                home = content.queue
    return home


def _has_overflowed(content: Requested | TransferredToQueue) -> bool:
    return isinstance(content, TransferredToQueue) and content.cause == Cause.FALLBACK


def _chain(name: str, queues: Queues) -> list[Queue]:
    """Without queues that do not exist: nobody could find a conversation there."""
    following = overflow_chain(name, queues.values())
    return [queues[each] for each in following if each in queues and each != name]
