"""The stored answers of requests: a repetition is recognised and changes nothing."""

from msgspec import Struct

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.head import Head, Status


class IdempotencyKey(Struct, frozen=True):
    """An `Idempotency-Key` header with its caller's id and a digest of its request."""

    caller: str
    key: str
    fingerprint: str


class MessageKey(Struct, frozen=True):
    """A sender's own id of a message. It is unique within a conversation, without expiry.

    `fingerprint` is a digest of what the message says.
    """

    sender: From
    message_id: str
    fingerprint: str = ""


class StoredMessage(Struct, frozen=True):
    """An accepted message id. `seq` is the number of its entry.

    `fingerprint` is None if an earlier release stored the id. `handoff_ended` is as in `Answer`.
    """

    seq: int
    fingerprint: str | None = None
    handoff_ended: str | None = None


class AnswerWarning(Struct, frozen=True):
    """Something in a request was not as it should be, and the request succeeded all the same.

    `field` is the path of the field in the body.
    """

    code: str
    field: str
    detail: str


class Answer(Struct, frozen=True):
    """The result of a command. `head` is the head after the command; a stored answer has none.

    `seq` is the number of the entry that the command made, if it made one. `status`, `epoch` and
    `handoff_id` are those after the command; for a repeated message they are the current ones.
    `created` is False for a repeated request. `handoff_ended` is the outcome of the handoff that
    the user's message has ended.
    """

    conversation_id: str
    status: Status
    epoch: int
    handoff_id: str | None = None
    seq: int | None = None
    head: Head | None = None
    created: bool = True
    handoff_ended: str | None = None
    warnings: tuple[AnswerWarning, ...] = ()


class StoredAnswer(Struct, frozen=True):
    """`answer` is None if the idempotency key was used by a request that is no command."""

    fingerprint: str
    answer: Answer | None
