"""First answers, kept so that a repeated request gets the same answer again."""

from dataclasses import dataclass

from chalicelib.domain.conversation.entries import From
from chalicelib.domain.conversation.head import Head, Status


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What a caller wrote into `Idempotency-Key`, and a digest of the request it came with."""

    caller: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MessageKey:
    """One id, one message, for the thread's life."""

    sender: From
    message_id: str


@dataclass(frozen=True, slots=True)
class Answer:
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


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """`answer` is None where what the key has made is no command's."""

    fingerprint: str
    answer: Answer | None
