"""Deadlines that have passed, and what follows from them. Doing it twice does no harm: a timer
carries the epoch under which it was set."""

from chalicelib.domain.access import timer_of
from chalicelib.domain.commands import Cause, Command, Release, Transfer, Unpause
from chalicelib.domain.head import Head, Status
from chalicelib.domain.queues import takes_over
from chalicelib.domain.routing import Presence
from chalicelib.domain.timers import due_at, overdue, wants_an_offer
from chalicelib.usecases import assigning
from chalicelib.usecases.conversations import execute
from chalicelib.usecases.ports import BoardFilter, Query
from chalicelib.usecases.records import Committed
from chalicelib.usecases.world import World

PER_SHARD = 500
"""Conversations looked after in one go."""
MOST_STEPS = 20
"""Deadlines of one conversation that are met in one go: the steps of an escalation and the end."""
MOST_OWNED = 100


def due(world: World) -> list[tuple[str, str]]:
    """Bot and id of the conversations that somebody has to look after now."""
    return world.conversations.due(world.clock.now(), PER_SHARD)


def look_after(world: World, bot: str, conversation_id: str) -> bool:
    """Meets all deadlines that have passed, in their order. Decides on the head's own times: what
    led here may be out of date. False where nothing had to be done. Raises what `execute` raises.
    """
    for step in range(MOST_STEPS):
        head = world.conversations.head(bot, conversation_id)
        if head is None:
            return step > 0
        owner = world.directory.presence(head.owner.id) if head.owner else None
        command = overdue(head, world.clock.now(), owner)
        if command is None:
            _look_again(world, head, owner)
            return step > 0
        command = _or_fall_back(world, head, command)
        if not execute(world, timer_of(bot), conversation_id, command).created:
            return step > 0
    return True


def _look_again(world: World, head: Head, owner: Presence | None) -> None:
    if wants_an_offer(head) and assigning.offer(world, head.bot, head.id):
        return
    later = due_at(head, world.clock.now(), owner)
    if later != head.timing.due_at:
        world.conversations.postpone(head, later)


def _or_fall_back(world: World, head: Head, command: Command) -> Command:
    """Before a handoff is given up, the next queue has its turn."""
    gives_up = isinstance(command, Unpause) and command.cause is Cause.GIVE_UP
    queues = world.directory.queues(head.bot) if gives_up and head.queue else []
    following = takes_over(head.queue or "", queues)
    if following is None:
        return command
    return Transfer(queue=following, epoch=head.epoch, cause=Cause.FALLBACK)


def expect_loss(world: World, person: str) -> None:
    """Of somebody whose last connection has closed: what they own is looked after as soon as their
    time to come back is over."""
    owned = BoardFilter(frozenset({Status.AGENT}), owner=person)
    presence = world.directory.presence(person)
    for bot in world.directory.bots_of(person):
        found = world.conversations.board(bot, owned, None, MOST_OWNED).conversation_ids
        for head in world.conversations.heads(bot, found):
            if head.owner_id == person:
                _bring_forward(world, head, presence)


def see_to_owner(world: World, committed: Committed) -> None:
    """Of whoever has just got a conversation: is missed in time where their last connection had
    closed before, and gives it back where they serve this bot no more, which those who let them
    take it need not have known yet."""
    owner = (committed.entry.payload or {}).get("owner")
    if not isinstance(owner, dict):
        return
    person = str(owner["id"])
    query = Query(committed.bot, committed.conversation_id, agent=person)
    found = world.conversations.load(query)
    if found.head is None or found.head.owner_id != person:
        return
    if found.agent:
        _bring_forward(world, found.head, found.agent.presence)
    elif _owns_installation(world, person):
        _bring_forward(world, found.head, world.directory.presence(person))
    else:
        back = Release(epoch=committed.entry.epoch)
        execute(world, timer_of(committed.bot), committed.conversation_id, back)


def _owns_installation(world: World, person: str) -> bool:
    """Who does is a member nowhere."""
    known = world.directory.person(person)
    return known is not None and known.is_owner


def _bring_forward(world: World, head: Head, owner: Presence) -> None:
    sooner, known = due_at(head, world.clock.now(), owner), head.timing.due_at
    if sooner is not None and (known is None or sooner < known):
        world.conversations.postpone(head, sooner)
