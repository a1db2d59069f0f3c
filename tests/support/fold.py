"""Brings a copy of the head up to date by an entry, from what stands in the entry alone.

What it cannot know: `user_name` and `profile`, which a message or a request may bring, stay as
they were.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from chalicelib.domain.conversation.entries import Author, Entry, From, Kind, preview, shorten
from chalicelib.domain.conversation.handoff import Offer, OpenHandoff
from chalicelib.domain.conversation.handoff_request import REASON_BYTES
from chalicelib.domain.conversation.head import Head, Status

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
    requested = replace(_waits(head, entry, facts), handoff=handoff)
    return _offered(requested, entry, facts) if "offered_to" in facts else requested


def _offered(head: Head, _: Entry, facts: Facts) -> Head:
    assert head.handoff is not None
    to = facts["offered_to"]
    offer = Offer(Author(to["id"], to["name"]), to["until"])
    return replace(head, handoff=replace(head.handoff, offer=offer))


def _declined(head: Head, _: Entry, __: Facts) -> Head:
    assert head.handoff is not None
    return replace(head, handoff=replace(head.handoff, offer=None))


def _waits(head: Head, entry: Entry, facts: Facts) -> Head:
    return replace(
        head,
        status=Status.WAITING,
        owner=None,
        queue=facts["queue"],
        priority=facts["priority"],
        waiting_since=facts.get("waiting_since") or entry.at,
        handoff=replace(head.handoff, offer=None) if head.handoff else None,
    )


def _claimed(head: Head, entry: Entry, facts: Facts) -> Head:
    assert head.handoff is not None
    claimed_at = head.handoff.claimed_at or entry.at
    return replace(
        head,
        status=Status.AGENT,
        owner=Author(**facts["owner"]),
        waiting_since=None,
        handoff=replace(head.handoff, claimed_at=claimed_at, expires_at=None, offer=None),
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
    Kind.OFFERED: _offered,
    Kind.DECLINED: _declined,
}
"""Suggestions, events and alerts only make the log longer."""
