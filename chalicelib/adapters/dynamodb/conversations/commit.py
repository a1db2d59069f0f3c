"""One transaction for one command: the head on condition that nobody has changed it, the entries
on condition that they do not exist, and all that follows from them."""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.conversations.answers import answer_text
from chalicelib.adapters.dynamodb.conversations.entries import (
    entry_row,
    handoff_changes,
    handoff_row,
    message_row,
    to_json,
)
from chalicelib.adapters.dynamodb.conversations.heads import head_row
from chalicelib.adapters.dynamodb.rows import (
    AddressRow,
    EntryRow,
    HandoffRow,
    HeadRow,
    IdempotencyRow,
    LoadRow,
    MessageRow,
    PointerRow,
    ProfileRow,
)
from chalicelib.adapters.dynamodb.table import Rows
from chalicelib.adapters.dynamodb.transaction import Cancelled, FailedWrite, Transaction
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.decision import CapacityChange
from chalicelib.domain.conversation.entries import Content, Erased, Kind
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import AtCapacity
from chalicelib.domain.routing.members import NEVER
from chalicelib.usecases.ports.conversations import Commit, CommitConflict
from chalicelib.usecases.records.answers import IdempotencyKey

KEY_LIFE = 7 * 24 * 60 * 60 * 1000
"""Milliseconds for which an idempotency key keeps its first answer."""


def write(rows: Rows, commit: Commit) -> None:
    """Raises CommitConflict, AtCapacity."""
    try:
        _transaction(rows, commit, commit.decision.capacity_changes).commit()
    except Cancelled as cancelled:
        if _is_ours(cancelled, commit):
            return
        empty = _failed_capacity_changes(cancelled, commit)
        full = [change for change in empty if change.delta >= 0]
        if not empty:
            raise CommitConflict from cancelled
        if full:
            raise _at_capacity(full[0], commit.decision.head) from cancelled
        _write_without(rows, commit, empty)


def _write_without(rows: Rows, commit: Commit, empty: Sequence[CapacityChange]) -> None:
    """The load counter is already 0: commit without decrementing it."""
    taken = tuple(change for change in commit.decision.capacity_changes if change not in empty)
    try:
        _transaction(rows, commit, taken).commit()
    except Cancelled as cancelled:
        if not _is_ours(cancelled, commit):
            raise CommitConflict from cancelled


def _transaction(
    rows: Rows, commit: Commit, capacity_changes: Sequence[CapacityChange]
) -> Transaction:
    transaction = Transaction(rows.table)
    if commit.decision.entries:
        _add_entries(transaction, commit, rows.table.filled_shards)
        _add_handoff(transaction, commit, rows.table.filled_shards)
        for change in capacity_changes:
            _change_capacity(transaction, commit.decision.head, change)
        if commit.decision.profile:
            _add_profile(transaction, commit.decision.head, commit.decision.profile)
    elif commit.key:
        transaction.check(HeadRow.at(_head_key(commit)), _unchanged(commit.before))
        if commit.before.last_seq:
            _add_pointer_to_answer(transaction, rows, commit, commit.key)
    if commit.key and not commit.decision.refusal:
        _add_idempotency(transaction, rows, commit, commit.key)
    return transaction


def _add_entries(transaction: Transaction, commit: Commit, shards: int) -> None:
    before, decision = commit.before, commit.decision
    transaction.put(head_row(decision.head, shards), _unchanged(before))
    for entry in decision.entries:
        row = entry_row(before.bot, before.id, entry, commit.command_id)
        if commit.key and entry is decision.entries[0]:
            row.answer_pk = keys.idempotency(before.bot, commit.key).pk
        transaction.put(row, EntryRow.pk.does_not_exist())
        if entry.kind is Kind.NOTE:
            note = keys.note(before.bot, before.id, entry.seq)
            transaction.put(PointerRow.at(note, id=str(entry.seq)))
    if before.last_seq == 0 or (before.is_erased and not decision.head.is_erased):
        _add_address(transaction, decision.head)
    if decision.head.is_erased and not before.is_erased:
        _delete_address(transaction, before, decision.entries[0].content)
    if commit.message and not decision.refusal:
        key = keys.message(before.bot, before.id, commit.message)
        # The head and the message id were read in one call, but not in one snapshot.
        transaction.put(
            message_row(key, commit.message, commit.answer), MessageRow.pk.does_not_exist()
        )


def _add_address(transaction: Transaction, head: Head) -> None:
    for place in places_of(head):
        transaction.put(AddressRow.at(place, conversation_id=head.id))


def _delete_address(transaction: Transaction, head: Head, mark: Content) -> None:
    """And the name and attributes, which all conversations of the user share."""
    for place in places_of(head):
        transaction.delete(AddressRow.at(place))
    if not (isinstance(mark, Erased) and mark.keeps_profile):
        transaction.delete(ProfileRow.at(keys.RowKey(keys.user(head.address), keys.META)))


