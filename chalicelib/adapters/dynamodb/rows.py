"""The rows of the one table, one class for each kind.

Attribute names are short: every message rewrites the head, and DynamoDB counts the bytes of names.
JSON is stored as text, because DynamoDB's own numbers have 38 digits and are not floats. Times are
in milliseconds since 1970 (UTC), `expires` in seconds.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from pynamodb.attributes import (
    Attribute,
    BooleanAttribute,
    DiscriminatorAttribute,
    ListAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.keys import RowKey

KIND = "t"
"""The attribute that names the kind of a row."""


class Integer(Attribute[int]):
    attr_type = "N"

    def serialize(self, value: Any) -> str:
        return str(int(value))

    def deserialize(self, value: Any) -> int:
        return int(value)


class Row(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute(attr_name=KIND)
    expires = Integer(attr_name="x", null=True)

    @classmethod
    def at(cls, key: RowKey, **attributes: Any) -> Self:
        return cls(key.pk, key.sk, **attributes)

    @property
    def key(self) -> RowKey:
        return RowKey(self.pk, self.sk)


def row_of(item: Mapping[str, Any]) -> Row | None:
    """None if a newer release has written an item of a kind that this one does not know.

    Sets the attributes that the item has. PynamoDB's `from_raw_data` visits every attribute of the
    class: a tenth of a gate call's instructions.
    """
    kind = _kinds().get(item[KIND]["S"])
    if kind is None:
        return None
    row = kind.__new__(kind)
    row.attribute_values = {}
    attributes = _attributes(kind)
    for name, raw in item.items():
        if name in attributes:
            python_name, attribute = attributes[name]
            row.attribute_values[python_name] = attribute.deserialize(attribute.get_value(raw))
    return row


@cache
def _kinds() -> Mapping[str, type[Row]]:
    subclasses = Row.kind.get_registered_subclasses(Row)
    return {str(Row.kind.get_discriminator(kind)): kind for kind in subclasses}


@cache
def _attributes(kind: type[Row]) -> Mapping[str, tuple[str, Attribute[Any]]]:
    """The attributes of a class and their names in Python, by their names in DynamoDB."""
    return {each.attr_name: (name, each) for name, each in kind.get_attributes().items()}


class HeadRow(Row, discriminator="h"):
    index = UnicodeAttribute(attr_name="i")
    board_key = UnicodeAttribute(attr_name="bk", null=True)
    recent_key = UnicodeAttribute(attr_name="rk")
    name_key = UnicodeAttribute(attr_name="nk", null=True)
    due_key = UnicodeAttribute(attr_name="d", null=True)
    due_at = Integer(attr_name="dk", null=True)

    channel = UnicodeAttribute(attr_name="c")
    user = UnicodeAttribute(attr_name="u")
    thread = UnicodeAttribute(attr_name="th", null=True)
    status = UnicodeAttribute(attr_name="s")
    epoch = Integer(attr_name="e")
    last_seq = Integer(attr_name="n")
    owner_id = UnicodeAttribute(attr_name="o", null=True)
    owner_name = UnicodeAttribute(attr_name="on", null=True)
    queue = UnicodeAttribute(attr_name="q", null=True)
    priority = Integer(attr_name="p", null=True)
    waiting_since = Integer(attr_name="w", null=True)
    opened_seq = Integer(attr_name="hn", null=True)
    requested_at = Integer(attr_name="hr", null=True)
    claimed_at = Integer(attr_name="hc", null=True)
    reason = UnicodeAttribute(attr_name="hw", null=True)
    wanted_agent = UnicodeAttribute(attr_name="ha", null=True)
    expires_at = Integer(attr_name="hx", null=True)
    preview_seq = Integer(attr_name="mn", null=True)
    preview_sender = UnicodeAttribute(attr_name="ms", null=True)
    preview_text = UnicodeAttribute(attr_name="m", null=True)
    preview_at = Integer(attr_name="ma", null=True)
    tags = ListAttribute[Any](attr_name="g", of=UnicodeAttribute, null=True)
    user_name = UnicodeAttribute(attr_name="un", null=True)
    profile = UnicodeAttribute(attr_name="up", null=True)
    leaks = Integer(attr_name="l", null=True)
    heard_seq = Integer(attr_name="hs", null=True)
    notes = Integer(attr_name="no", null=True)
    owed_seq = Integer(attr_name="r", null=True)
    erased_seq = Integer(attr_name="er", null=True)
    last_agent = UnicodeAttribute(attr_name="la", null=True)
    last_queue = UnicodeAttribute(attr_name="lq", null=True)
    offered_to = UnicodeAttribute(attr_name="oi", null=True)
    offered_name = UnicodeAttribute(attr_name="om", null=True)
    offered_until = Integer(attr_name="ou", null=True)
    limits = UnicodeAttribute(attr_name="tl", null=True)
    offer_seconds = Integer(attr_name="to", null=True)
    clock = Integer(attr_name="tc", null=True)
    alerts = Integer(attr_name="ta", null=True)
    silent_since = Integer(attr_name="ts", null=True)
    snoozed_until = Integer(attr_name="sn", null=True)
    created_at = Integer(attr_name="ca")
    updated_at = Integer(attr_name="ua")


class EntryRow(Row, discriminator="e"):
    """`command_id` shows which command wrote the entry, so that a retry recognises its own entry.
    `counted` marks a leak outside of handoffs that the reports have counted. `previous_owed` marks
    an entry whose reactions must not be lost. `undelivered` marks one that was given up.
    `answer_pk` is the partition key of the answer to the command, in the first entry that it wrote.
    `imported` marks an entry of an import.
    """

    command_id = UnicodeAttribute(attr_name="k")
    what = UnicodeAttribute(attr_name="w")
    sender = UnicodeAttribute(attr_name="f")
    author_id = UnicodeAttribute(attr_name="a")
    author_name = UnicodeAttribute(attr_name="an")
    epoch = Integer(attr_name="e")
    at_ms = Integer(attr_name="at")
    type = UnicodeAttribute(attr_name="ty", null=True)
    text = UnicodeAttribute(attr_name="m", null=True)
    payload = UnicodeAttribute(attr_name="p", null=True)
    message_id = UnicodeAttribute(attr_name="i", null=True)
    counted = BooleanAttribute(attr_name="rc", null=True)
    previous_owed = Integer(attr_name="o", null=True)
    undelivered = BooleanAttribute(attr_name="ud", null=True)
    answer_pk = UnicodeAttribute(attr_name="ik", null=True)
    imported = BooleanAttribute(attr_name="im", null=True)


class MessageRow(Row, discriminator="m"):
    """An accepted message id. Earlier releases read `status`, `epoch` and `handoff_id`: they answer
    a repetition with them. They stored no `fingerprint`."""

    seq = Integer(attr_name="n", null=True)
    status = UnicodeAttribute(attr_name="s")
    epoch = Integer(attr_name="e")
    handoff_id = UnicodeAttribute(attr_name="h", null=True)
    fingerprint = UnicodeAttribute(attr_name="f", null=True)
    handoff_ended = UnicodeAttribute(attr_name="ho", null=True)


class IdempotencyRow(Row, discriminator="k"):
    """`answer` is the stored answer of a command, `reply` that of another call."""

    fingerprint = UnicodeAttribute(attr_name="f")
    answer = UnicodeAttribute(attr_name="a", null=True)
    reply = UnicodeAttribute(attr_name="j", null=True)
    command_id = UnicodeAttribute(attr_name="k")


class HandoffRow(Row, discriminator="o"):
    index = UnicodeAttribute(attr_name="hi", null=True)
    list_key = UnicodeAttribute(attr_name="hk", null=True)

    id = UnicodeAttribute(attr_name="i")
    reason = UnicodeAttribute(attr_name="w", null=True)
    queue = UnicodeAttribute(attr_name="q", null=True)
    priority = Integer(attr_name="p")
    agent = UnicodeAttribute(attr_name="ha", null=True)
    language = UnicodeAttribute(attr_name="la", null=True)
    context = UnicodeAttribute(attr_name="cx", null=True)
    timeout = Integer(attr_name="to", null=True)
    summary = UnicodeAttribute(attr_name="su", null=True)
    requested_by_id = UnicodeAttribute(attr_name="b")
    requested_by_name = UnicodeAttribute(attr_name="bn")
    requested_at = Integer(attr_name="ra")
    opened_seq = Integer(attr_name="n")
    owner_id = UnicodeAttribute(attr_name="o", null=True)
    owner_name = UnicodeAttribute(attr_name="on", null=True)
    claimed_at = Integer(attr_name="ca", null=True)
    returned_at = Integer(attr_name="ea", null=True)
    returned_seq = Integer(attr_name="en", null=True)
    resumption = UnicodeAttribute(attr_name="r", null=True)
    counted = BooleanAttribute(attr_name="rc", null=True)
    rating = UnicodeAttribute(attr_name="rt", null=True)
    counted_rating = UnicodeAttribute(attr_name="rtc", null=True)


class AddressRow(Row, discriminator="a"):
    """A conversation's row under its user or its thread, to find it by these."""

    conversation_id = UnicodeAttribute(attr_name="c")


