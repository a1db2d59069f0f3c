"""The accounts of all people, in memory."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.mail import PushKey, PushSubscription
from chalicelib.usecases.records.people import PasswordReset, Person, ProviderIdentity
from tests.support.memory.table import MemoryTable, Now

ADDRESS_LIFE = 90 * 24 * 60 * 60 * 1000


class MemoryPeopleAdministration:
    def __init__(self, table: MemoryTable, clock: Now) -> None:
        self._table = table
        self._clock = clock

    def ids(self) -> list[str]:
        with self._table.lock:
            return list(self._table.people)

    def record_login(self, person: str, at: int, address: str) -> None:
        with self._table.lock:
            if found := self._table.people.get(person):
                self._table.people[person] = replace(found, last_login_at=at)
                until = self._clock.now() + ADDRESS_LIFE
                self._table.login_addresses[person, address] = until

    def has_logged_in_from(self, person: str, address: str) -> bool:
        return self._table.login_addresses.get((person, address), 0) > self._clock.now()

    def rename(self, person: str, name: str, bots: Sequence[str]) -> bool:
        with self._table.lock:
            for bot in bots:
                members = self._table.members.get(bot, {})
                if person in members:
                    members[person] = replace(members[person], name=name)
            if found := self._table.people.get(person):
                self._table.people[person] = replace(found, name=name)
            return found is not None

    def set_registered_by(self, person: Person, bot: str | None) -> bool:
        with self._table.lock:
            found = self._table.people.get(person.id)
            if found is None or found.token_version != person.token_version:
                return False
            version = found.token_version + 1
            changed = replace(found, registered_by=bot, token_version=version)
            self._table.people[person.id] = changed
            return True

    def prove_address(self, person: str) -> None:
        with self._table.lock:
            if found := self._table.people.get(person):
                self._table.people[person] = replace(found, registered_by=None)

    def person_of_identity(self, identity: ProviderIdentity) -> str | None:
        with self._table.lock:
            found = (p.id for p in self._table.people.values() if p.identity == identity)
            return next(found, None)

    def link_identity(self, person: Person, identity: ProviderIdentity, event: AuditEvent) -> bool:
        with self._table.lock:
            found = self._table.people.get(person.id)
            if found is None or found.identity != person.identity:
                return False
            if self.person_of_identity(identity) not in (None, person.id):
                return False
            self._table.people[person.id] = replace(found, identity=identity)
            self._table.add_event(event)
            return True

    def set_disabled(self, person: Person, disabled: bool, by: str, event: AuditEvent) -> bool:
        with self._table.lock:
            found = self._table.people.get(person.id)
            if not (found and found.token_version == person.token_version and self._may(by)):
                return False
            version = found.token_version + 1
            changed = replace(found, disabled=disabled, token_version=version)
            self._table.people[person.id] = changed
            self._table.add_event(event)
            return True

    def delete(self, person: str, by: str, event: AuditEvent) -> bool:
        with self._table.lock:
            if person not in self._table.people or not self._may(by):
                return False
            del self._table.people[person]
            self._table.presences.pop(person, None)
            self._table.second_factors.pop(person, None)
            self._table.views.pop((None, person), None)
            rows: dict[tuple[str, str], Any]
            for rows in (
                self._table.sessions,
                self._table.login_addresses,
                self._table.push_subscriptions,
            ):
                for place in [place for place in rows if place[0] == person]:
                    del rows[place]
            self._table.add_event(event)
            return True

    def _may(self, by: str) -> bool:
        owner = self._table.people.get(by)
        return owner is not None and owner.is_owner and not owner.disabled


class MemoryPasswordResets:
    def __init__(self, table: MemoryTable, clock: Now) -> None:
        self._table = table
        self._clock = clock

    def add(self, reset: PasswordReset) -> None:
        self._table.password_resets[reset.token_hash] = reset

    def get(self, token_hash: str) -> PasswordReset | None:
        found = self._table.password_resets.get(token_hash)
        return found if found and found.expires_at > self._clock.now() else None


class MemoryPushSubscriptions:
    def __init__(self, table: MemoryTable, clock: Now) -> None:
        self._table = table
        self._clock = clock

    def get(self, person: str, session: str) -> PushSubscription | None:
        found = self._table.push_subscriptions.get((person, session))
        return found if found and found.expires_at > self._clock.now() else None

    def of_person(self, person: str) -> list[PushSubscription]:
        with self._table.lock:
            places = [place for place in self._table.push_subscriptions if place[0] == person]
            return [found for place in places if (found := self.get(*place))]

    def put(self, subscription: PushSubscription) -> None:
        with self._table.lock:
            place = (subscription.person, subscription.session)
            self._table.push_subscriptions[place] = subscription

    def remove(self, person: str, session: str) -> None:
        with self._table.lock:
            self._table.push_subscriptions.pop((person, session), None)

    def holder(self, endpoint: str) -> tuple[str, str] | None:
        with self._table.lock:
            found = (self.get(*place) for place in self._table.push_subscriptions)
            held = [(e.person, e.session) for e in found if e and e.endpoint == endpoint]
            return held[-1] if held else None

    def told_of_waiting(self) -> set[str]:
        with self._table.lock:
            found = (self.get(*place) for place in self._table.push_subscriptions)
            return {each.person for each in found if each and each.waiting}

    def are_used(self) -> bool:
        return self._table.push_key is not None

    def key(self) -> PushKey | None:
        return self._table.push_key

    def replace_key(self, old: PushKey | None, new: PushKey) -> bool:
        with self._table.lock:
            if self._table.push_key not in (old, new):
                return False
            self._table.push_key = new
            return True
