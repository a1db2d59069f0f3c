"""Finding somebody for a conversation that waits: offers, one agent after another, and the queue
that takes over. Doing it twice does no harm: the state table has the last word."""

from collections import Counter

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Cause, MakeOffer, Transfer
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.timers import SECOND, wants_an_offer
from chalicelib.domain.errors import AtCapacity, NoAgentAvailable
from chalicelib.domain.routing.members import Member, first_served, next_in_turn
from chalicelib.domain.routing.queues import Mode
from chalicelib.usecases.admin.settings import fallback_chain
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services

MOST_ENTRIES = 1000
MOST_WAITING = 25
"""Looked through when somebody has become free."""
WAITING = BoardFilter(frozenset({Status.WAITING}))


def find_somebody(services: Services, committed: CommittedEntry) -> None:
    """For what has just come into a queue, or been declined there."""
    name = (committed.entry.payload or {}).get("queue")
    queue = services.directory.queue(committed.bot, name) if isinstance(name, str) else None
    if queue and queue.mode is Mode.OFFER:
        offer(services, committed.bot, committed.conversation_id)


def fall_back(services: Services, committed: CommittedEntry) -> None:
    """Where the queue that was asked for is closed or deserted, the first that is neither takes
    over; where there is none, it waits where it is."""
    name = (committed.entry.payload or {}).get("queue")
    line = fallback_chain(services, committed.bot, name) if isinstance(name, str) else []
    if len(line) < 2:
        return
    served = first_served(line, services.directory.members(committed.bot), services.clock.now())
    if served and served.name != name:
        there = Transfer(queue=served.name, epoch=committed.entry.epoch, cause=Cause.FALLBACK)
        execute(services, system_caller(committed.bot), committed.conversation_id, there)


def somebody_is_free(services: Services, committed: CommittedEntry) -> None:
    offer_waiting(services, committed.bot)


def offer_waiting(services: Services, bot: str) -> None:
    """To whoever has become free, what has waited longest."""
    if not any(queue.mode is Mode.OFFER for queue in services.directory.queues(bot)):
        return
    waiting = services.conversations.board(bot, WAITING, None, MOST_WAITING).conversation_ids
    for head in services.conversations.heads(bot, waiting):
        if wants_an_offer(head):
            offer(services, bot, head.id)


def offer(services: Services, bot: str, conversation_id: str) -> bool:
    """To the next agent in turn. False where nobody is free."""
    head = services.conversations.head(bot, conversation_id)
    if head is None or not wants_an_offer(head):
        return False
    now = services.clock.now()
    members = services.directory.members(bot)
    turn = next_in_turn(members, head.queue, now, _offered(services, head), head.last_agent)
    until = now + (head.timing.offer_seconds or 0) * SECOND
    return any(_takes(services, head, member, until) for member in turn)


def _takes(services: Services, head: Head, member: Member, until: int) -> bool:
    """Whether they are free still: two conversations may look at the same agent at once."""
    command = MakeOffer(until, epoch=head.epoch)
    try:
        execute(services, system_caller(head.bot), head.id, command, agent=member.person)
    except (NoAgentAvailable, AtCapacity):
        return False
    return True


def _offered(services: Services, head: Head) -> Counter[str]:
    """How often to whom, in this handoff."""
    assert head.handoff is not None
    since = head.handoff.opened_seq - 1
    entries = services.conversations.entries_after(head.bot, head.id, since, MOST_ENTRIES)
    offered = ((entry.payload or {}).get("offered_to") for entry in entries)
    return Counter(str(to["id"]) for to in offered if isinstance(to, dict))
