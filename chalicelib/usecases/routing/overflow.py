"""Moves conversations that wait in a queue that is not served: to its overflow queue, or back.

Each function may run twice without harm, because a move carries the epoch.
"""

from collections.abc import Mapping

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Cause, Transfer
from chalicelib.domain.conversation.entries import QueueContent
from chalicelib.domain.conversation.head import Status, Waiting
from chalicelib.domain.routing import overflow
from chalicelib.domain.routing.members import first_served
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.routing.stored_settings import fallback_chain
from chalicelib.usecases.services import Services

MOST_MOVED = 100
"""How many conversations of one queue one sweep moves. The next sweep moves the others."""
MOST_ENTRIES = 1000


def move_to_overflow(services: Services, committed: CommittedEntry) -> None:
    """After a conversation has entered a queue: if the queue is closed or has nobody online, moves
    it to the first overflow queue that is served. If none is, it stays where it is."""
    content = committed.entry.content
    name = content.queue if isinstance(content, QueueContent) else None
    line = fallback_chain(services, committed.bot, name) if name is not None else []
    if len(line) < 2:
        return
    served = first_served(line, services.directory.members(committed.bot), services.clock.now())
    if served and served.name != name:
        _move(services, committed.bot, committed.conversation_id, committed.entry.epoch, served)


def move_waiting(services: Services, bot: str, until: int) -> int:
    """Once a minute, for a bot with waiting conversations: a queue may have closed, or its last
    agent may have left, since they entered it. Begins no move after `until`, in milliseconds since
    1970 (UTC). Returns how many were moved."""
    queues = {queue.name: queue for queue in services.directory.queues(bot)}
    linked = overflow.linked_queues(queues.values())
    if not linked:
        return 0
    members, now = services.directory.members(bot), services.clock.now()
    moved = 0
    for name in linked:
        if overflow.is_deserted(name, queues, members, now):
            ahead = overflow.ahead(name, queues, members, now)
            back = {} if ahead else overflow.ways_back(name, queues, members, now)
            if ahead or back:
                moved += _move_all(services, bot, name, ahead, back, until)
    return moved


def _move_all(
    services: Services,
    bot: str,
    name: str,
    ahead: Queue | None,
    back: Mapping[str, Queue],
    until: int,
) -> int:
    """Conversations that are offered to an agent stay until the offer has ended."""
    waiting = BoardFilter(frozenset({Status.WAITING}), name)
    found = services.conversations.board(bot, waiting, None, MOST_MOVED).conversation_ids
    moved = 0
    for head in services.conversations.heads(bot, found):
        if services.clock.now() > until:
            break
        if isinstance(head, Waiting) and head.queue == name and head.offer is None:
            to = ahead or back.get(_home_queue(services, head) or "")
            moved += bool(to and _move(services, bot, head.id, head.epoch, to))
    return moved


def _home_queue(services: Services, head: Waiting) -> str | None:
    since = head.handoff.opened_seq - 1
    entries = shown.entries_after(services, head, since, MOST_ENTRIES)
    return overflow.home_queue(entry.content for entry in entries)


def _move(services: Services, bot: str, conversation_id: str, epoch: int, to: Queue) -> bool:
    """False if the conversation has changed hands in the meantime."""
    there = Transfer(queue=to.name, epoch=epoch, cause=Cause.FALLBACK)
    return execute(services, system_caller(bot), conversation_id, there).created
