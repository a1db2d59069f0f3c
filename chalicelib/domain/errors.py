"""The errors that Baton's calls raise, grouped by what the caller can do about them.

BatonError
├── InvalidRequest          Correct the request.
├── Unauthenticated         Send a valid key or token.
│   ├── InvalidCredentials      The e-mail address or the password is wrong.
│   ├── InvalidCode             The code of the second factor is wrong, or was used before.
│   └── SecondFactorRequired    Send a code of the second factor with the challenge.
├── Forbidden               The caller's role or scopes do not allow the call.
│   └── EnrolmentRequired       The person must first set up a second factor.
├── NotFound                It does not exist, or the caller may not see it.
├── Refused                 The conversation's state does not allow it: read it, then decide again.
│   ├── IllegalMove             The command is not possible in the conversation's status.
│   ├── NotYourTurn             The bot sent a message, but a person has the conversation.
│   ├── AlreadyClaimed          Another agent owns the conversation.
│   ├── StaleEpoch              The conversation changed hands since the caller read its epoch.
│   ├── AtCapacity              The agent has reached their capacity.
│   ├── NoAgentAvailable        No agent is available, and the caller did not want to queue.
│   ├── MessageIdMismatch       The id belongs to another message: use a new id.
│   ├── AmbiguousAddress        Several conversations match: the caller must name one by its id.
│   └── Conflict                Concurrent changes won several times in a row, or the current
│                               state forbids the change. The message says which.
├── IdempotencyMismatch     The key was used for a different request: use a new key.
├── RateLimited             Wait `retry_after` seconds, then retry.
├── PayloadTooLarge         Send a smaller body.
└── TemporarilyUnavailable  A dependency did not answer: retry after `retry_after` seconds.

`message` states the facts in one sentence. `facts` has the same facts for programs.
`entrypoints/http/problems.py` turns both into a response.
"""

from collections.abc import Mapping


class BatonError(Exception):
    code = "error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts: Mapping[str, object] = facts


class InvalidRequest(BatonError):
    """If single fields are wrong, the fact `errors` is a list of `{"field", "message"}`."""

    code = "invalid_request"


def invalid_field(field: str, message: str, **facts: object) -> InvalidRequest:
    """The error about one field. `field` is a dotted path in the body, such as `user.id`, or the
    name of a query parameter, of a part of the path, or of a header."""
    detail = message if f"`{field}`" in message else f"{field}: {message}"
    return InvalidRequest(detail, errors=[{"field": field, "message": message}], **facts)


class Unauthenticated(BatonError):
    code = "unauthenticated"


class InvalidCredentials(Unauthenticated):
    pass


class InvalidCode(Unauthenticated):
    code = "invalid_code"


class SecondFactorRequired(Unauthenticated):
    """Fact: `challenge`, which a code answers, unless this way of logging in takes no code."""

    code = "second_factor_required"


class Forbidden(BatonError):
    code = "forbidden"


class EnrolmentRequired(Forbidden):
    code = "second_factor_enrolment_required"


class NotFound(BatonError):
    code = "not_found"


class Refused(BatonError):
    """The request is valid, but the conversation's current state does not allow it."""

    code = "conflict"


class IllegalMove(Refused):
    code = "illegal_move"


class NotYourTurn(Refused):
    code = "not_your_turn"


class AlreadyClaimed(Refused):
    """Facts: `owner` (a person's id) and `owner_name`."""

    code = "already_claimed"


class StaleEpoch(Refused):
    """Facts: `epoch`, the current epoch."""

    code = "stale_epoch"


class AtCapacity(Refused):
    code = "at_capacity"


class NoAgentAvailable(Refused):
    code = "no_agent_available"


class MessageIdMismatch(Refused):
    """Facts: `seq`, the number of the message that has this id."""

    code = "message_id_mismatch"


class AmbiguousAddress(Refused):
    """Facts: `candidates`, the first 20 conversations that match, and `candidates_total`."""

    code = "ambiguous_address"


class Conflict(Refused):
    code = "conflict"


class IdempotencyMismatch(BatonError):
    code = "idempotency_mismatch"


class RateLimited(BatonError):
    """Facts: `retry_after`, in whole seconds. If a limit of `domain/limits.py` is the reason, also
    its name as `limit`, its burst as `quota`, and the `window` of seconds in which it is full
    again."""

    code = "rate_limited"


class PayloadTooLarge(BatonError):
    code = "payload_too_large"


class TemporarilyUnavailable(BatonError):
    """Facts: `retry_after`, in whole seconds."""

    code = "temporarily_unavailable"
