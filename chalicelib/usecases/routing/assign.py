"""Finds an agent for a waiting conversation: by offers, or in the overflow queue.

Each function may run twice without harm, because the state table decides.
"""

from collections import Counter

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Cause, MakeOffer, Transfer
from chalicelib.domain.conversation.entries import Offered, QueueContent, Requested
from chalicelib.domain.conversation.head import Status, Waiting
from chalicelib.domain.conversation.timers import SECOND, wants_offer
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
"""How many waiting conversations are considered when an agent has become free."""
WAITING = BoardFilter(frozenset({Status.WAITING}))


def offer_to_agent(services: Services, committed: CommittedEntry) -> None:
    """Offers a conversation that has entered a queue, or whose offer was declined."""
    content = committed.entry.content
    name = content.queue if isinstance(content, QueueContent) else None
    queue = services.directory.queue(committed.bot, name) if name is not None else None
    if queue and queue.mode is Mode.OFFER:
        offer(services, committed.bot, committed.conversation_id)


def move_to_overflow(services: Services, committed: CommittedEntry) -> None:
    """If the requested queue is closed or has nobody online, moves the conversation to the first
    overflow queue that is served. If none is, the conversation stays where it is."""
    content = committed.entry.content
    name = content.queue if isinstance(content, QueueContent) else None
    line = fallback_chain(services, committed.bot, name) if name is not None else []
    if len(line) < 2:
        return
    served = first_served(line, services.directory.members(committed.bot), services.clock.now())
    if served and served.name != name:
        there = Transfer(queue=served.name, epoch=committed.entry.epoch, cause=Cause.FALLBACK)
        execute(services, system_caller(committed.bot), committed.conversation_id, there)


def offer_next_waiting(services: Services, committed: CommittedEntry) -> None:
    offer_waiting(services, committed.bot)


def offer_waiting(services: Services, bot: str) -> None:
    """Offers the conversations that have waited longest, after an agent has become free."""
    if not any(queue.mode is Mode.OFFER for queue in services.directory.queues(bot)):
        return
    waiting = services.conversations.board(bot, WAITING, None, MOST_WAITING).conversation_ids
    for head in services.conversations.heads(bot, waiting):
        if wants_offer(head):
            offer(services, bot, head.id)


def offer(services: Services, bot: str, conversation_id: str) -> bool:
    """Offers the conversation to the next agent in turn. False if no agent is free."""
    head = services.conversations.head(bot, conversation_id)
    if head is None or not wants_offer(head):
        return False
    now = services.clock.now()
    members = services.directory.members(bot)
    turn = next_in_turn(members, head.queue, now, _offered(services, head), head.last_agent)
    until = now + (head.timing.offer_seconds or 0) * SECOND
    return any(_make_offer(services, head, member, until) for member in turn)


def _make_offer(services: Services, head: Waiting, member: Member, until: int) -> bool:
    """False if the agent is no longer free: two conversations may choose the same agent at once."""
    command = MakeOffer(until, member, epoch=head.epoch)
    try:
        execute(services, system_caller(head.bot), head.id, command, agent=member.person)
    except (NoAgentAvailable, AtCapacity):
        return False
    return True


def _offered(services: Services, head: Waiting) -> Counter[str]:
    """How often this handoff was offered to each agent, by id."""
    since = head.handoff.opened_seq - 1
    entries = services.conversations.entries_after(head.bot, head.id, since, MOST_ENTRIES)
    contents = (entry.content for entry in entries)
    offered = (each.offered_to for each in contents if isinstance(each, Requested | Offered))
    return Counter(agent.id for agent in offered if agent)
