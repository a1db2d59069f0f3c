"""The accounts of all people in the table, and what the owner does to them."""

from collections.abc import Sequence

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.audit import add_event
from chalicelib.adapters.dynamodb.directory.people import (
    identity_pointer,
    person_key,
    person_of,
    person_pointer,
)
from chalicelib.adapters.dynamodb.directory.push_subscriptions import (
    DynamoPushSubscriptions,
    push_keys,
)
from chalicelib.adapters.dynamodb.rows import (
    MemberRow,
    PersonRow,
    PointerRow,
    PresenceRow,
    RecordRow,
)
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.people import Person, ProviderIdentity

ADDRESS_LIFE = 90 * 24 * 60 * 60 * 1000
"""Milliseconds for which an address from which a person has logged in is kept."""


class DynamoPeopleAdministration:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._push_subscriptions = DynamoPushSubscriptions(table, clock)

    def ids(self) -> list[str]:
        return [row.id for row in self._rows.query_all(PointerRow, keys.ALL_PEOPLE, None)]

    def record_login(self, person: str, at: int, address: str) -> None:
        row = PersonRow.at(person_key(person))
        login = [PersonRow.last_login_at.set(at)]
        if self._rows.update(row, login, PersonRow.pk.exists()):
            place, expires = keys.login_address(person, address), self._rows.expiry(ADDRESS_LIFE)
            self._rows.put(PointerRow.at(place, id=person, expires=expires))

    def has_logged_in_from(self, person: str, address: str) -> bool:
        return self._rows.get(PointerRow, keys.login_address(person, address)) is not None

    def rename(self, person: str, name: str, bots: Sequence[str]) -> bool:
        for bot in bots:
            member = MemberRow.at(keys.member(bot, person))
            self._rows.update(member, [MemberRow.name.set(name)], MemberRow.pk.exists())
        row = PersonRow.at(person_key(person))
        return self._rows.update(row, [PersonRow.name.set(name)], PersonRow.pk.exists())

    def set_registered_by(self, person: Person, bot: str | None) -> bool:
        row, version = PersonRow.at(person_key(person.id)), person.token_version
        attribute = PersonRow.registered_by
        by = attribute.remove() if bot is None else attribute.set(bot)
        changes = [by, PersonRow.token_version.set(version + 1)]
        return self._rows.update(row, changes, PersonRow.token_version == version)

    def prove_address(self, person: str) -> None:
        row = PersonRow.at(person_key(person))
        self._rows.update(row, [PersonRow.registered_by.remove()], PersonRow.pk.exists())

    def person_of_identity(self, identity: ProviderIdentity) -> str | None:
        row = self._rows.get(PointerRow, keys.identity(identity.issuer, identity.subject))
        return row.id if row else None

    def link_identity(self, person: Person, identity: ProviderIdentity, event: AuditEvent) -> bool:
        old = person.identity
        is_as_read = PersonRow.pk.exists() & (
            (PersonRow.issuer == old.issuer) & (PersonRow.subject == old.subject)
            if old
            else PersonRow.subject.does_not_exist()
        )
        changes = [PersonRow.issuer.set(identity.issuer), PersonRow.subject.set(identity.subject)]
        pointer = identity_pointer(identity, person.id)
        transaction = Transaction(self._rows.table)
        transaction.update(PersonRow.at(person_key(person.id)), changes, is_as_read)
        transaction.put(pointer, PointerRow.pk.does_not_exist() | (PointerRow.id == person.id))
        if old and old != identity:
            transaction.delete(identity_pointer(old, person.id))
        add_event(transaction, self._rows, event)
        return _is_committed(transaction)

    def set_disabled(self, person: Person, disabled: bool, by: str, event: AuditEvent) -> bool:
        transaction = self._by_owner(by, event)
        changes = [
            PersonRow.disabled.set(disabled),
            PersonRow.token_version.set(person.token_version + 1),
        ]
        row = PersonRow.at(person_key(person.id))
        transaction.update(row, changes, PersonRow.token_version == person.token_version)
        return _is_committed(transaction)

    def delete(self, person: str, by: str, event: AuditEvent) -> bool:
        pk = keys.person(person)
        sessions = self._rows.query_all(RecordRow, pk, RecordRow.sk.startswith("SESSION#"))
        addresses = self._rows.query_all(PointerRow, pk, PointerRow.sk.startswith("FROM#"))
        subscriptions = self._push_subscriptions.of_person(person)
        of_push = [key for each in subscriptions for key in push_keys(person, each.session)]
        views = self._rows.query_all(RecordRow, pk, RecordRow.sk.startswith(keys.VIEWS))
        self._rows.delete([*(row.key for row in (*sessions, *addresses, *views)), *of_push])
        transaction = self._by_owner(by, event)
        transaction.delete(PersonRow.at(person_key(person)), PersonRow.pk.exists())
        transaction.delete(person_pointer(person))
        transaction.delete(PresenceRow.at(keys.presence(person)))
        transaction.delete(RecordRow.at(keys.second_factor(person)))
        stored = person_of(self._rows.get(PersonRow, person_key(person)))
        if stored and stored.identity:
            transaction.delete(identity_pointer(stored.identity, person))
        return _is_committed(transaction)

    def _by_owner(self, by: str, event: AuditEvent) -> Transaction:
        transaction = Transaction(self._rows.table)
        is_active = (PersonRow.is_owner == True) & (PersonRow.disabled == False)  # noqa: E712
        transaction.check(PersonRow.at(person_key(by)), is_active)
        add_event(transaction, self._rows, event)
        return transaction


def _is_committed(transaction: Transaction) -> bool:
    try:
        transaction.commit_or_wait()
    except Cancelled:
        return False
    return True
