"""Heads and their rows, and where a head stands in the lists."""

from typing import Any, TypedDict

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import HeadRow
from chalicelib.domain.address import Address, ErasedAddress, handoff_id
from chalicelib.domain.characters import comparable
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.handoff import Offer, OpenHandoff
from chalicelib.domain.conversation.head import (
    Head,
    Owned,
    Preview,
    Status,
    Timing,
    Waiting,
    WithBot,
)
from chalicelib.domain.routing.queues import NO_LIMITS, Limits

NAME_BYTES = 24
TIE_BREAK = slice(2, 14)
"""The part of a conversation's id that ends its sort keys: 60 bits, so that no two are equal."""
NAME_END = "\x01"
"""Below all that a name is written with: "Ana" stands before "Ana Maria"."""
MINUTE = 60_000
OWED_MARK = "+"
"""Ends the key in `recent` of each conversation that a person has taken part in, so that the sweep
finds these without reading the heads of all others."""
HIGHEST_PRIORITY = 9
PLACE_ON_BOARD = {Status.WAITING: "0", Status.AGENT: "1"}


class Places(TypedDict):
    index: str
    board_key: str | None
    recent_key: str
    name_key: str | None
    due_key: str | None
    due_at: int | None


def places(head: Head, shards: int) -> Places:
    """Its keys in the lists; none where it does not belong there."""
    shard, due = keys.shard(head.id, shards), head.timing.due_at
    return {
        "index": keys.index(head.bot, shard),
        "board_key": _board_key(head),
        "recent_key": _recent_key(head),
        "name_key": _name_key(head),
        "due_key": None if due is None else keys.due(shard),
        "due_at": due,
    }


def _recent_key(head: Head) -> str:
    mark = OWED_MARK if head.owed_seq else ""
    return f"{head.updated_at // MINUTE:010d}#{head.id[TIE_BREAK]}{mark}"


def _board_key(head: Head) -> str | None:
    if not head.paused:
        return None
    requested_at = head.handoff.requested_at if head.handoff else 0
    since = head.waiting_since or requested_at
    urgency = HIGHEST_PRIORITY - min(max(head.priority, 0), HIGHEST_PRIORITY)
    return f"{PLACE_ON_BOARD[head.status]}#{urgency}#{since:013d}#{head.id[TIE_BREAK]}"


def waiting_since(board_key: str) -> int:
    """As `_board_key` has written it."""
    return int(board_key.split("#")[2])


def _name_key(head: Head) -> str | None:
    if not head.user_name:
        return None
    return name_prefix(head.user_name) + NAME_END + head.id[TIE_BREAK]


def name_prefix(name: str) -> str:
    """As much of a name as its list knows, in the form in which names are compared."""
    return comparable(name).encode()[:NAME_BYTES].decode(errors="ignore")


def head_row(head: Head, shards: int) -> HeadRow:
    handoff, last = head.handoff, head.last_message
    return HeadRow.at(
        keys.head(head.bot, head.id),
        **places(head, shards),
        channel=head.address.channel,
        user=head.address.user,
        thread=head.address.thread,
        status=head.status,
        epoch=head.epoch,
        last_seq=head.last_seq,
        owner_id=head.owner.id if head.owner else None,
        owner_name=head.owner.name if head.owner else None,
        queue=head.queue,
        priority=head.priority or None,
        waiting_since=head.waiting_since,
        opened_seq=handoff.opened_seq if handoff else None,
        requested_at=handoff.requested_at if handoff else None,
        claimed_at=handoff.claimed_at if handoff else None,
        reason=handoff.reason if handoff else None,
        wanted_agent=handoff.agent if handoff else None,
        expires_at=head.expires_at,
        preview_seq=last.seq if last else None,
        preview_sender=last.sender if last else None,
        preview_text=last.text if last else None,
        preview_at=last.at if last else None,
        tags=list(head.tags) or None,
        user_name=head.user_name,
        profile=head.profile,
        leaks=head.leaks or None,
        heard_seq=head.heard_seq,
        notes=head.notes or None,
        owed_seq=head.owed_seq,
        erased_seq=head.erased_seq,
        last_agent=head.last_agent,
        last_queue=head.last_queue,
        created_at=head.created_at,
        updated_at=head.updated_at,
        **_times(head),
    )


def _times(head: Head) -> dict[str, object]:
    """The times from which deadlines are counted."""
    timing, offer = head.timing, head.offer
    return {
        "offered_to": offer.agent.id if offer else None,
        "offered_name": offer.agent.name if offer else None,
        "offered_until": offer.until if offer else None,
        "limits": limits_text(timing.limits),
        "offer_seconds": timing.offer_seconds,
        "clock": timing.unanswered_since,
        "alerts": timing.alerts or None,
        "silent_since": head.turn_started_at,
        "snoozed_until": head.snoozed_until,
    }


