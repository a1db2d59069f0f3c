"""The row of a person."""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import PersonRow
from chalicelib.usecases.records.people import Person


def person_key(person: str) -> keys.RowKey:
    return keys.RowKey(keys.person(person), keys.META)


def person_row(person: Person) -> PersonRow:
    return PersonRow.at(
        person_key(person.id),
        id=person.id,
        email=person.email,
        name=person.name,
        password_hash=person.password_hash,
        token_version=person.token_version,
        is_owner=person.is_owner,
        disabled=person.disabled,
    )


def person_of(row: PersonRow | None) -> Person | None:
    if row is None:
        return None
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        password_hash=row.password_hash,
        token_version=row.token_version,
        is_owner=row.is_owner,
        disabled=row.disabled,
    )
