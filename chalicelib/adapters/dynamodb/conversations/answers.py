"""First answers as JSON, so that a repeated request gets the same answer again.

The head in an answer is stored flat, with its status, in the form that every release reads.
"""

from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from chalicelib.adapters.dynamodb.conversations.heads import build_head
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.handoff import Offer, OpenHandoff
from chalicelib.domain.conversation.head import BaseHead, Head, Preview, Status, Timing
from chalicelib.domain.routing.queues import NO_LIMITS, Limits
from chalicelib.usecases.records.answers import Answer, AnswerWarning


class HandoffJson(Struct, frozen=True, omit_defaults=True):
    id: str
    requested_at: int
    opened_seq: int
    reason: str | None = None
    agent: str | None = None
    claimed_at: int | None = None
    expires_at: int | None = None
    offer: Offer | None = None


class TimingJson(Struct, frozen=True, omit_defaults=True):
    limits: Limits = NO_LIMITS
    offer_seconds: int | None = None
    clock: int | None = None
    alerts: int = 0
    silent_since: int | None = None
    due_at: int | None = None
    snoozed_until: int | None = None


class HeadJson(Struct, frozen=True, kw_only=True, omit_defaults=True):
    address: Address
    created_at: int
    updated_at: int
    status: Status
    epoch: int
    last_seq: int
    owner: Author | None = None
    queue: str | None = None
    priority: int = 0
    handoff: HandoffJson | None = None
    waiting_since: int | None = None
    last_message: Preview | None = None
    tags: tuple[str, ...] = ()
    user_name: str | None = None
    profile: str | None = None
    leaks: int = 0
    heard_seq: int | None = None
    notes: int = 0
    owed_seq: int | None = None
    erased_seq: int | None = None
    last_agent: str | None = None
    last_queue: str | None = None
    timing: TimingJson = TimingJson()


class AnswerJson(Struct, frozen=True, kw_only=True):
    conversation_id: str
    status: Status
    epoch: int
    handoff_id: str | None = None
    seq: int | None = None
    head: HeadJson | None = None
    created: bool = True
    handoff_ended: str | None = None
    warnings: tuple[AnswerWarning, ...] = ()


def answer_text(answer: Answer) -> str:
    fields = asdict(answer)
    if answer.head:
        fields["head"] = _stored(answer.head)
    return msgspec.json.encode(AnswerJson(**fields)).decode()


def answer_of(text: str) -> Answer:
    stored = msgspec.json.decode(text, type=AnswerJson)
    fields = asdict(stored)
    if stored.head:
        fields["head"] = _head_of(stored.head)
    return Answer(**fields)


def _stored(head: Head) -> HeadJson:
    timing, handoff = head.timing, None
    if head.handoff:
        handoff = HandoffJson(**asdict(head.handoff), expires_at=head.expires_at, offer=head.offer)
    return HeadJson(
        **_common(head),
        status=head.status,
        owner=head.owner,
        queue=head.queue,
        priority=head.priority,
        handoff=handoff,
        waiting_since=head.waiting_since,
        last_agent=head.last_agent,
        last_queue=head.last_queue,
        timing=TimingJson(
            timing.limits,
            timing.offer_seconds,
            timing.unanswered_since,
            timing.alerts,
            head.turn_started_at,
            timing.due_at,
            head.snoozed_until,
        ),
    )


def _head_of(stored: HeadJson) -> Head:
    timing, handoff = stored.timing, stored.handoff
    open_handoff = None
    if handoff:
        names = OpenHandoff.__struct_fields__
        open_handoff = OpenHandoff(**{name: getattr(handoff, name) for name in names})
    return build_head(
        stored.status,
        _common(stored),
        handoff=open_handoff,
        owner=stored.owner,
        queue=stored.queue,
        priority=stored.priority,
        waiting_since=stored.waiting_since,
        timing=Timing(
            timing.limits, timing.offer_seconds, timing.clock, timing.alerts, timing.due_at
        ),
        offer=handoff.offer if handoff else None,
        expires_at=handoff.expires_at if handoff else None,
        turn_started_at=timing.silent_since,
        snoozed_until=timing.snoozed_until,
        last_agent=stored.last_agent,
        last_queue=stored.last_queue,
    )


def _common(head: Head | HeadJson) -> dict[str, Any]:
    return {name: getattr(head, name) for name in BaseHead.__struct_fields__}
