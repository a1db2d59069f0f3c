"""What a handoff begins with."""

from chalicelib.domain.conversation.decision import Situation
from chalicelib.domain.conversation.entries import Author, shorten
from chalicelib.domain.conversation.handoff import Handoff, Offer, OpenHandoff
from chalicelib.domain.conversation.offers import facts_of
from chalicelib.domain.conversation.timers import SECOND
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue

REASON_BYTES = 48
"""Of the reason, in the head; the whole of it is in the handoff's row."""


def in_head(
    s: Situation, handoff: Handoff, settings: Queue | None, kept_for: Member | None
) -> OpenHandoff:
    request = handoff.request
    return OpenHandoff(
        handoff.id,
        s.now,
        handoff.opened_seq,
        shorten(request.reason, REASON_BYTES) if request.reason else None,
        request.agent,
        expires_at=None if request.timeout is None else s.now + request.timeout,
        offer=_offer(kept_for, settings, s.now) if kept_for else None,
    )


def facts_of_request(handoff: Handoff, opened: OpenHandoff) -> dict[str, object]:
    request = handoff.request
    facts: dict[str, object] = {
        "handoff_id": handoff.id,
        "queue": request.queue,
        "priority": request.priority,
        "reason": request.reason,
        "agent": request.agent,
    }
    if opened.expires_at is not None:
        facts["expires_at"] = opened.expires_at
    return facts | facts_of(opened.offer) if opened.offer else facts


def _offer(agent: Member, settings: Queue | None, now: int) -> Offer:
    """What is kept for somebody is kept as long as an offer stands in this queue."""
    seconds = (settings or Queue("")).offer_seconds
    return Offer(Author(agent.person, agent.name), now + seconds * SECOND)
