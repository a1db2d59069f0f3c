"""One exception class for each error code of Baton, and those of the client itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar


class BatonError(Exception):
    """A call that did not succeed.

    `code` is Baton's stable error code and `status` the HTTP status (None without an answer).
    `facts` holds the other members of the problem, for example `owner`, `epoch` or `candidates`.
    """

    code: ClassVar[str] = "error"
    retried: ClassVar[bool] = False
    """True if the client repeats the call before it raises this error."""

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        facts: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.facts: Mapping[str, Any] = facts or {}
        self.request_id = request_id
        self.retry_after = retry_after
        """Seconds that Baton asked to wait."""

    @property
    def errors(self) -> Sequence[Mapping[str, str]]:
        """The fields that are wrong: each has `field` and `message`."""
        found: Sequence[Mapping[str, str]] = self.facts.get("errors", ())
        return found

    def __str__(self) -> str:
        request = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.detail}{request}"


class BatonUnavailable(BatonError):
    """Baton gave no answer, so nobody knows whether a person has the conversation.

    The bot must stay silent or apologise. It must not answer as usual.
    """

    code = "unreachable"
    retried = True
    advice: ClassVar[str] = (
        "Nobody knows whether a person has this conversation: stay silent or apologise, and let "
        "your channel deliver the message again."
    )

    def __str__(self) -> str:
        return f"{super().__str__()} {self.advice}"


class TemporarilyUnavailable(BatonUnavailable):
    code = "temporarily_unavailable"


class InternalError(BatonUnavailable):
    code = "internal_error"


class RateLimited(BatonUnavailable):
    code = "rate_limited"


class InvalidRequest(BatonError):
    code = "invalid_request"


class PayloadTooLarge(InvalidRequest):
    code = "payload_too_large"


class Unauthenticated(BatonError):
    code = "unauthenticated"


class SecondFactorRequired(Unauthenticated):
    """A person's login that lacks the code of their second factor. Bots use keys."""

    code = "second_factor_required"


class InvalidCode(Unauthenticated):
    code = "invalid_code"


class Forbidden(BatonError):
    code = "forbidden"


class SecondFactorEnrolmentRequired(Forbidden):
    code = "second_factor_enrolment_required"


class NotFound(BatonError):
    code = "not_found"


class Refused(BatonError):
    """The call was understood, and nothing has changed."""

    code = "refused"


class Conflict(Refused):
    code = "conflict"
    retried = True


class IllegalMove(Refused):
    code = "illegal_move"


class NotYourTurn(Refused):
    code = "not_your_turn"


class AlreadyClaimed(Refused):
    code = "already_claimed"


class MessageIdMismatch(Refused):
    code = "message_id_mismatch"


class StaleEpoch(Refused):
    code = "stale_epoch"


class AtCapacity(Refused):
    code = "at_capacity"


class NoAgentAvailable(Refused):
    code = "no_agent_available"


class AmbiguousAddress(Refused):
    code = "ambiguous_address"


class IdempotencyMismatch(Refused):
    code = "idempotency_mismatch"


class AlreadySaid(Refused):
    """An earlier delivery of the user's message was answered with the same text."""

    code = "already_said"


class WebhookRefused(BatonError):
    """A webhook without a valid signature, or outside of the replay window."""

    code = "webhook_refused"


def _all(of: type[BatonError]) -> Iterator[type[BatonError]]:
    for error in of.__subclasses__():
        yield error
        yield from _all(error)


BY_CODE: Mapping[str, type[BatonError]] = {error.code: error for error in _all(BatonError)}
