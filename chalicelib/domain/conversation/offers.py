"""While a conversation waits: offered to one agent after another, and alerts when it takes long.
Nothing here changes who may speak."""

from msgspec.structs import replace

from chalicelib.domain.conversation.commands import Cause, Command, EndOffer, Escalate, MakeOffer
from chalicelib.domain.conversation.decision import (
    CapacityChange,
    Decision,
    Situation,
    entry_of,
    freed,
    grown,
)
from chalicelib.domain.conversation.entries import Author, Kind
from chalicelib.domain.conversation.handoff import Offer
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.conversation.refusals import illegal
from chalicelib.domain.errors import IllegalMove, NoAgentAvailable
from chalicelib.domain.routing.members import Member, PresenceStatus


def make_offer(s: Situation, command: MakeOffer) -> Decision:
    """Raises NoAgentAvailable where the agent is no longer online."""
    handoff, member = s.head.handoff, command.agent
    assert handoff is not None
    assert member is not None
    if handoff.offer is not None:
        return Decision(s.head)
    require_online(member, s.now)
    offer = Offer(Author(member.person, member.name), command.until)
    facts = {"handoff_id": handoff.id, "queue": s.head.queue, **facts_of(offer)}
    entry = entry_of(s, Kind.OFFERED, payload=facts)
    head = grown(s.head, entry, handoff=replace(handoff, offer=offer))
    kept = CapacityChange(member.person, 0, member.capacity, reserved_until=command.until)
    return Decision(head, (entry,), capacity_changes=(kept,))


def end_offer(s: Situation, command: EndOffer) -> Decision:
    if offer_in(s.head) != command.offer:
        return Decision(s.head)
    return _withdrawn(s, command.offer, Cause.TIMEOUT)


def decline(s: Situation, command: Command) -> Decision:
    """Only by the one to whom it is offered."""
    offer = offer_in(s.head)
    if offer is None or offer.agent.id != s.caller.id:
        raise illegal(command, s.head)
    return _withdrawn(s, offer, Cause.DECLINED)


def _withdrawn(s: Situation, offer: Offer, cause: Cause) -> Decision:
    assert s.head.handoff is not None
    facts = {
        "handoff_id": s.head.handoff.id,
        "queue": s.head.queue,
        "agent": {"id": offer.agent.id, "name": offer.agent.name},
        "cause": cause,
    }
    entry = entry_of(s, Kind.DECLINED, payload=facts)
    head = grown(s.head, entry, handoff=replace(s.head.handoff, offer=None))
    return Decision(head, (entry,), capacity_changes=freed(offer, s.now))


def escalate(s: Situation, command: Escalate) -> Decision:
    timing, handoff = s.head.timing, s.head.handoff
    assert handoff is not None
    if timing.clock is None or timing.alerts >= command.step:
        return Decision(s.head)
    facts = {
        "handoff_id": handoff.id,
        "queue": s.head.queue,
        "step": command.step,
        "since": timing.clock,
    }
    entry = entry_of(s, Kind.ESCALATED, payload=facts)
    return Decision(grown(s.head, entry, timing=replace(timing, alerts=command.step)), (entry,))


def require_unoffered(s: Situation, command: Command) -> None:
    """To anybody else, that is; who may overrule takes what they want."""
    offer = offer_in(s.head)
    if offer is None or s.now >= offer.until:
        return
    if offer.agent.id != s.caller.id and not s.caller.has_supervisor_rights:
        raise IllegalMove(
            f"This conversation is offered to {offer.agent.name} first.",
            command=command.name,
            status=s.head.status,
            epoch=s.head.epoch,
            **facts_of(offer),
        )


def require_online(agent: Member, now: int) -> None:
    if agent.presence.at(now) is not PresenceStatus.ONLINE:
        raise NoAgentAvailable(f"{agent.name} is not online.", agent=agent.person)


def offer_in(head: Head) -> Offer | None:
    return head.handoff.offer if head.handoff else None


def facts_of(offer: Offer) -> dict[str, object]:
    agent = {"id": offer.agent.id, "name": offer.agent.name, "until": offer.until}
    return {"offered_to": agent}
