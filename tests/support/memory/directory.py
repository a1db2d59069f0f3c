"""Bots, keys, people, sessions and attempts in memory."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.connections import PersonState
from chalicelib.usecases.records.people import EndedSession, Person, Session
from chalicelib.usecases.records.second_factor import SecondFactor
from tests.support.clock import ManualClock
from tests.support.memory.table import MemoryTable, Now


class MemoryDirectory:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table
        self._clock = clock or ManualClock()

    def bot_and_key(self, bot: str, key_id: str) -> tuple[Bot | None, BotKey | None]:
        with self._table.lock:
            return self._table.bots.get(bot), self._table.keys.get(key_id)

    def bot_and_member(
        self, bot: str, person: str, *, fresh: bool = False
    ) -> tuple[Bot | None, Person | None, Member | None]:
        with self._table.lock:
            member = self._table.members.get(bot, {}).get(person)
            return self._table.bots.get(bot), self._table.people.get(person), member

    def bot(self, bot: str, *, fresh: bool = False) -> Bot | None:
        return self._table.bots.get(bot)

    def person(self, person: str, *, fresh: bool = False) -> Person | None:
        return self._table.people.get(person)

    def invalidate_cache(self) -> None:
        """Nothing is remembered here."""

    def people(self, persons: Iterable[str]) -> list[Person]:
        with self._table.lock:
            return [found for each in persons if (found := self._table.people.get(each))]

    def members(self, bot: str) -> list[Member]:
        with self._table.lock:
            members = self._table.members.get(bot, {}).values()
            return [self._table.as_they_stand(bot, member) for member in members]

    def roster(self, bot: str) -> list[Member]:
        with self._table.lock:
            return list(self._table.members.get(bot, {}).values())

    def person_state(self, person: str) -> PersonState:
        found = self._table.people.get(person)
        connections = [c for c in self._table.connections.values() if c.person == person]
        return PersonState(
            found,
            self.presence(person),
            tuple(self.bots_of_person(person)),
            tuple(c for c in connections if c.expires_at > self._clock.now()),
        )

    def bots_of_person(self, person: str) -> list[str]:
        with self._table.lock:
            return sorted(b for b, members in self._table.members.items() if person in members)

    def bot_ids(self) -> list[str]:
        with self._table.lock:
            return sorted(self._table.bots)

    def presence(self, person: str) -> Presence:
        return self._table.presences.get(person, Presence())

    def set_presence(self, person: str, presence: Presence) -> None:
        with self._table.lock:
            self._table.presences[person] = presence

    def record_sign_of_life(self, person: str, now: int) -> None:
        with self._table.lock:
            known = self._table.presences.get(person)
            chosen = known.status if known else PresenceStatus.ONLINE
            self._table.presences[person] = Presence(chosen, now)

    def record_disconnect(self, person: str, seen_at: int, now: int) -> None:
        with self._table.lock:
            known = self._table.presences.get(person)
            if known and known.seen_at == seen_at:
                self._table.presences[person] = replace(known, gone_at=now)

    def put_bot(self, bot: Bot) -> None:
        with self._table.lock:
            self._table.bots[bot.id] = bot

    def put_settings(self, bot: str, settings: BotSettings) -> bool:
        with self._table.lock:
            known = self._table.bots.get(bot)
            if known:
                self._table.bots[bot] = replace(known, settings=settings)
            return known is not None

    def queues(self, bot: str) -> list[Queue]:
        with self._table.lock:
            found = [q for (owner, _), q in self._table.queues.items() if owner == bot]
        return sorted(found, key=lambda queue: queue.name)

    def queue(self, bot: str, name: str) -> Queue | None:
        return self._table.queues.get((bot, name))

    def put_queue(self, bot: str, queue: Queue) -> None:
        with self._table.lock:
            self._table.queues[bot, queue.name] = queue

    def delete_queue(self, bot: str, name: str) -> None:
        with self._table.lock:
            self._table.queues.pop((bot, name), None)

    def put_key(self, key: BotKey, event: AuditEvent | None = None) -> None:
        with self._table.lock:
            self._table.keys[key.id] = key
            self._table.add_event(event)

    def put_person(self, person: Person) -> None:
        with self._table.lock:
            self._table.people[person.id] = person

    def put_member(self, bot: str, member: Member, event: AuditEvent | None = None) -> None:
        """A new member keeps their load and presence: who adds them does not set these."""
        with self._table.lock:
            self._table.add_event(event)
            place = replace(member, open=0, presence=Presence())
            self._table.members.setdefault(bot, {})[member.person] = place

    def end_sessions(self, person: str) -> None:
        with self._table.lock:
            found = self._table.people.get(person)
            if found:
                ended = replace(found, token_version=found.token_version + 1)
                self._table.people[person] = ended


class MemorySessions:
    def __init__(self, table: MemoryTable, clock: Now) -> None:
        self._table = table
        self._clock = clock

    def add(self, session: Session) -> None:
        with self._table.lock:
            self._table.sessions[session.person, session.id] = session

    def get(self, person: str, session_id: str) -> Session | None:
        found = self._table.sessions.get((person, session_id))
        return found if found and found.expires_at > self._clock.now() else None

    def of_person(self, person: str) -> list[Session]:
        with self._table.lock:
            ids = [session_id for of, session_id in self._table.sessions if of == person]
        return [found for each in ids if (found := self.get(person, each))]

    def rotate(self, session: Session, rotated: Session) -> bool:
        with self._table.lock:
            if self.get(session.person, session.id) != session:
                return False
            self.add(rotated)
            return True

    def end(self, person: str, session_ids: Sequence[str], until: int, now: int) -> None:
        with self._table.lock:
            if session_ids and (found := self._table.people.get(person)):
                known = {each for each in found.ended_sessions if each.until > now}
                ended = {EndedSession(each, until) for each in session_ids}
                changed = replace(found, ended_sessions=frozenset(known | ended))
                self._table.people[person] = changed
            for each in session_ids:
                self._table.sessions.pop((person, each), None)
                self._table.push_subscriptions.pop((person, each), None)


class MemorySecondFactors:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table

    def get(self, person: str) -> SecondFactor | None:
        return self._table.second_factors.get(person)

    def replace(self, old: SecondFactor | None, new: SecondFactor) -> bool:
        with self._table.lock:
            if self.get(new.person) != old:
                return False
            self._table.second_factors[new.person] = new
            return True

    def remove(self, person: str) -> None:
        with self._table.lock:
            self._table.second_factors.pop(person, None)


class MemoryAttempts:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table

    def count(self, name: str, now: int, window: int) -> int:
        with self._table.lock:
            ends_at, attempts = self._table.attempts.get(name, (0, 0))
            if now >= ends_at:
                ends_at, attempts = now + window, 0
            self._table.attempts[name] = (ends_at, attempts + 1)
            return attempts + 1

    def reset(self, name: str) -> None:
        with self._table.lock:
            self._table.attempts.pop(name, None)