class ProfileRow(Row, discriminator="p"):
    name = UnicodeAttribute(attr_name="un", null=True)
    attributes_json = UnicodeAttribute(attr_name="ux", null=True)


class CursorRow(Row, discriminator="d"):
    """How far a conversation has been delivered to a webhook (`seq`, `attempts`), and how far its
    reactions have run (`queued`, and `handled` in the row of the bot's channel). `gone` was
    answered with 410, at `gone_at`."""

    seq = Integer(attr_name="n", null=True)
    attempts = Integer(attr_name="r", null=True)
    handled = Integer(attr_name="h", null=True)
    queued = Integer(attr_name="w", null=True)
    gone = Integer(attr_name="g", null=True)
    gone_at = Integer(attr_name="ga", null=True)


class RecordRow(Row, discriminator="j"):
    """A record as JSON. It can be found by its key only."""

    record = UnicodeAttribute(attr_name="j")


class PointerRow(Row, discriminator="i"):
    """An item of a list: the id of something that has a row of its own."""

    id = UnicodeAttribute(attr_name="i")


class BotRow(Row, discriminator="b"):
    id = UnicodeAttribute(attr_name="i")
    name = UnicodeAttribute(attr_name="un")
    url = UnicodeAttribute(attr_name="w", null=True)
    secrets = UnicodeAttribute(attr_name="ws", null=True)
    since = Integer(attr_name="wf", null=True)
    off = UnicodeAttribute(attr_name="wo", null=True)
    off_at = Integer(attr_name="wt", null=True)
    format = UnicodeAttribute(attr_name="wb", null=True)
    retiring = UnicodeAttribute(attr_name="wr", null=True)
    events = UnicodeAttribute(attr_name="we", null=True)
    other_webhooks = UnicodeAttribute(attr_name="wl", null=True)
    settings = UnicodeAttribute(attr_name="se", null=True)
    is_closing = BooleanAttribute(attr_name="cl", null=True)


