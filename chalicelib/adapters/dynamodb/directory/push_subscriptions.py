"""Web push subscriptions in the table, under their person, and the installation's key pair."""

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import PointerRow, RecordRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.records.mail import PushKey, PushSubscription

ASKED_EVERY = 60 * 1000
"""Milliseconds between two reads that ask whether anybody uses web push, until somebody does."""


class DynamoPushSubscriptions:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)
        self._clock = clock
        self._are_used = False
        self._asked_at: int | None = None

    def get(self, person: str, session: str) -> PushSubscription | None:
        return _subscription(self._rows.get(RecordRow, keys.push_subscription(person, session)))

    def of_person(self, person: str) -> list[PushSubscription]:
        begins = RecordRow.sk.startswith("PUSH#")
        rows = self._rows.query_all(RecordRow, keys.person(person), begins)
        return [found for row in rows if (found := _subscription(row))]

    def put(self, subscription: PushSubscription) -> None:
        place = (subscription.person, subscription.session)
        expires = -(-subscription.expires_at // 1000)
        text = msgspec.json.encode(subscription).decode()
        row = RecordRow.at(keys.push_subscription(*place), record=text, expires=expires)
        holder = RecordRow.at(
            keys.push_endpoint(subscription.endpoint),
            record=msgspec.json.encode(place).decode(),
            expires=expires,
        )
        listed = PointerRow.at(
            keys.push_of_waiting(*place), id=subscription.person, expires=expires
        )
        if subscription.waiting:
            self._rows.put_all([row, holder, listed])
        else:
            self._rows.put_all([row, holder])
            self._rows.delete([listed.key])

    def remove(self, person: str, session: str) -> None:
        self._rows.delete(push_keys(person, session))

    def holder(self, endpoint: str) -> tuple[str, str] | None:
        row = self._rows.get(RecordRow, keys.push_endpoint(endpoint))
        return msgspec.json.decode(row.record, type=tuple[str, str]) if row else None

    def told_of_waiting(self) -> set[str]:
        of_waiting = PointerRow.sk.startswith("W#")
        return {row.id for row in self._rows.query_all(PointerRow, keys.PUSH, of_waiting)}

    def are_used(self) -> bool:
        now = self._clock.now()
        # A clock that is set back must not keep an old answer.
        is_known = self._asked_at is not None and 0 <= now - self._asked_at < ASKED_EVERY
        if not self._are_used and not is_known:
            self._asked_at = now
            self._are_used = self.key() is not None
        return self._are_used

    def key(self) -> PushKey | None:
        row = self._rows.get(RecordRow, keys.PUSH_KEY)
        return msgspec.json.decode(row.record, type=PushKey) if row else None

    def replace_key(self, old: PushKey | None, new: PushKey) -> bool:
        is_as_read = RecordRow.record == _text(old) if old else RecordRow.pk.does_not_exist()
        row = RecordRow.at(keys.PUSH_KEY, record=_text(new))
        self._are_used = True
        # Our own write may have succeeded although its answer was lost.
        return self._rows.put(row, is_as_read) or self.key() == new


def push_keys(person: str, session: str) -> list[keys.RowKey]:
    """The rows of a subscription, which end with the session."""
    return [keys.push_subscription(person, session), keys.push_of_waiting(person, session)]


def _subscription(row: RecordRow | None) -> PushSubscription | None:
    return msgspec.json.decode(row.record, type=PushSubscription) if row else None


def _text(key: PushKey) -> str:
    return msgspec.json.encode(key).decode()
