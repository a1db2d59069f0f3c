"""The JSON objects of the API, the same in REST, WebSocket frames and webhooks.

Times are RFC 3339 strings in UTC here, and milliseconds since 1970 (UTC) everywhere else.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.records.answers import Answer, AnswerWarning
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.people import Session

Json = dict[str, object]

SAID = frozenset({Kind.MESSAGE, Kind.EVENT})
LAST_MOMENT = 253_402_300_799_999
"""The end of the year 9999, in milliseconds since 1970 (UTC). RFC 3339 has four digits for a
year."""
TIMES = frozenset({"expires_at", "until", "since", "waiting_since"})


def timestamp(milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds. A later time than it can write is its last one: one stored
    row must not make a list unreadable."""
    milliseconds = min(milliseconds, LAST_MOMENT)
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def optional_timestamp(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else timestamp(milliseconds)


def head(of: Head) -> Json:
    return {
        "id": of.id,
        "bot": of.bot,
        "channel": of.address.channel,
        "user": of.address.user,
        "user_name": of.user_name,
        "thread": of.address.thread,
        "status": of.status,
        "paused": of.paused,
        "epoch": of.epoch,
        "owner": of.owner_id,
        "owner_name": of.owner.name if of.owner else None,
        "queue": of.queue,
        "priority": of.priority,
        "handoff": _open_handoff(of),
        "offered_to": _offered_to(of),
        "last_seq": of.last_seq,
        "last_message": _last_message(of),
        "waiting_since": optional_timestamp(of.waiting_since),
        "unanswered_since": optional_timestamp(of.unanswered_since),
        "snoozed_until": optional_timestamp(of.snoozed_until),
        "tags": list(of.tags),
        "created_at": timestamp(of.created_at),
        "updated_at": timestamp(of.updated_at),
    }


def hidden(of: Head) -> Json:
    """For agents who may no longer see the conversation."""
    return {"id": of.id, "bot": of.bot, "last_seq": of.last_seq, "visible": False}


def _open_handoff(of: Head) -> Json | None:
    if of.handoff is None:
        return None
    return {
        "id": of.handoff.id,
        "reason": of.handoff.reason,
        "agent": of.handoff.agent,
        "requested_at": timestamp(of.handoff.requested_at),
        "claimed_at": optional_timestamp(of.handoff.claimed_at),
        "opened_seq": of.handoff.opened_seq,
    }


def _offered_to(of: Head) -> Json | None:
    offer = of.offer
    if offer is None:
        return None
    return {"id": offer.agent.id, "name": offer.agent.name, "until": timestamp(offer.until)}


def _last_message(of: Head) -> Json | None:
    last = of.last_message
    if last is None:
        return None
    return {"seq": last.seq, "from": last.sender, "text": last.text, "at": timestamp(last.at)}


def user(address: Address, profile: Profile) -> Json:
    return {
        "id": address.user,
        "channel": address.channel,
        "name": profile.name,
        "attributes": profile.attributes,
    }


def entry(of: Entry) -> Json:
    """`delivery` is there only if Baton has given up delivering the entry to the webhook."""
    record = of.record
    delivery: Json = {"delivery": "failed"} if of.is_undelivered else {}
    return {
        "seq": of.seq,
        "kind": of.kind,
        "from": of.sender,
        "author": {"id": of.author.id, "name": of.author.name},
        "type": record.type,
        "text": record.text,
        "payload": record.payload if of.kind in SAID else facts(record.payload),
        "epoch": of.epoch,
        "at": timestamp(of.at),
        "message_id": record.message_id,
        **delivery,
    }


def facts(of: Mapping[str, object] | None) -> Json | None:
    """The payload of an entry that is no message, with its times as strings."""
    return None if of is None else {name: _fact(name, value) for name, value in of.items()}


def _fact(name: str, value: object) -> object:
    if name in TIMES and isinstance(value, int):
        return timestamp(value)
    return facts(value) if name == "offered_to" and isinstance(value, dict) else value


def accepted(answer: Answer) -> Json:
    """The answer to a message: its `seq`, and whether the bot may answer it."""
    extras: Json = {}
    if not answer.created:
        extras["repeated"] = True
    if answer.handoff_ended:
        extras["handoff_ended"] = answer.handoff_ended
    return extras | {
        "conversation_id": answer.conversation_id,
        "thread": answer.head.address.thread if answer.head else None,
        "seq": answer.seq,
        "disposition": answer.status,
        "paused": answer.status != "bot",
        "epoch": answer.epoch,
        "handoff_id": answer.handoff_id,
    }


def warnings(of: Sequence[AnswerWarning]) -> Json:
    """The warnings in an answer: they name the parts of the request that were ignored or cut."""
    if not of:
        return {}
    shown = [{"code": each.code, "field": each.field, "detail": each.detail} for each in of]
    return {"warnings": shown}


def handoff(of: Handoff) -> Json:
    end = of.resumption
    return {
        "id": of.id,
        "conversation_id": of.conversation_id,
        "bot": of.bot,
        "reason": of.request.reason,
        "queue": of.request.queue,
        "priority": of.request.priority,
        "language": of.request.language,
        "context": of.request.context,
        "summary": of.request.summary,
        "requested_by": {"id": of.requested_by.id, "name": of.requested_by.name},
        "requested_at": timestamp(of.requested_at),
        "owner": of.owner.id if of.owner else None,
        "owner_name": of.owner.name if of.owner else None,
        "claimed_at": optional_timestamp(of.claimed_at),
        "returned_at": optional_timestamp(of.returned_at),
        "outcome": end.outcome if end else None,
        "note": end.note if end else None,
        "resume_at": end.resume_at if end else None,
        "variables": end.variables if end else None,
        "from_seq": of.opened_seq,
        "to_seq": of.returned_seq,
        "rating": _rating(of),
    }


def _rating(of: Handoff) -> Json | None:
    if of.rating is None:
        return None
    rating = of.rating
    return {"score": rating.score, "comment": rating.comment, "at": timestamp(rating.at)}


def note(of: Entry) -> Json:
    author = {"id": of.author.id, "name": of.author.name}
    return {"seq": of.seq, "author": author, "text": of.record.text, "at": timestamp(of.at)}


def member(of: Member, now: int) -> Json:
    return {
        "id": of.person,
        "name": of.name,
        "email": of.email,
        "role": of.role,
        "queues": sorted(of.queues),
        "capacity": of.capacity,
        "open": of.open,
        "status": of.presence.at(now),
        "chosen_status": of.presence.chosen,
    }


def notification(of: Notification, reader: str) -> Json:
    return {
        "id": of.id,
        "message": of.message,
        "level": of.level,
        "kind": of.kind,
        "author": {"id": of.author.id, "name": of.author.name} if of.author else None,
        "url": of.url,
        "conversation_id": of.conversation_id,
        "at": timestamp(of.at),
        "read": reader in of.read_by,
    }


PUBLIC_TYPES: Mapping[Kind, str] = {
    Kind.REQUESTED: "handoff.requested",
    Kind.CLAIMED: "handoff.claimed",
    Kind.RELEASED: "handoff.released",
    Kind.TRANSFERRED: "handoff.transferred",
    Kind.RETURNED: "conversation.returned",
}
"""The webhook event types of the kinds that change who may speak."""


def session(of: Session, current: str) -> Json:
    """`current` is the id of the session that calls."""
    return {
        "id": of.id,
        "created_at": timestamp(of.began_at),
        "used_at": timestamp(of.used_at),
        "expires_at": timestamp(of.expires_at),
        "address": of.network_address,
        "device": of.device,
        "current": of.id == current,
    }
