"""First answers, kept so that a repeated request gets the same answer again."""

from msgspec import Struct

from chalicelib.domain.conversation.entries import From
from chalicelib.domain.conversation.head import Head, Status


class IdempotencyKey(Struct, frozen=True):
    """What a caller wrote into `Idempotency-Key`, and a digest of the request it came with."""

    caller: str
    key: str
    fingerprint: str


class MessageKey(Struct, frozen=True):
    """One id, one message, for the thread's life."""

    sender: From
    message_id: str


class Answer(Struct, frozen=True):
    """What a command's caller gets to know. `head` is as the command left it.

    `seq` is the number of the entry it made, if it made one; `status`, `epoch` and `handoff_id`
    are those under which it was accepted. `created` tells a first time from a repetition.
    """

    conversation_id: str
    status: Status
    epoch: int
    handoff_id: str | None = None
    seq: int | None = None
    head: Head | None = None
    created: bool = True


class StoredAnswer(Struct, frozen=True):
    """`answer` is None where what the key has made is no command's."""

    fingerprint: str
    answer: Answer | None
