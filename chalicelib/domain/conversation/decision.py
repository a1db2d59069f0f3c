"""The result of a command, and the steps from which the rules build it."""

import json
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.address import digest
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import WITHOUT_A_PERSON, Content, Entry
from chalicelib.domain.conversation.handoff import Handoff, HandoffChange, Offer
from chalicelib.domain.conversation.head import BaseHead, Head
from chalicelib.domain.errors import BatonError
from chalicelib.domain.routing.members import NEVER

PROFILE_DIGEST_LENGTH = 16
"""Characters of base32, 80 bits: enough to tell one profile of a user from the next."""

H = TypeVar("H", bound=BaseHead)


class CapacityChange(Struct, frozen=True):
    """A change in how many conversations an agent owns (`delta`, at most `capacity` in all).

    With a `delta` of 0 it reserves one place for an offer, until `reserved_until` (in milliseconds
    since 1970, UTC; 0 ends a reservation). None leaves the reservation as it is.
    """

    agent: str
    delta: int
    capacity: int | None = None
    reserved_until: int | None = None


class Decision(Struct, frozen=True):
    """The new head and everything that is stored with it, in one transaction.

    If there is a `refusal`, it is raised to the caller after the rest was stored: a leak is marked
    in the log and refused.
    """

    head: Head
    entries: tuple[Entry, ...] = ()
    opened: Handoff | None = None
    changed: HandoffChange | None = None
    capacity_changes: tuple[CapacityChange, ...] = ()
    profile: Profile | None = None
    refusal: BatonError | None = None


class Context(Struct, frozen=True):
    """The facts that a rule uses besides head and command.

    `now` is in milliseconds since 1970 (UTC).
    """

    caller: Caller
    now: int

    def owns(self, head: BaseHead) -> bool:
        return head.owner_id == self.caller.id


def new_entry(head: Head, content: Content, context: Context) -> Entry:
    """The next entry, written by the caller."""
    caller = context.caller
    return Entry(head.last_seq + 1, caller.sender, caller.author, head.epoch, context.now, content)


def with_owed(decision: Decision) -> Decision:
    """Marks the entries whose reactions must not be lost: all while a person is asked for or
    answers, and every end of a handoff. What the bot handles alone has no mark."""
    head = decision.head
    entries = list[Entry]()
    for entry in decision.entries:
        if head.paused or entry.kind not in WITHOUT_A_PERSON:
            entry = replace(entry, previous_owed=head.owed_seq or 0)
            head = replace(head, owed_seq=entry.seq)
        entries.append(entry)
    return replace(decision, head=head, entries=tuple(entries))


def append(head: H, entry: Entry, **changes: Any) -> H:
    """The head after one more entry."""
    return replace(head, last_seq=entry.seq, updated_at=entry.at, **changes)


def move(
    before: Head, after: Head, content: Content, context: Context, capacity: int | None = None
) -> Decision:
    """A change of who may speak: the epoch rises by one, and one entry says what changed.

    `after` is the new head without its entry. `capacity` is that of the new owner.
    """
    entry = replace(new_entry(before, content, context), epoch=before.epoch + 1)
    after = append(after, entry, epoch=entry.epoch)
    changes = _capacity_changes(before, after, context.now, capacity)
    return Decision(after, (entry,), capacity_changes=changes)


def _capacity_changes(
    before: Head, after: Head, now: int, capacity: int | None
) -> tuple[CapacityChange, ...]:
    ended = end_reservation(before.offer, now) if before.offer else ()
    if before.owner_id == after.owner_id:
        return ended
    lost = (CapacityChange(before.owner.id, -1),) if before.owner else ()
    if after.owner is None:
        return ended + lost
    gained = CapacityChange(after.owner.id, +1, capacity)
    if any(change.agent == gained.agent for change in ended):
        # The claim uses the agent's reservation. A reservation for another offer stays.
        return (*lost, replace(gained, reserved_until=NEVER))
    return (*ended, *lost, gained)


def end_reservation(offer: Offer, now: int) -> tuple[CapacityChange, ...]:
    """Ends the reservation of a standing offer. After its time the reservation has ended by itself,
    and there may be one for another offer."""
    return (CapacityChange(offer.agent.id, 0, reserved_until=NEVER),) if now < offer.until else ()


def with_profile(head: H, profile: Profile | None) -> tuple[H, Profile | None]:
    """The head with the digest of this profile, and the profile if it has to be stored."""
    if profile is None:
        return head, None
    whole = digest(profile.name or "", json.dumps(profile.attributes, sort_keys=True))
    seen = whole[:PROFILE_DIGEST_LENGTH]
    if seen == head.profile:
        return head, None
    return replace(head, profile=seen, user_name=profile.name or head.user_name), profile
