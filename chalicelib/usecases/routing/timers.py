"""Executes the timers of conversations whose deadline has passed.

A timer may run twice without harm, because it carries the epoch under which it was set.
"""

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Cause, Command, Transfer, Unpause
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.conversation.timers import due_at, overdue, wants_offer
from chalicelib.domain.routing import overflow
from chalicelib.domain.routing.members import Presence
from chalicelib.domain.routing.queues import overflow_queue
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.routing import assign
from chalicelib.usecases.services import Services

PER_SHARD = 500
"""How many due conversations one sweep reads from each shard."""
MOST_STEPS = 20
"""How many deadlines of one conversation one sweep executes."""


def due(services: Services) -> list[tuple[str, str]]:
    """Bot and id of the conversations whose deadline may have passed."""
    return services.conversations.due_conversations(services.clock.now(), PER_SHARD)


def run_due_timers(services: Services, bot: str, conversation_id: str) -> bool:
    """Executes all deadlines that have passed, in their order. False if there was none.

    It reads the head again, because the index that named the conversation may lag. Raises the
    errors of `execute`.
    """
    for step in range(MOST_STEPS):
        head = services.conversations.head(bot, conversation_id)
        if head is None:
            return step > 0
        owner = services.directory.presence(head.owner.id) if head.owner else None
        command = overdue(head, services.clock.now(), owner)
        if command is None:
            _schedule_next(services, head, owner)
            return step > 0
        command = _or_overflow(services, head, command)
        if not execute(services, system_caller(bot), conversation_id, command).created:
            return step > 0
    return True


def _schedule_next(services: Services, head: Head, owner: Presence | None) -> None:
    if wants_offer(head) and assign.offer(services, head.bot, head.id):
        return
    later = due_at(head, services.clock.now(), owner)
    if later != head.timing.due_at:
        services.conversations.set_due_at(head, later)


def _or_overflow(services: Services, head: Head, command: Command) -> Command:
    """Before a handoff is given up, it moves to the first overflow queue that is served, or to the
    next one if none is."""
    gives_up = isinstance(command, Unpause) and command.cause is Cause.GIVE_UP
    if not gives_up or head.queue is None:
        return command
    queues = {queue.name: queue for queue in services.directory.queues(head.bot)}
    following = overflow_queue(head.queue, [*queues.values()])
    if following is None:
        return command
    members = services.directory.members(head.bot)
    served = overflow.ahead(head.queue, queues, members, services.clock.now())
    queue = served.name if served else following
    return Transfer(queue=queue, epoch=head.epoch, cause=Cause.GIVE_UP)
