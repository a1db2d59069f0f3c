"""People's sessions in the table, under their person. DynamoDB removes those that have expired."""

from collections.abc import Sequence

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.directory.people import ended_text, person_key, person_of
from chalicelib.adapters.dynamodb.directory.push_subscriptions import push_keys
from chalicelib.adapters.dynamodb.rows import PersonRow, RecordRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.people import EndedSession, Session


class DynamoSessions:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def add(self, session: Session) -> None:
        self._rows.put(_row(session))

    def get(self, person: str, session_id: str) -> Session | None:
        return _session(self._rows.get(RecordRow, keys.session(person, session_id)))

    def of_person(self, person: str) -> list[Session]:
        of_sessions = RecordRow.sk.startswith("SESSION#")
        rows = self._rows.query_all(RecordRow, keys.person(person), of_sessions)
        return [session for row in rows if (session := _session(row))]

    def rotate(self, session: Session, rotated: Session) -> bool:
        if self._rows.put(_row(rotated), RecordRow.record == _row(session).record):
            return True
        # Our own write may have succeeded although its answer was lost.
        return self.get(session.person, session.id) == rotated

    def end(self, person: str, session_ids: Sequence[str], until: int, now: int) -> None:
        ended = {ended_text(EndedSession(each, until)) for each in session_ids}
        row = PersonRow.at(person_key(person))
        if ended and self._rows.update(
            row, [PersonRow.ended_sessions.add(ended)], PersonRow.pk.exists()
        ):
            self._forget_expired(row, now)
        self._rows.delete(
            key
            for each in session_ids
            for key in (keys.session(person, each), *push_keys(person, each))
        )

    def _forget_expired(self, row: PersonRow, now: int) -> None:
        stored = person_of(row)
        known = stored.ended_sessions if stored else frozenset()
        if expired := {ended_text(each) for each in known if each.until <= now}:
            self._rows.update(row, [PersonRow.ended_sessions.delete(expired)])


def _row(session: Session) -> RecordRow:
    key = keys.session(session.person, session.id)
    text = msgspec.json.encode(session).decode()
    return RecordRow.at(key, record=text, expires=-(-session.expires_at // 1000))


def _session(row: RecordRow | None) -> Session | None:
    return msgspec.json.decode(row.record, type=Session) if row else None
