"""The rules for offers and alerts while a user waits. They do not change who may speak."""

from msgspec.structs import replace

from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import (
    Cause,
    Command,
    EndOffer,
    Escalate,
    MakeOffer,
    Release,
)
from chalicelib.domain.conversation.decision import (
    CapacityChange,
    Context,
    Decision,
    append,
    end_reservation,
    new_entry,
)
from chalicelib.domain.conversation.entries import Declined, Escalated, Offered, OfferedAgent
from chalicelib.domain.conversation.handoff import Offer
from chalicelib.domain.conversation.head import Paused, Waiting
from chalicelib.domain.conversation.refusals import illegal
from chalicelib.domain.errors import IllegalMove, NoAgentAvailable
from chalicelib.domain.routing.members import Member, PresenceStatus


def make_offer(head: Waiting, command: MakeOffer, context: Context) -> Decision:
    """Raises NoAgentAvailable if the agent is no longer online."""
    if head.offer is not None:
        return Decision(head)
    member = command.agent
    require_online(member, context.now)
    offer = Offer(Author(member.person, member.name), command.until)
    offered = Offered(head.handoff.id, head.queue, offered_agent(offer))
    entry = new_entry(head, offered, context)
    reserved = CapacityChange(member.person, 0, member.capacity, reserved_until=command.until)
    return Decision(append(head, entry, offer=offer), (entry,), capacity_changes=(reserved,))


def end_offer(head: Waiting, command: EndOffer, context: Context) -> Decision:
    if head.offer != command.offer:
        return Decision(head)
    return _withdraw(head, command.offer, Cause.TIMEOUT, context)


def decline(head: Waiting, command: Release, context: Context) -> Decision:
    """Only the agent to whom the conversation is offered may decline it."""
    if head.offer is None or head.offer.agent.id != context.caller.id:
        raise illegal(command, head)
    return _withdraw(head, head.offer, Cause.DECLINED, context)


def _withdraw(head: Waiting, offer: Offer, cause: Cause, context: Context) -> Decision:
    declined = Declined(head.handoff.id, head.queue, offer.agent, cause)
    entry = new_entry(head, declined, context)
    ended = end_reservation(offer, context.now)
    return Decision(append(head, entry, offer=None), (entry,), capacity_changes=ended)


def escalate(head: Paused, command: Escalate, context: Context) -> Decision:
    timing = head.timing
    if timing.unanswered_since is None or timing.alerts >= command.step:
        return Decision(head)
    escalated = Escalated(head.handoff.id, head.queue, command.step, timing.unanswered_since)
    entry = new_entry(head, escalated, context)
    return Decision(append(head, entry, timing=replace(timing, alerts=command.step)), (entry,))


def require_not_offered_to_another(head: Waiting, command: Command, context: Context) -> None:
    """Raises IllegalMove while the conversation is offered to another agent. Supervisors may claim
    it all the same."""
    offer, caller = head.offer, context.caller
    if offer is None or context.now >= offer.until:
        return
    if offer.agent.id != caller.id and not caller.has_supervisor_rights:
        agent = offered_agent(offer)
        raise IllegalMove(
            f"This conversation is offered to {offer.agent.name} first.",
            command=command.name,
            status=head.status,
            epoch=head.epoch,
            offered_to={"id": agent.id, "name": agent.name, "until": agent.until},
        )


def require_online(agent: Member, now: int) -> None:
    if agent.presence.at(now) is not PresenceStatus.ONLINE:
        raise NoAgentAvailable(f"{agent.name} is not online.", agent=agent.person)


def offered_agent(offer: Offer) -> OfferedAgent:
    return OfferedAgent(offer.agent.id, offer.agent.name, offer.until)
