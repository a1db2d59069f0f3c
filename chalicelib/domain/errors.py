"""Everything Baton refuses, by what the caller can do about it.

BatonError
├── InvalidRequest          correct the request
├── Unauthenticated         say who you are
│   └── InvalidCredentials      no person has this e-mail and this password
├── Forbidden               ask somebody who may
├── NotFound                it is not there, or not for you
├── Refused                 the conversation stands otherwise: look, then decide again
│   ├── IllegalMove             this command has no arrow from this status
│   ├── NotYourTurn             a person has the conversation, not the bot
│   ├── AlreadyClaimed          another agent has it
│   ├── StaleEpoch              who may speak has changed since you looked
│   ├── AtCapacity              this agent has no room
│   ├── NoAgentAvailable        nobody is there, and the caller would not queue
│   ├── AmbiguousAddress        several conversations fit; name one
│   └── Conflict                others were faster, several times in a row
├── IdempotencyMismatch     this key has answered another request
├── RateLimited             wait, then try again
├── PayloadTooLarge         send less
└── TemporarilyUnavailable  the table did not answer; nothing is known to have changed

A message is a sentence with the facts; `facts` are the same for machines. How an error looks
to a caller (status, JSON) is decided in `entrypoints`, once.
"""

from collections.abc import Mapping


class BatonError(Exception):
    code = "error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts: Mapping[str, object] = facts


class InvalidRequest(BatonError):
    """Facts: `errors`, a list of `{"field", "message"}` where single fields are at fault."""

    code = "invalid_request"


class Unauthenticated(BatonError):
    code = "unauthenticated"


class InvalidCredentials(Unauthenticated):
    pass


class Forbidden(BatonError):
    code = "forbidden"


class NotFound(BatonError):
    code = "not_found"


class Refused(BatonError):
    """The request is sound, but not in the state the conversation is in."""

    code = "conflict"


class IllegalMove(Refused):
    code = "illegal_move"


class NotYourTurn(Refused):
    code = "not_your_turn"


class AlreadyClaimed(Refused):
    """Facts: `owner` (an id) and `owner_name`: who has it."""

    code = "already_claimed"


class StaleEpoch(Refused):
    """Facts: `epoch`, the current one."""

    code = "stale_epoch"


class AtCapacity(Refused):
    code = "at_capacity"


class NoAgentAvailable(Refused):
    code = "no_agent_available"


class AmbiguousAddress(Refused):
    """Facts: `candidates`, what the caller can choose from."""

    code = "ambiguous_address"


class Conflict(Refused):
    code = "conflict"


class IdempotencyMismatch(BatonError):
    code = "idempotency_mismatch"


class RateLimited(BatonError):
    """Facts: `retry_after`, in whole seconds."""

    code = "rate_limited"


class PayloadTooLarge(BatonError):
    code = "payload_too_large"


class TemporarilyUnavailable(BatonError):
    """Facts: `retry_after`, in whole seconds."""

    code = "temporarily_unavailable"
