"""The accounts of all people in the table, and what the owner does to them."""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.audit import add_event
from chalicelib.adapters.dynamodb.directory.people import person_key, person_pointer
from chalicelib.adapters.dynamodb.rows import PersonRow, PointerRow, PresenceRow, RecordRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.adapters.dynamodb.transaction import Cancelled, Transaction
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.people import Person


class DynamoPeopleAdministration:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def ids(self) -> list[str]:
        return [row.id for row in self._rows.query_all(PointerRow, keys.ALL_PEOPLE, None)]

    def record_login(self, person: str, at: int) -> None:
        row = PersonRow.at(person_key(person))
        self._rows.update(row, [PersonRow.last_login_at.set(at)], PersonRow.pk.exists())

    def set_registered_by(self, person: Person, bot: str | None) -> bool:
        row, version = PersonRow.at(person_key(person.id)), person.token_version
        attribute = PersonRow.registered_by
        by = attribute.remove() if bot is None else attribute.set(bot)
        changes = [by, PersonRow.token_version.set(version + 1)]
        return self._rows.update(row, changes, PersonRow.token_version == version)

    def prove_address(self, person: str) -> None:
        row = PersonRow.at(person_key(person))
        self._rows.update(row, [PersonRow.registered_by.remove()], PersonRow.pk.exists())

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
        of_sessions = RecordRow.sk.startswith("SESSION#")
        found = self._rows.query_all(RecordRow, keys.person(person), of_sessions)
        self._rows.delete([row.key for row in found])
        transaction = self._by_owner(by, event)
        transaction.delete(PersonRow.at(person_key(person)), PersonRow.pk.exists())
        transaction.delete(person_pointer(person))
        transaction.delete(PresenceRow.at(keys.presence(person)))
        transaction.delete(RecordRow.at(keys.second_factor(person)))
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
