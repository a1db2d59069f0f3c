"""Reports conversations that wait where nobody could serve them, so that nobody waits unseen."""

from contextlib import suppress

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Cause, Transfer
from chalicelib.domain.conversation.entries import QueueContent, Requested
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.errors import Refused
from chalicelib.domain.routing.members import unserved
from chalicelib.usecases.admin.notifications import notify_supervisors
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.live.topic import publish_unserved
from chalicelib.usecases.ports.conversations import BoardFilter, Query
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

HOUR = 60 * 60 * 1000
MOST_MOVED = 1000


def report_unserved(services: Services, committed: CommittedEntry) -> None:
    """After a request, release or transfer: the queue may have been removed, or have no member."""
    content = committed.entry.content
    if not isinstance(content, QueueContent):
        return
    bot, conversation_id = committed.bot, committed.conversation_id
    if isinstance(content, Requested) and content.unknown_queue:
        _notify(services, bot, conversation_id, content.unknown_queue, UNKNOWN)
    if content.queue is None:
        return
    # The directory may be five seconds old; this read is not.
    found = services.conversations.load(Query(bot, conversation_id, queue=content.queue))
    if found.head is None or found.head.queue != content.queue:
        return
    if found.queue is None:
        _move_out(services, found.head)
    elif unserved(content.queue, services.directory.roster(bot)):
        _report(services, found.head, content.queue)


def free_waiting(services: Services, bot: str, queue: str) -> None:
    """After the removal of a queue: its waiting conversations wait without a queue, so that all
    agents see them. Those that are not listed yet follow in `report_unserved`."""
    for head in _waiting_in(services, bot, queue, MOST_MOVED):
        _move_out(services, head)


def report_waiting(services: Services, bot: str) -> None:
    """After a change of members: reports each queue that has lost its last member while somebody
    waits in it."""
    queues, members = services.directory.queues(bot), services.directory.roster(bot)
    for queue in queues:
        if unserved(queue.name, members):
            for head in _waiting_in(services, bot, queue.name, 1):
                _report(services, head, queue.name)


def _waiting_in(services: Services, bot: str, queue: str, limit: int) -> list[Head]:
    wanted = BoardFilter(frozenset({Status.WAITING}), queue)
    ids = services.conversations.board(bot, wanted, None, limit).conversation_ids
    heads = services.conversations.heads(bot, ids)
    return [h for h in heads if h.status is Status.WAITING and h.queue == queue]


def _move_out(services: Services, head: Head) -> None:
    out = Transfer(epoch=head.epoch, cause=Cause.QUEUE_REMOVED)
    with suppress(Refused):
        execute(services, system_caller(head.bot), head.id, out)
    _notify(services, head.bot, head.id, head.queue or "", REMOVED)


def _report(services: Services, head: Head, queue: str) -> None:
    publish_unserved(services, head)
    _notify(services, head.bot, head.id, queue, UNSERVED)


UNKNOWN = "A bot asked for the queue {queue}, which does not exist. The user waits without a queue."
REMOVED = "The queue {queue} was removed while a user waited in it. They wait without a queue."
UNSERVED = "A user waits in the queue {queue}, in which nobody could serve them."


def _notify(services: Services, bot: str, conversation_id: str, queue: str, message: str) -> None:
    """Once an hour for each queue and message."""
    name = f"{message[:9]} {queue} {services.clock.now() // HOUR}"
    told = message.format(queue=queue)
    notify_supervisors(services, bot, told, conversation_id=conversation_id, once=name)
