"""Who could take a conversation: presence and capacity of the people of a bot."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.access import Role

HEARTBEAT_LOST_AFTER = 11 * 60 * 1000
"""Milliseconds. API Gateway closes a connection that is idle for 10 minutes and may never tell."""


class PresenceStatus(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """`seen_at` in milliseconds since 1970 (UTC): the person's last sign of life."""

    status: PresenceStatus = PresenceStatus.OFFLINE
    seen_at: int = 0

    def at(self, now: int) -> PresenceStatus:
        """The status to believe at `now`: who has not been heard of for too long is offline."""
        lost = now - self.seen_at > HEARTBEAT_LOST_AFTER
        return PresenceStatus.OFFLINE if lost else self.status


@dataclass(frozen=True, slots=True)
class Member:
    """A person's place with one bot. `capacity` None is no limit; `open` is what they own now."""

    person: str
    name: str
    email: str
    role: Role
    queues: frozenset[str] = frozenset()
    capacity: int | None = None
    open: int = 0
    presence: Presence = Presence()

    def serves(self, queue: str | None) -> bool:
        return queue is None or self.role is not Role.AGENT or queue in self.queues

    def is_online(self, now: int) -> bool:
        return self.presence.at(now) is PresenceStatus.ONLINE

    def is_free(self, now: int) -> bool:
        """Online, and with room for one more."""
        return self.is_online(now) and (self.capacity is None or self.open < self.capacity)


def someone_free(members: Iterable[Member], queue: str | None, now: int) -> bool:
    return any(member.serves(queue) and member.is_free(now) for member in members)