def head_of(row: HeadRow) -> Head:
    bot, conversation_id = keys.bot_and_conversation(row.pk)
    common = {
        "address": _address_of(row, bot, conversation_id),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "epoch": row.epoch,
        "last_seq": row.last_seq,
        "last_message": _preview_of(row),
        "tags": tuple(row.tags or ()),
        "user_name": row.user_name,
        "profile": row.profile,
        "leaks": row.leaks or 0,
        "heard_seq": row.heard_seq,
        "notes": row.notes or 0,
        "owed_seq": row.owed_seq,
        "erased_seq": row.erased_seq,
    }
    timing = Timing(
        limits_of(row.limits), row.offer_seconds, row.clock, row.alerts or 0, row.due_at
    )
    return build_head(
        Status(row.status),
        common,
        handoff=_handoff_of(row, conversation_id),
        owner=author_of(row.owner_id, row.owner_name),
        queue=row.queue,
        priority=row.priority or 0,
        waiting_since=row.waiting_since,
        timing=timing,
        offer=_offer_of(row),
        expires_at=row.expires_at,
        turn_started_at=row.silent_since,
        snoozed_until=row.snoozed_until,
        last_agent=row.last_agent,
        last_queue=row.last_queue,
    )


def _address_of(row: HeadRow, bot: str, conversation_id: str) -> Address:
    """No user has an empty id: the user of this conversation was erased."""
    if row.user == "":
        return ErasedAddress(bot, row.channel, "", id=conversation_id)
    return Address(bot, row.channel, row.user, row.thread)


def build_head(
    status: Status,
    common: dict[str, Any],
    *,
    handoff: OpenHandoff | None,
    owner: Author | None,
    queue: str | None,
    priority: int,
    waiting_since: int | None,
    timing: Timing,
    offer: Offer | None,
    expires_at: int | None,
    turn_started_at: int | None,
    snoozed_until: int | None,
    last_agent: str | None,
    last_queue: str | None,
) -> Head:
    """The head of this status from the fields of all statuses. `common` are those of `BaseHead`.

    An early release stored no `turn_started_at`: the turn then counts from the last change.
    """
    if status is Status.BOT or handoff is None:
        return WithBot(**common, last_agent=last_agent, last_queue=last_queue)
    if status is Status.AGENT and owner is not None:
        return Owned(
            **common,
            handoff=handoff,
            owner=owner,
            turn_started_at=turn_started_at or common["updated_at"],
            queue=queue,
            priority=priority,
            timing=timing,
            snoozed_until=snoozed_until,
        )
    return Waiting(
        **common,
        handoff=handoff,
        waiting_since=waiting_since or handoff.requested_at,
        queue=queue,
        priority=priority,
        timing=timing,
        offer=offer,
        expires_at=expires_at,
        last_agent=last_agent,
    )


def author_of(author_id: str | None, name: str | None) -> Author | None:
    return None if author_id is None else Author(author_id, name or "")


def _handoff_of(row: HeadRow, conversation_id: str) -> OpenHandoff | None:
    """Its id is not stored: it follows from the conversation and the entry that opened it."""
    if row.opened_seq is None:
        return None
    return OpenHandoff(
        id=handoff_id(conversation_id, row.opened_seq),
        requested_at=row.requested_at,
        opened_seq=row.opened_seq,
        reason=row.reason,
        agent=row.wanted_agent,
        claimed_at=row.claimed_at,
    )


def _offer_of(row: HeadRow) -> Offer | None:
    agent = author_of(row.offered_to, row.offered_name)
    return Offer(agent, row.offered_until) if agent else None


LIMITS = ("first_alert", "give_up", "agent_idle", "user_idle", "max_length", "agent_lost")


def limits_text(limits: Limits) -> str | None:
    """As short as can be: seconds by their place, the steps of the escalation behind them."""
    if limits == NO_LIMITS:
        return None
    numbers = [getattr(limits, name) for name in LIMITS] + list(limits.escalate)
    return ",".join("" if number is None else str(number) for number in numbers)


def limits_of(text: str | None) -> Limits:
    if text is None:
        return NO_LIMITS
    numbers = [int(number) if number else None for number in text.split(",")]
    steps = tuple(step for step in numbers[len(LIMITS) :] if step is not None)
    return Limits(**dict(zip(LIMITS, numbers, strict=False)), escalate=steps)


def _preview_of(row: HeadRow) -> Preview | None:
    if row.preview_seq is None:
        return None
    return Preview(row.preview_seq, From(row.preview_sender), row.preview_text, row.preview_at)
