"""Offers a waiting conversation to one agent after another.

Each function may run twice without harm, because the state table decides.
"""

from collections import Counter

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import MakeOffer
from chalicelib.domain.conversation.entries import Offered, QueueContent, Requested
from chalicelib.domain.conversation.head import Status, Waiting
from chalicelib.domain.conversation.timers import SECOND, wants_offer
from chalicelib.domain.errors import AtCapacity, NoAgentAvailable
from chalicelib.domain.routing.members import Member, next_in_turn
from chalicelib.domain.routing.queues import Mode
from chalicelib.usecases.admin.notifications import notify_supervisors
from chalicelib.usecases.conversations import shown
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
    offered = _offered(services, head)
    turn = next_in_turn(members, head.queue, now, offered, head.last_agent)
    if offered and all(offered[member.person] for member in turn):
        _tell_that_nobody_accepts(services, head)
    until = now + (head.timing.offer_seconds or 0) * SECOND
    return any(_make_offer(services, head, member, until) for member in turn)


def _tell_that_nobody_accepts(services: Services, head: Waiting) -> None:
    """Once for a handoff and queue: everybody who is free has let it pass, or nobody is left. The
    offers go on, and so does the search for somebody who is free."""
    notify_supervisors(
        services,
        head.bot,
        f"All agents of the queue {head.queue} who are free let a conversation pass.",
        conversation_id=head.id,
        once=f"not_accepted {head.handoff.id} {head.queue}",
    )


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
    entries = shown.entries_after(services, head, since, MOST_ENTRIES)
    contents = (entry.content for entry in entries)
    offered = (each.offered_to for each in contents if isinstance(each, Requested | Offered))
    return Counter(agent.id for agent in offered if agent)
