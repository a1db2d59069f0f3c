"""Deadlines that have passed, and what follows from them. Doing it twice does no harm: a timer
carries the epoch under which it was set."""

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Cause, Command, Release, Transfer, Unpause
from chalicelib.domain.conversation.entries import OwnerContent
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.timers import due_at, overdue, wants_offer
from chalicelib.domain.routing.members import Presence
from chalicelib.domain.routing.queues import takes_over
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.ports.conversations import BoardFilter, Query
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.routing import assign
from chalicelib.usecases.services import Services

PER_SHARD = 500
"""Conversations looked after in one go."""
MOST_STEPS = 20
"""Deadlines of one conversation that are met in one go: the steps of an escalation and the end."""
MOST_OWNED = 100


def due(services: Services) -> list[tuple[str, str]]:
    """Bot and id of the conversations that somebody has to look after now."""
    return services.conversations.due_conversations(services.clock.now(), PER_SHARD)


def look_after(services: Services, bot: str, conversation_id: str) -> bool:
    """Meets all deadlines that have passed, in their order. Decides on the head's own times: what
    led here may be out of date. False where nothing had to be done. Raises what `execute` raises.
    """
    for step in range(MOST_STEPS):
        head = services.conversations.head(bot, conversation_id)
        if head is None:
            return step > 0
        owner = services.directory.presence(head.owner.id) if head.owner else None
        command = overdue(head, services.clock.now(), owner)
        if command is None:
            _look_again(services, head, owner)
            return step > 0
        command = _or_fall_back(services, head, command)
        if not execute(services, system_caller(bot), conversation_id, command).created:
            return step > 0
    return True


def _look_again(services: Services, head: Head, owner: Presence | None) -> None:
    if wants_offer(head) and assign.offer(services, head.bot, head.id):
        return
    later = due_at(head, services.clock.now(), owner)
    if later != head.timing.due_at:
        services.conversations.set_due_at(head, later)


def _or_fall_back(services: Services, head: Head, command: Command) -> Command:
    """Before a handoff is given up, the next queue has its turn."""
    gives_up = isinstance(command, Unpause) and command.cause is Cause.GIVE_UP
    queues = services.directory.queues(head.bot) if gives_up and head.queue else []
    following = takes_over(head.queue or "", queues)
    if following is None:
        return command
    return Transfer(queue=following, epoch=head.epoch, cause=Cause.FALLBACK)


def expect_loss(services: Services, person: str) -> None:
    """Of somebody whose last connection has closed: what they own is looked after as soon as their
    time to come back is over."""
    owned = BoardFilter(frozenset({Status.AGENT}), owner=person)
    presence = services.directory.presence(person)
    for bot in services.directory.bots_of_person(person):
        found = services.conversations.board(bot, owned, None, MOST_OWNED).conversation_ids
        for head in services.conversations.heads(bot, found):
            if head.owner_id == person:
                _bring_forward(services, head, presence)


def see_to_owner(services: Services, committed: CommittedEntry) -> None:
    """Of whoever has just got a conversation: is missed in time where their last connection had
    closed before, and gives it back where they serve this bot no more, which those who let them
    take it need not have known yet."""
    content = committed.entry.content
    if not isinstance(content, OwnerContent):
        return
    person = content.owner.id
    query = Query(committed.bot, committed.conversation_id, agent=person)
    found = services.conversations.load(query)
    if found.head is None or found.head.owner_id != person:
        return
    if found.agent:
        _bring_forward(services, found.head, found.agent.presence)
    elif _owns_installation(services, person):
        _bring_forward(services, found.head, services.directory.presence(person))
    else:
        back = Release(epoch=committed.entry.epoch)
        execute(services, system_caller(committed.bot), committed.conversation_id, back)


def _owns_installation(services: Services, person: str) -> bool:
    """Who does is a member nowhere."""
    known = services.directory.person(person)
    return known is not None and known.is_owner


def _bring_forward(services: Services, head: Head, owner: Presence) -> None:
    sooner, known = due_at(head, services.clock.now(), owner), head.timing.due_at
    if sooner is not None and (known is None or sooner < known):
        services.conversations.set_due_at(head, sooner)