class PersonRow(Row, discriminator="u"):
    id = UnicodeAttribute(attr_name="i")
    email = UnicodeAttribute(attr_name="em")
    name = UnicodeAttribute(attr_name="un")
    password_hash = UnicodeAttribute(attr_name="pw")
    token_version = Integer(attr_name="v")
    is_owner = BooleanAttribute(attr_name="o")
    disabled = BooleanAttribute(attr_name="z")
    ended_sessions = UnicodeSetAttribute(attr_name="es", null=True)
    last_login_at = Integer(attr_name="la", null=True)
    registered_by = UnicodeAttribute(attr_name="rb", null=True)
    issuer = UnicodeAttribute(attr_name="is", null=True)
    subject = UnicodeAttribute(attr_name="su", null=True)


class MemberRow(Row, discriminator="q"):
    person = UnicodeAttribute(attr_name="i")
    name = UnicodeAttribute(attr_name="un")
    email = UnicodeAttribute(attr_name="em")
    role = UnicodeAttribute(attr_name="r")
    queues = UnicodeSetAttribute(attr_name="q", null=True)
    capacity = Integer(attr_name="c", null=True)


class KeyRow(Row, discriminator="c"):
    id = UnicodeAttribute(attr_name="i")
    bot = UnicodeAttribute(attr_name="b")
    secret_hash = UnicodeAttribute(attr_name="pw")
    scopes = UnicodeSetAttribute(attr_name="s", null=True)
    ends_at = Integer(attr_name="ea", null=True)
    name = UnicodeAttribute(attr_name="un", null=True)
    created_at = Integer(attr_name="ca", null=True)


class PresenceRow(Row, discriminator="y"):
    status = UnicodeAttribute(attr_name="s")
    seen_at = Integer(attr_name="a")
    gone_at = Integer(attr_name="g", null=True)


class LoadRow(Row, discriminator="l"):
    """`open` is how many conversations an agent owns, `busy_at` the time of its last change.
    `reserved_until` is the end of an offer that takes one place of their capacity."""

    open = Integer(attr_name="n", null=True)
    busy_at = Integer(attr_name="b", null=True)
    reserved_until = Integer(attr_name="k", null=True)


class AttemptsRow(Row, discriminator="r"):
    made = Integer(attr_name="n")
    until = Integer(attr_name="u")


class BucketRow(Row, discriminator="w"):
    """`busy_until` is in microseconds: see `domain/limits.py`."""

    busy_until = Integer(attr_name="u")


class TallyRow(Row, discriminator="v"):
    """Each counter is a further attribute of the row: see `reports.py`."""

    day = UnicodeAttribute(attr_name="d")
    of = UnicodeAttribute(attr_name="i", null=True)


class SlotRow(Row, discriminator="s"):
    slot = Integer(attr_name="n")
    until = Integer(attr_name="u")


class ReadMarkRow(Row, discriminator="z"):
    seq = Integer(attr_name="n")


class WordRow(Row, discriminator="t"):
    """An entry in which a word stands. Its key says all."""


class NotificationRow(Row, discriminator="n"):
    id = UnicodeAttribute(attr_name="i")
    bot = UnicodeAttribute(attr_name="b")
    message = UnicodeAttribute(attr_name="m")
    level = UnicodeAttribute(attr_name="l")
    at_ms = Integer(attr_name="at")
    url = UnicodeAttribute(attr_name="w", null=True)
    conversation_id = UnicodeAttribute(attr_name="c", null=True)
    read_by = UnicodeSetAttribute(attr_name="rb", null=True)
    for_supervisors = BooleanAttribute(attr_name="fs", null=True)
    notification_kind = UnicodeAttribute(attr_name="k", null=True)
    author_id = UnicodeAttribute(attr_name="ai", null=True)
    author_name = UnicodeAttribute(attr_name="an", null=True)
    for_person = UnicodeAttribute(attr_name="fp", null=True)
    handled = BooleanAttribute(attr_name="hd", null=True)