def places_of(head: Head) -> list[keys.RowKey]:
    """The rows by which a conversation is found under its user and its thread."""
    address = head.address
    places = [
        keys.RowKey(keys.user(address), keys.joined("C", head.id)),
        keys.RowKey(keys.user_anywhere(head.bot, address.user), keys.joined(head.id)),
    ]
    if address.thread is not None:
        places.append(keys.RowKey(keys.thread(head.bot, address.thread), keys.joined(head.id)))
    return places


def _add_handoff(transaction: Transaction, commit: Commit, shards: int) -> None:
    opened, changed = commit.decision.opened, commit.decision.changed
    if opened:
        transaction.put(handoff_row(opened, shards))
    elif changed:
        key = keys.handoff(commit.before.bot, commit.before.id, changed.id)
        transaction.update(HandoffRow.at(key), handoff_changes(changed))


def _change_capacity(transaction: Transaction, head: Head, change: CapacityChange) -> None:
    row = LoadRow.at(keys.load(head.bot, change.agent))
    changes: list[Action] = []
    if change.delta:
        changes.append(LoadRow.open.set((LoadRow.open | 0) + change.delta))
        changes.append(LoadRow.busy_at.set(head.updated_at))
    if change.reserved_until is not None:
        changes.append(LoadRow.reserved_until.set(change.reserved_until))
    transaction.update(row, changes, _has_room(change, head.updated_at))


def _has_room(change: CapacityChange, now: int) -> Condition | None:
    if change.delta < 0:
        return LoadRow.open >= -change.delta
    if change.delta > 0:
        return _is_below_capacity(change)
    if change.reserved_until == NEVER:
        return None
    unkept = LoadRow.reserved_until.does_not_exist() | (LoadRow.reserved_until <= now)
    room = _is_below_capacity(change)
    both: Condition = unkept if room is None else unkept & room
    return both


def _is_below_capacity(change: CapacityChange) -> Condition | None:
    if change.capacity is None:
        return None
    room = LoadRow.open < change.capacity
    # A missing row is a count of 0, which is below every capacity but 0.
    return LoadRow.open.does_not_exist() | room if change.capacity > 0 else room


def _add_profile(transaction: Transaction, head: Head, profile: Profile) -> None:
    changes = []
    if profile.name is not None:
        changes.append(ProfileRow.name.set(profile.name))
    if profile.attributes is not None:
        changes.append(ProfileRow.attributes_json.set(to_json(profile.attributes)))
    if changes:
        row = ProfileRow.at(keys.RowKey(keys.user(head.address), keys.META))
        transaction.update(row, changes)


def _add_idempotency(
    transaction: Transaction, rows: Rows, commit: Commit, key: IdempotencyKey
) -> None:
    row = IdempotencyRow.at(
        keys.idempotency(commit.before.bot, key),
        fingerprint=key.fingerprint,
        answer=answer_text(commit.answer),
        command_id=commit.command_id,
        expires=rows.expiry(KEY_LIFE),
    )
    transaction.put(row, rows.is_absent(IdempotencyRow))


def _add_pointer_to_answer(
    transaction: Transaction, rows: Rows, commit: Commit, key: IdempotencyKey
) -> None:
    """An erasure finds stored answers by the entries of their commands, and this one has none."""
    before = commit.before
    row = PointerRow.at(
        keys.answer(before.bot, before.id, before.last_seq, key),
        id=keys.idempotency(before.bot, key).pk,
        expires=rows.expiry(KEY_LIFE),
    )
    transaction.put(row)


def _head_key(commit: Commit) -> keys.RowKey:
    return keys.head(commit.before.bot, commit.before.id)


def _unchanged(head: Head) -> Condition:
    if head.last_seq == 0:
        return HeadRow.pk.does_not_exist()
    return HeadRow.last_seq == head.last_seq


def _is_ours(cancelled: Cancelled, commit: Commit) -> bool:
    """True if this command has stored the row before: its answer was lost on the way."""
    stored = (failure.stored for failure in cancelled.failures)
    kinds = (EntryRow, IdempotencyRow)
    return any(isinstance(r, kinds) and r.command_id == commit.command_id for r in stored)


def _failed_capacity_changes(cancelled: Cancelled, commit: Commit) -> list[CapacityChange]:
    """The capacity changes whose condition failed; none if something else failed, too."""
    failures: Sequence[FailedWrite] = cancelled.failures
    if not all(isinstance(f.row, LoadRow) and f.is_condition for f in failures):
        return []
    failed = {failure.row.key for failure in failures}
    bot, capacity_changes = commit.before.bot, commit.decision.capacity_changes
    return [change for change in capacity_changes if keys.load(bot, change.agent) in failed]


def _at_capacity(change: CapacityChange, head: Head) -> AtCapacity:
    name = head.owner.name if head.owner and head.owner.id == change.agent else change.agent
    return AtCapacity(
        f"{name} owns {change.capacity} conversations, which is their capacity.",
        agent=change.agent,
        capacity=change.capacity,
    )
