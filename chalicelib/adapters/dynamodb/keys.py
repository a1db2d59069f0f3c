"""The partition and sort keys of all rows. Ids are encoded, so no id can address the row of another
one."""

import zlib
from typing import NamedTuple
from urllib.parse import unquote

from chalicelib.domain.address import Address, digest
from chalicelib.usecases.records.answers import IdempotencyKey, MessageKey
from chalicelib.usecases.records.webhooks import CHANNEL, DeliveryId

PART_BYTES = 200
"""Longer parts are replaced by their digest, because DynamoDB limits sort keys to 1,024 bytes."""

META = "META"
HEAD = "HEAD"
CURSOR = "D"
ALL_BOTS = "BOTS"
ALL_PEOPLE = "PEOPLE"
REMOVED_BOTS = "GONE"
AUDIT = "AUDIT"
OWN_REPLIES = "OWN#"
VIEWS = "VIEW#"
ERASURES = "ERASE"
OF_QUEUE, OF_AGENT, OF_CHANNEL = "Q", "A", "C"
"""The kinds of tallies."""
OF_BOT, OF_CONNECTION = "BOT#", "S#"
"""How the sort keys of a person's memberships and connections begin."""
AFTER_SEPARATOR = "$"
"""Sorts after `#`, and so after all keys with the same beginning."""
SEQ_DIGITS = 12
LAST_SEQ = 10**SEQ_DIGITS - 1


class RowKey(NamedTuple):
    pk: str
    sk: str


SWEEP = RowKey("SWEEP", META)
"""How far the sweep has looked for lost reactions, of all bots."""
RETENTION = RowKey("SWEEP", "RETENTION")
"""How far retention has come today."""
PUSH = "PUSH"
PUSH_KEY = RowKey(PUSH, "KEY")
"""The key pair that names the installation to push services."""


def part(text: str) -> str:
    """One part of a key. It has no `#`, and begins with `~` only if it is a digest."""
    encoded = text.replace("%", "%25").replace("#", "%23")
    if encoded.startswith("~"):
        encoded = "%7E" + encoded[1:]
    return encoded if len(encoded.encode()) <= PART_BYTES else "~" + digest(text)


def joined(*parts: str) -> str:
    return "#".join(part(each) for each in parts)


# Partitions


def bot(bot_id: str) -> str:
    return joined("B", bot_id)


def conversation(bot_id: str, conversation_id: str) -> str:
    return joined("B", bot_id, "C", conversation_id)


def bot_and_conversation(pk: str) -> tuple[str, str]:
    """Reads both ids from a conversation's partition key; they are too short to become digests."""
    _, bot_id, _, conversation_id = pk.split("#")
    return unquote(bot_id), unquote(conversation_id)


def user(address: Address) -> str:
    return user_of(address.bot, address.channel, address.user)


def user_of(bot_id: str, channel: str, user_id: str) -> str:
    return joined("B", bot_id, "U", channel, user_id)


def user_anywhere(bot_id: str, user_id: str) -> str:
    return joined("B", bot_id, "X", user_id)


def thread(bot_id: str, thread_id: str) -> str:
    return joined("B", bot_id, "T", thread_id)


def person(person_id: str) -> str:
    return joined("A", person_id)


def connections(bot_id: str) -> str:
    return joined("B", bot_id, "S")


def connection(connection_id: str) -> str:
    return joined("S", connection_id)


def connection_of_person(person_id: str, connection_id: str) -> RowKey:
    return RowKey(person(person_id), joined("S", connection_id))


def slots(bot_id: str, webhook: str = CHANNEL) -> str:
    return joined("B", bot_id, "F", *_beside_channel(webhook))


def _beside_channel(webhook: str) -> tuple[str, ...]:
    """The keys of the bot's channel do not name it: a bot had one webhook once."""
    return () if webhook == CHANNEL else (webhook,)


def deliveries(bot_id: str) -> str:
    return joined("B", bot_id, "D")


