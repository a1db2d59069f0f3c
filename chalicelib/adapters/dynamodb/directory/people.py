"""The row of a person. Its ended sessions are a set of texts, so that one update adds to it."""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import PersonRow, PointerRow
from chalicelib.usecases.records.people import EndedSession, Person, ProviderIdentity


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
        ended_sessions={ended_text(each) for each in person.ended_sessions} or None,
        last_login_at=person.last_login_at,
        registered_by=person.registered_by,
        issuer=person.identity.issuer if person.identity else None,
        subject=person.identity.subject if person.identity else None,
    )


def person_pointer(person: str) -> PointerRow:
    """The person's item in the list of all people."""
    return PointerRow.at(keys.RowKey(keys.ALL_PEOPLE, keys.part(person)), id=person)


def ended_text(ended: EndedSession) -> str:
    return f"{ended.until} {ended.id}"


def _ended_of(text: str) -> EndedSession:
    until, _, session_id = text.partition(" ")
    return EndedSession(session_id, int(until))


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
        ended_sessions=frozenset(map(_ended_of, row.ended_sessions or ())),
        last_login_at=row.last_login_at,
        registered_by=row.registered_by,
        identity=_identity_of(row),
    )


def _identity_of(row: PersonRow) -> ProviderIdentity | None:
    if row.issuer is None or row.subject is None:
        return None
    return ProviderIdentity(row.issuer, row.subject)


def identity_pointer(identity: ProviderIdentity, person: str) -> PointerRow:
    """Leads from the provider's subject to the person."""
    return PointerRow.at(keys.identity(identity.issuer, identity.subject), id=person)
