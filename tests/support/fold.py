"""Brings a copy of the head up to date by an entry, from what stands in the entry alone.

What it cannot know: `user_name` and `profile`, which a message or a request may bring, stay as
they were.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.domain.conversation import REASON_BYTES
from chalicelib.domain.entries import Author, Entry, From, Kind, preview, shorten
from chalicelib.domain.handoff import OpenHandoff
from chalicelib.domain.head import Head, Status

Facts = Mapping[str, Any]


def fold(head: Head, entry: Entry) -> Head:
    after = replace(head, epoch=entry.epoch, last_seq=entry.seq, updated_at=entry.at)
    step = FOLDS.get(entry.kind)
    return step(after, entry, entry.payload or {}) if step else after


def _said(head: Head, entry: Entry, _: Facts) -> Head:
    heard = entry.seq if entry.sender is From.USER else head.heard_seq
    return replace(head, last_message=preview(entry), heard_seq=heard)


def _requested(head: Head, entry: Entry, facts: Facts) -> Head:
    reason = shorten(facts["reason"], REASON_BYTES) if facts["reason"] else None
    handoff = OpenHandoff(
        facts["handoff_id"],
        entry.at,
        entry.seq,
        reason,
        facts["agent"],
        expires_at=facts.get("expires_at"),
    )
    return replace(_waits(head, entry, facts), handoff=handoff)


def _waits(head: Head, entry: Entry, facts: Facts) -> Head:
    return replace(
        head,
        status=Status.WAITING,
        owner=None,
        queue=facts["queue"],
        priority=facts["priority"],
        waiting_since=head.waiting_since or entry.at,
    )


def _claimed(head: Head, entry: Entry, facts: Facts) -> Head:
    assert head.handoff is not None
    claimed_at = head.handoff.claimed_at or entry.at
    return replace(
        head,
        status=Status.AGENT,
        owner=Author(**facts["owner"]),
        waiting_since=None,
        handoff=replace(head.handoff, claimed_at=claimed_at, expires_at=None),
    )


def _transferred(head: Head, entry: Entry, facts: Facts) -> Head:
    step = _claimed if "owner" in facts else _waits
    return step(head, entry, facts)


def _returned(head: Head, _: Entry, __: Facts) -> Head:
    return replace(
        head,
        status=Status.BOT,
        owner=None,
        queue=None,
        priority=0,
        handoff=None,
        waiting_since=None,
    )


def _tagged(head: Head, _: Entry, facts: Facts) -> Head:
    return replace(head, tags=tuple(facts["tags"]))


def _noted(head: Head, _: Entry, __: Facts) -> Head:
    return replace(head, notes=head.notes + 1)


def _leaked(head: Head, _: Entry, __: Facts) -> Head:
    return replace(head, leaks=head.leaks + 1)


FOLDS: Mapping[Kind, Callable[[Head, Entry, Facts], Head]] = {
    Kind.MESSAGE: _said,
    Kind.REQUESTED: _requested,
    Kind.CLAIMED: _claimed,
    Kind.RELEASED: _waits,
    Kind.TRANSFERRED: _transferred,
    Kind.RETURNED: _returned,
    Kind.NOTE: _noted,
    Kind.TAGGED: _tagged,
    Kind.LEAK: _leaked,
}
"""Suggestions and events only make the log longer."""
