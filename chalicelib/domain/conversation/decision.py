"""What a command does, and what the rules of the state table are made of."""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.address import digest
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.conversation.handoff import Handoff, HandoffChange, Offer
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import BatonError
from chalicelib.domain.routing.members import NEVER

SEEN_LENGTH = 16
"""Characters of a profile's digest that its head knows: 80 bits tell one from the next."""


class CapacityChange(Struct, frozen=True):
    """One conversation more (+1) or less (-1) for an agent who may own `capacity` at a time; or
    none, but the prospect of one: kept free until `kept_until` (0: no longer; None: as it was)."""

    agent: str
    change: int
    capacity: int | None = None
    reserved_until: int | None = None


class Decision(Struct, frozen=True):
    """What a command does: the new head and what is stored with it, all or nothing.

    `refusal` is raised to the caller after the rest has been stored: a leak is marked and refused.
    """

    head: Head
    entries: tuple[Entry, ...] = ()
    opened: Handoff | None = None
    changed: HandoffChange | None = None
    capacity_changes: tuple[CapacityChange, ...] = ()
    profile: Profile | None = None
    refusal: BatonError | None = None


class Situation(Struct, frozen=True):
    """What a rule may look at. `now` is in milliseconds since 1970 (UTC)."""

    head: Head
    caller: Caller
    now: int

    @property
    def owns(self) -> bool:
        return self.head.owner_id == self.caller.id


def arrow(
    s: Situation,
    kind: Kind,
    facts: Mapping[str, object],
    capacity: int | None = None,
    **changes: Any,
) -> Decision:
    """A change of who may speak: the epoch rises, one entry says so, the seats follow."""
    entry = replace(entry_of(s, kind, payload=facts), epoch=s.head.epoch + 1)
    head = grown(s.head, entry, epoch=entry.epoch, **changes)
    return Decision(head, (entry,), capacity_changes=_seats(s, head, capacity))


def _seats(s: Situation, after: Head, capacity: int | None) -> tuple[CapacityChange, ...]:
    before, offer = s.head, s.head.handoff.offer if s.head.handoff else None
    free = freed(offer, s.now) if offer else ()
    if before.owner_id == after.owner_id:
        return free
    lost = (CapacityChange(before.owner.id, -1),) if before.owner else ()
    if after.owner is None:
        return free + lost
    gained = CapacityChange(after.owner.id, +1, capacity)
    if any(capacity_change.agent == gained.agent for capacity_change in free):
        # What was kept for them is taken; what is kept for another offer stays so.
        return (*lost, replace(gained, reserved_until=NEVER))
    return (*free, *lost, gained)


def freed(offer: Offer, now: int) -> tuple[CapacityChange, ...]:
    """The seat that was kept for an offer. When its time is over it is free by itself, and may be
    kept for another."""
    return (CapacityChange(offer.agent.id, 0, reserved_until=NEVER),) if now < offer.until else ()


def entry_of(s: Situation, kind: Kind, **fields: Any) -> Entry:
    """The next entry, written by the caller where `fields` do not name another."""
    entry = Entry(
        seq=s.head.last_seq + 1,
        kind=kind,
        sender=s.caller.sender,
        author=s.caller.author,
        epoch=s.head.epoch,
        at=s.now,
    )
    return replace(entry, **fields)


def grown(head: Head, entry: Entry, **changes: Any) -> Head:
    """The head after one more entry."""
    return replace(head, last_seq=entry.seq, updated_at=entry.at, **changes)


def with_profile(head: Head, profile: Profile | None) -> tuple[Head, Profile | None]:
    """The head that knows this profile, and the profile if it is news."""
    if profile is None:
        return head, None
    whole = digest(profile.name or "", json.dumps(profile.attributes, sort_keys=True))
    seen = whole[:SEEN_LENGTH]
    if seen == head.profile:
        return head, None
    return replace(head, profile=seen, user_name=profile.name or head.user_name), profile
