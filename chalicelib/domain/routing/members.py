"""Who could take a conversation: presence and capacity of the people of a bot."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.access import Role
from chalicelib.domain.routing.queues import Queue

HEARTBEAT_LOST_AFTER = 11 * 60 * 1000
"""Milliseconds. API Gateway closes a connection that is idle for 10 minutes and may never tell."""
NEVER = 0


class PresenceStatus(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class Presence(Struct, frozen=True):
    """In milliseconds since 1970 (UTC): the person's last sign of life, and when the last of their
    connections closed, if they have given no sign of life since."""

    status: PresenceStatus = PresenceStatus.OFFLINE
    seen_at: int = NEVER
    gone_at: int | None = None

    def at(self, now: int) -> PresenceStatus:
        """The status to believe at `now`: who has not been heard of for too long is offline."""
        lost = self.gone_at is not None or now - self.seen_at > HEARTBEAT_LOST_AFTER
        return PresenceStatus.OFFLINE if lost else self.status

    def lost_from(self, last_word: int) -> int:
        """From when on they count as lost, if nothing more is heard of them. `last_word` is another
        sign of life."""
        if self.gone_at is not None:
            return max(self.gone_at, last_word)
        return max(self.seen_at, last_word) + HEARTBEAT_LOST_AFTER


class Member(Struct, frozen=True):
    """A person's place with one bot. `capacity` None is no limit; `open` is what they own now,
    `busy_at` when that last changed; until `kept_until` one is offered to them."""

    person: str
    name: str
    email: str
    role: Role
    queues: frozenset[str] = frozenset()
    capacity: int | None = None
    open: int = 0
    presence: Presence = Presence()
    busy_at: int = NEVER
    reserved_until: int = NEVER

    def serves(self, queue: str | None) -> bool:
        return queue is None or self.role is not Role.AGENT or queue in self.queues

    def is_online(self, now: int) -> bool:
        return self.presence.at(now) is PresenceStatus.ONLINE

    def is_free(self, now: int) -> bool:
        """Online, and with room for one more."""
        return self.is_online(now) and (self.capacity is None or self.open < self.capacity)

    def is_free_for(self, queue: str | None, now: int) -> bool:
        return self.serves(queue) and self.is_free(now)


def next_in_turn(
    members: Iterable[Member],
    queue: str | None,
    now: int,
    offered: Mapping[str, int],
    last_agent: str | None,
) -> list[Member]:
    """Members of this queue who may be offered a conversation, the first choice first: who was
    offered it least often (`offered`, by id), then the one who had it before, then who has been
    idle longest."""

    def turn(member: Member) -> tuple[int, bool, int, str]:
        times = offered.get(member.person, 0)
        return times, member.person != last_agent, member.busy_at, member.person

    def may_be_asked(member: Member) -> bool:
        return queue in member.queues and member.is_free(now) and member.reserved_until <= now

    free = (member for member in members if may_be_asked(member))
    return sorted(free, key=turn)


def first_served(line: Iterable[Queue], members: Sequence[Member], now: int) -> Queue | None:
    """Of a queue and those that take over from it, in order, the first that is open and has
    somebody online; None where there is none."""

    def is_served(queue: Queue) -> bool:
        name = queue.name or None
        return queue.is_open(now) and any(m.serves(name) and m.is_online(now) for m in members)

    return next(filter(is_served, line), None)