def tallies(bot_id: str) -> str:
    return joined("B", bot_id, "R")


def audit(bot_id: str | None) -> str:
    """None for the installation's trail. No other partition begins with `AUDIT`: by this, the
    functions' policies protect the trail."""
    return AUDIT if bot_id is None else joined(AUDIT, bot_id)


def word_place_sk(at: int, conversation_id: str, seq: int) -> str:
    return joined(f"{at:013d}", conversation_id, _number(seq))


def word_place(sk: str) -> tuple[int, str, int]:
    at, conversation_id, seq = sk.split("#")
    return int(at), unquote(conversation_id), int(seq)


def read_mark(bot_id: str, person_id: str, conversation_id: str) -> "RowKey":
    return RowKey(joined("B", bot_id, "V", person_id), part(conversation_id))


def word(bot_id: str, word_: str, shard: int) -> str:
    return joined("B", bot_id, "W", word_, str(shard))


def index(bot_id: str, shard: int) -> str:
    return joined("B", bot_id, "I", str(shard))


def due(shard: int) -> str:
    return joined("DUE", str(shard))


# Rows


def head(bot_id: str, conversation_id: str) -> RowKey:
    return RowKey(conversation(bot_id, conversation_id), HEAD)


def entry(bot_id: str, conversation_id: str, seq: int) -> RowKey:
    return RowKey(conversation(bot_id, conversation_id), entry_sk(seq))


def entry_sk(seq: int) -> str:
    return f"E#{_number(seq)}"


def _number(seq: int) -> str:
    return f"{min(max(seq, 0), LAST_SEQ):0{SEQ_DIGITS}d}"


def erasure(bot_id: str, conversation_id: str) -> RowKey:
    return RowKey(ERASURES, joined(bot_id, conversation_id))


def message(bot_id: str, conversation_id: str, key: MessageKey) -> RowKey:
    sk = joined("M", key.sender, key.message_id)
    return RowKey(conversation(bot_id, conversation_id), sk)


def handoff(bot_id: str, conversation_id: str, handoff_id: str) -> RowKey:
    return RowKey(conversation(bot_id, conversation_id), joined("H", handoff_id))


def note(bot_id: str, conversation_id: str, seq: int) -> RowKey:
    return RowKey(conversation(bot_id, conversation_id), note_sk(seq))


def note_sk(seq: int) -> str:
    return f"N#{_number(seq)}"


def answer(bot_id: str, conversation_id: str, seq: int, key: IdempotencyKey) -> RowKey:
    """Points to a stored answer whose command has written no entry; `seq` was the last one."""
    sk = f"{answer_sk(seq)}#{joined(key.caller, key.key)}"
    return RowKey(conversation(bot_id, conversation_id), sk)


def answer_sk(seq: int) -> str:
    return f"K#{_number(seq)}"


def watch(bot_id: str, conversation_id: str, connection_id: str) -> RowKey:
    return RowKey(conversation(bot_id, conversation_id), watch_sk(connection_id))


def watch_sk(connection_id: str) -> str:
    return joined("W", connection_id)


def watched(bot_id: str, conversation_id: str, connection_id: str) -> RowKey:
    return RowKey(connection(connection_id), joined("W", bot_id, conversation_id))


def cursor(bot_id: str, conversation_id: str, webhook: str = CHANNEL) -> RowKey:
    sk = joined(CURSOR, *_beside_channel(webhook))
    return RowKey(conversation(bot_id, conversation_id), sk)


def idempotency(bot_id: str, key: IdempotencyKey) -> RowKey:
    return RowKey(joined("B", bot_id, "K", key.caller, key.key), META)


def bot_row(bot_id: str) -> RowKey:
    return RowKey(bot(bot_id), META)


def removed_bot(bot_id: str) -> RowKey:
    return RowKey(REMOVED_BOTS, part(bot_id))


def member(bot_id: str, person_id: str) -> RowKey:
    return RowKey(bot(bot_id), joined("AGENT", person_id))


