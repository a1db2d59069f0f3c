"""Members: the people who serve a bot, their presence and their capacity.

Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.access import Role
from chalicelib.domain.routing.queues import Queue

HEARTBEAT_LOST_AFTER = 11 * 60 * 1000
"""Milliseconds. API Gateway closes a connection that was idle for 10 minutes, sometimes without
calling `$disconnect`."""
LEAVING = 60 * 1000
"""Milliseconds. For this long after their last connection has closed, an agent may be reloading."""
NEVER = 0


class PresenceStatus(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class Presence(Struct, frozen=True):
    """`status` is what the person has chosen, or `online` if they have chosen nothing. It stays
    when they are disconnected; `at` then returns `offline`. `seen_at` is the person's last sign of
    life. `gone_at` is when their last connection closed; None if they have given a sign of life
    since."""

    status: PresenceStatus = PresenceStatus.OFFLINE
    seen_at: int = NEVER
    gone_at: int | None = None

    @property
    def chosen(self) -> PresenceStatus:
        """The status that the person has chosen, whether they are connected or not."""
        return self.status if self.seen_at else PresenceStatus.ONLINE

    def at(self, now: int) -> PresenceStatus:
        """The status at `now`. A person who has given no sign of life for too long is offline."""
        lost = self.gone_at is not None or now - self.seen_at > HEARTBEAT_LOST_AFTER
        return PresenceStatus.OFFLINE if lost else self.status

    def lost_from(self, last_word: int) -> int:
        """The time from which the person counts as disconnected, if they give no further sign of
        life. `last_word`, their last message, is a sign of life, too."""
        if self.gone_at is not None:
            return max(self.gone_at, last_word)
        return max(self.seen_at, last_word) + HEARTBEAT_LOST_AFTER


class Member(Struct, frozen=True):
    """A person's membership in one bot.

    `capacity` is how many conversations they may own at a time; None is no limit. `open` is how
    many they own, and `busy_at` is when that number last changed. Until `reserved_until`, one place
    is reserved for a conversation that is offered to them.
    """

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
        """True if the person is online and below their capacity."""
        return self.is_online(now) and (self.capacity is None or self.open < self.capacity)

    def is_free_for(self, queue: str | None, now: int) -> bool:
        return self.serves(queue) and self.is_free(now)


def unserved(queue: str, members: Iterable[Member]) -> bool:
    """True if no member of this queue may own a conversation. Supervisors see all queues, but serve
    only those of which they are members."""
    return not any(queue in member.queues and member.capacity != 0 for member in members)


def next_in_turn(
    members: Iterable[Member],
    queue: str | None,
    now: int,
    offered: Mapping[str, int],
    last_agent: str | None,
) -> list[Member]:
    """The members of this queue to whom the conversation may be offered, the first choice first.

    The order is: who was offered it least often (`offered` counts by id), then its last agent, then
    the agent who has been idle for the longest time.
    """

    def turn(member: Member) -> tuple[int, bool, int, str]:
        times = offered.get(member.person, 0)
        return times, member.person != last_agent, member.busy_at, member.person

    def may_be_asked(member: Member) -> bool:
        return queue in member.queues and member.is_free(now) and member.reserved_until <= now

    free = (member for member in members if may_be_asked(member))
    return sorted(free, key=turn)


def is_staffed(member: Member, queue: str | None, now: int) -> bool:
    """True if the member serves this queue and is online, or has just lost the connection."""
    presence = member.presence
    is_leaving = presence.gone_at is not None and now - presence.gone_at <= LEAVING
    is_there = member.is_online(now) or (is_leaving and presence.chosen is PresenceStatus.ONLINE)
    return member.serves(queue) and is_there


def first_served(line: Iterable[Queue], members: Sequence[Member], now: int) -> Queue | None:
    """The first queue of this fallback chain that is open and has a member online, or None."""

    def is_served(queue: Queue) -> bool:
        name = queue.name or None
        return queue.is_open(now) and any(m.serves(name) and m.is_online(now) for m in members)

    return next(filter(is_served, line), None)
