"""Replays a log: the head after an entry, from the head before it and the entry alone.

An entry does not hold `user_name`, `profile`, `timing` and `turn_started_at`: they stay as they
were, or have their default.
"""

from msgspec.structs import replace

from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.entries import (
    Body,
    Declined,
    Entry,
    Erased,
    HandoffUpdated,
    Leak,
    Message,
    MessageLeft,
    Noted,
    Offered,
    OfferedAgent,
    OwnerContent,
    Released,
    Requested,
    Returned,
    Snoozed,
    Tagged,
    TransferredToQueue,
    preview_of,
)
from chalicelib.domain.conversation.erasure import erased_head
from chalicelib.domain.conversation.handoff import Offer, OpenHandoff
from chalicelib.domain.conversation.head import (
    REASON_BYTES,
    Head,
    Owned,
    Waiting,
    WithBot,
    as_owned,
    as_waiting,
    as_with_bot,
    shorten,
)


def fold(head: Head, entry: Entry) -> Head:
    owed_seq = head.owed_seq if entry.previous_owed is None else entry.seq
    return replace(
        _changed(head, entry),
        epoch=entry.epoch,
        last_seq=entry.seq,
        updated_at=entry.at,
        owed_seq=owed_seq,
    )


def _changed(head: Head, entry: Entry) -> Head:
    match entry.content:
        case Message(body):
            return _said(head, entry, body)
        case Requested() as content:
            return _requested(head, entry, content)
        case Offered(offered_to=agent) if isinstance(head, Waiting):
            return replace(head, offer=_offer(agent))
        case Declined() if isinstance(head, Waiting):
            return replace(head, offer=None)
        case OwnerContent(owner=owner) if not isinstance(head, WithBot):
            claimed_at = head.handoff.claimed_at or entry.at
            handoff = replace(head.handoff, claimed_at=claimed_at)
            return as_owned(head, handoff=handoff, owner=owner, now=entry.at)
        case Released() | TransferredToQueue() as content if not isinstance(head, WithBot):
            return as_waiting(
                head,
                handoff=head.handoff,
                waiting_since=content.waiting_since,
                queue=content.queue,
                priority=content.priority,
                timing=head.timing,
                expires_at=head.expires_at,
            )
        case Returned():
            return as_with_bot(head)
        case Erased():
            return erased_head(head, entry.seq)
        case HandoffUpdated(priority=priority, reason=reason) if not isinstance(head, WithBot):
            kept = shorten(reason, REASON_BYTES) if reason else head.handoff.reason
            return replace(head, priority=priority, handoff=replace(head.handoff, reason=kept))
        case Snoozed(until) if isinstance(head, Owned):
            return replace(head, snoozed_until=until)
        case Tagged(tags):
            return replace(head, tags=tags)
        case Noted():
            return replace(head, notes=head.notes + 1)
        case Leak():
            return replace(head, leaks=head.leaks + 1)
        case MessageLeft() | _:
            return head


def _said(head: Head, entry: Entry, body: Body) -> Head:
    heard = entry.seq if entry.sender is From.USER else head.heard_seq
    preview = preview_of(entry.seq, entry.sender, body, entry.at)
    if isinstance(head, Owned) and entry.sender is From.USER:
        head = replace(head, snoozed_until=None)
    return replace(head, last_message=preview, heard_seq=heard)


def _requested(head: Head, entry: Entry, content: Requested) -> Head:
    reason = shorten(content.reason, REASON_BYTES) if content.reason else None
    return as_waiting(
        head,
        handoff=OpenHandoff(content.handoff_id, entry.at, entry.seq, reason, content.agent),
        waiting_since=entry.at,
        queue=content.queue,
        priority=content.priority,
        timing=head.timing,
        offer=_offer(content.offered_to) if content.offered_to else None,
        expires_at=content.expires_at,
    )


def _offer(agent: OfferedAgent) -> Offer:
    return Offer(Author(agent.id, agent.name), agent.until)
