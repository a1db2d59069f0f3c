"""Entries, handoffs and first answers, and their rows."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import asdict
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations.answers import answer_of
from chalicelib.adapters.dynamodb.conversations.heads import author_of
from chalicelib.adapters.dynamodb.rows import (
    EntryRow,
    HandoffRow,
    IdempotencyRow,
    MessageRow,
    ProfileRow,
)
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import ContentRecord, Entry, Kind, content_of
from chalicelib.domain.conversation.handoff import (
    Handoff,
    HandoffChange,
    Rating,
    Request,
    Resumption,
)
from chalicelib.usecases.records.answers import Answer, MessageKey, StoredAnswer, StoredMessage

KINDS, SENDERS = frozenset(Kind), frozenset(From)


def to_json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def entry_row(bot: str, conversation_id: str, entry: Entry, command_id: str) -> EntryRow:
    record = entry.record
    return EntryRow.at(
        keys.entry(bot, conversation_id, entry.seq),
        command_id=command_id,
        what=record.kind,
        sender=entry.sender,
        author_id=entry.author.id,
        author_name=entry.author.name,
        epoch=entry.epoch,
        at_ms=entry.at,
        type=record.type,
        text=record.text,
        payload=None if record.payload is None else to_json(record.payload),
        message_id=record.message_id,
        previous_owed=entry.previous_owed,
        undelivered=entry.is_undelivered or None,
        imported=entry.is_imported or None,
    )


def entry_of(row: EntryRow) -> Entry:
    """A row with a kind or a sender that only a newer release knows is an entry of unknown content,
    so that every reader passes over it and goes on behind it."""
    is_known = row.what in KINDS and row.sender in SENDERS
    record = ContentRecord(Kind.UNKNOWN)
    if is_known:
        payload = from_json(row.payload)
        record = ContentRecord(Kind(row.what), row.type, row.text, payload, row.message_id)
    return Entry(
        seq=int(row.sk.removeprefix("E#")),
        sender=From(row.sender) if is_known else From.SYSTEM,
        author=Author(row.author_id, row.author_name),
        epoch=row.epoch,
        at=row.at_ms,
        content=content_of(record),
        previous_owed=row.previous_owed,
        is_undelivered=bool(row.undelivered),
        is_imported=bool(row.imported),
    )


def profile_of(row: ProfileRow) -> Profile:
    return Profile(row.name, from_json(row.attributes_json))


def message_row(key: keys.RowKey, message: MessageKey, answer: Answer) -> MessageRow:
    return MessageRow.at(
        key,
        seq=answer.seq,
        fingerprint=message.fingerprint or None,
        handoff_ended=answer.handoff_ended,
        status=answer.status,
        epoch=answer.epoch,
        handoff_id=answer.handoff_id,
    )


def stored_message(row: MessageRow) -> StoredMessage:
    return StoredMessage(row.seq, row.fingerprint, row.handoff_ended)


def known_answer(row: IdempotencyRow) -> StoredAnswer:
    answer = answer_of(row.answer) if row.answer else None
    return StoredAnswer(row.fingerprint, answer)


def handoff_row(handoff: Handoff, shards: int) -> HandoffRow:
    request, owner = handoff.request, handoff.owner
    shard = keys.shard(handoff.conversation_id, shards)
    return HandoffRow.at(
        keys.handoff(handoff.bot, handoff.conversation_id, handoff.id),
        index=keys.index(handoff.bot, shard),
        list_key=f"{handoff.requested_at:013d}#{handoff.id}",
        id=handoff.id,
        reason=request.reason,
        queue=request.queue,
        priority=request.priority,
        agent=request.agent,
        language=request.language,
        context=None if request.context is None else to_json(request.context),
        timeout=request.timeout,
        summary=request.summary,
        requested_by_id=handoff.requested_by.id,
        requested_by_name=handoff.requested_by.name,
        requested_at=handoff.requested_at,
        opened_seq=handoff.opened_seq,
        owner_id=owner.id if owner else None,
        owner_name=owner.name if owner else None,
        claimed_at=handoff.claimed_at,
        returned_at=handoff.returned_at,
        returned_seq=handoff.returned_seq,
        resumption=resumption_text(handoff.resumption),
        rating=_rating_text(handoff.rating),
    )


def handoff_of(row: HandoffRow) -> Handoff:
    bot, conversation_id = keys.bot_and_conversation(row.pk)
    return Handoff(
        id=row.id,
        conversation_id=conversation_id,
        bot=bot,
        request=Request(
            reason=row.reason,
            queue=row.queue,
            priority=row.priority,
            agent=row.agent,
            language=row.language,
            context=from_json(row.context),
            timeout=row.timeout,
            summary=row.summary,
        ),
        requested_by=Author(row.requested_by_id, row.requested_by_name),
        requested_at=row.requested_at,
        opened_seq=row.opened_seq,
        owner=author_of(row.owner_id, row.owner_name),
        claimed_at=row.claimed_at,
        returned_at=row.returned_at,
        returned_seq=row.returned_seq,
        resumption=_resumption_of(row.resumption),
        rating=None if row.rating is None else msgspec.json.decode(row.rating, type=Rating),
    )


def handoff_changes(change: HandoffChange) -> list[Action]:
    row, owner = HandoffRow, change.owner
    wanted: tuple[tuple[Any, object], ...] = (
        (row.owner_id, owner.id if owner else None),
        (row.owner_name, owner.name if owner else None),
        (row.claimed_at, change.claimed_at),
        (row.queue, change.queue),
        (row.reason, change.reason),
        (row.summary, change.summary),
        (row.context, None if change.context is None else to_json(change.context)),
        (row.priority, change.priority),
        (row.returned_at, change.returned_at),
        (row.returned_seq, change.returned_seq),
        (row.resumption, resumption_text(change.resumption)),
        (row.rating, _rating_text(change.rating)),
    )
    return [attribute.set(value) for attribute, value in wanted if value is not None]


def resumption_text(resumption: Resumption | None) -> str | None:
    return to_json(asdict(resumption)) if resumption else None


def _rating_text(rating: Rating | None) -> str | None:
    return to_json(asdict(rating)) if rating else None


def _resumption_of(text: str | None) -> Resumption | None:
    return None if text is None else msgspec.json.decode(text, type=Resumption)