def load(bot_id: str, person_id: str) -> RowKey:
    return RowKey(bot(bot_id), joined("LOAD", person_id))


def presence(person_id: str) -> RowKey:
    return RowKey(person(person_id), "PRESENCE")


def session(person_id: str, session_id: str) -> RowKey:
    return RowKey(person(person_id), joined("SESSION", session_id))


def push_subscription(person_id: str, session_id: str) -> RowKey:
    return RowKey(person(person_id), joined("PUSH", session_id))


def push_of_waiting(person_id: str, session_id: str) -> RowKey:
    """Names a person who is told by web push that conversations begin to wait."""
    return RowKey(PUSH, joined("W", person_id, session_id))


def push_endpoint(endpoint: str) -> RowKey:
    """Names the session that has set this endpoint last."""
    return RowKey(PUSH, joined("E", digest(endpoint)))


def identity(issuer: str, subject: str) -> RowKey:
    """The person whom a provider of single sign-on knows by this subject."""
    return RowKey(joined("I", issuer, subject), META)


def second_factor(person_id: str) -> RowKey:
    return RowKey(person(person_id), "FACTOR")


def key(key_id: str) -> RowKey:
    return RowKey(joined("K", key_id), META)


def ticket(ticket_hash: str) -> RowKey:
    return RowKey(joined("T", ticket_hash), META)


def login_address(person_id: str, address: str) -> RowKey:
    return RowKey(person(person_id), joined("FROM", digest(address)))


def password_reset(token_hash: str) -> RowKey:
    return RowKey(joined("PR", token_hash), META)


def attempts(name: str) -> RowKey:
    return RowKey(joined("L", name), META)


def bucket(name: str) -> RowKey:
    """A digest, because the name may hold the id of an end user."""
    return RowKey(joined("RATE", digest(name)), META)


def notification(bot_id: str, notification_id: str) -> RowKey:
    return RowKey(bot(bot_id), joined("N", notification_id))


def queue(bot_id: str, name: str) -> RowKey:
    return RowKey(bot(bot_id), joined("Q", name))


def reply(bot_id: str, name: str, person_id: str | None = None) -> RowKey:
    return RowKey(bot(bot_id), replies(person_id) + part(name))


def replies(person_id: str | None) -> str:
    """The beginning of the sort keys of a team's canned replies, or of one person's."""
    return OWN_REPLIES + part(person_id) + "#" if person_id else "R#"


def view_owner(bot_id: str | None, person_id: str | None) -> str:
    """The partition of the saved views of a team, or of a person."""
    return bot(bot_id) if bot_id is not None else person(person_id or "")


def view(bot_id: str | None, person_id: str | None, name: str) -> RowKey:
    return RowKey(view_owner(bot_id, person_id), VIEWS + part(name))


def tally(bot_id: str, of: str, day: str, name: str) -> RowKey:
    return RowKey(tallies(bot_id), joined(of, day, name))


def tally_days(of: str, first: str, last: str) -> tuple[str, str]:
    """The first sort key of these days, and one after their last."""
    return joined(of, first), joined(of, last) + AFTER_SEPARATOR


def slot(bot_id: str, number: int, webhook: str = CHANNEL) -> RowKey:
    return RowKey(slots(bot_id, webhook), str(number))


def delivery(bot_id: str, place: DeliveryId) -> RowKey:
    numbers = (str(place.seq), str(place.attempt))
    webhook = _beside_channel(place.webhook)
    sk = joined(f"{place.at:013d}", place.conversation_id, *numbers, *webhook)
    return RowKey(deliveries(bot_id), sk)


def audit_event(bot_id: str | None, event_id: str) -> RowKey:
    return RowKey(audit(bot_id), part(event_id))


def audit_mark(bot_id: str | None, mark: str) -> RowKey:
    """It expires after two days and is no part of the trail."""
    return RowKey(joined("READ", bot_id or ""), part(mark))


def shard(conversation_id: str, shards: int) -> int:
    return zlib.crc32(conversation_id.encode()) % shards
