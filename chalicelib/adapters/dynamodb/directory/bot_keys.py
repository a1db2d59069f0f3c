"""A bot's key has a row under its own id, and a pointer row under its bot."""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import KeyRow, PointerRow
from chalicelib.domain.access import Scope
from chalicelib.usecases.records.bots import BotKey


def key_row(key: BotKey) -> KeyRow:
    return KeyRow.at(
        keys.key(key.id),
        id=key.id,
        bot=key.bot,
        secret_hash=key.secret_hash,
        scopes=set(key.scopes),
        ends_at=key.expires_at,
        name=key.name,
        created_at=key.created_at,
    )


def key_of(row: KeyRow) -> BotKey:
    return BotKey(
        id=row.id,
        bot=row.bot,
        secret_hash=row.secret_hash,
        scopes=frozenset(Scope(scope) for scope in row.scopes or ()),
        expires_at=row.ends_at,
        name=row.name,
        created_at=row.created_at,
    )


def key_pointer(bot: str, key_id: str) -> PointerRow:
    return PointerRow.at(keys.RowKey(keys.bot(bot), keys.joined("KEY", key_id)), id=key_id)
