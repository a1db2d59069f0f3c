"""Translates errors of the table into errors of the domain, for all stores."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    ChecksumError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
)
from pynamodb.exceptions import PynamoDBException, TransactWriteError

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.call_deadline import require_time

RETRY_AFTER = 1
"""Seconds."""

NO_ANSWER = (
    ChecksumError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
)
"""Exceptions of the SDK that come without an answer. The call may have had an effect."""
BUSY = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "InternalServerError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Error codes of a call that may succeed later: the codes that botocore retries, and a conflict."""
BUSY_STATUS = 429
BUSY_REASONS = frozenset(
    {"ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException", "ThrottlingError"}
)
CONDITION, CONFLICT, DUPLICATE = "ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"
LOST_RACE = frozenset({CONDITION, CONFLICT, DUPLICATE})
"""Reasons of a cancelled transaction. DynamoDB's reference lists them at `CancellationReason`."""
CONDITION_FAILED = "ConditionalCheckFailedException"


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raises TemporarilyUnavailable if the table is busy or does not answer. Does not begin the
    block, and raises it, if the API call in hand has no time left."""
    require_time()
    try:
        yield
    except PynamoDBException as error:
        if _is_temporary(error):
            raise unavailable() from error
        raise


def unavailable() -> TemporarilyUnavailable:
    return TemporarilyUnavailable("The table did not answer; try again.", retry_after=RETRY_AFTER)


def _is_temporary(error: PynamoDBException) -> bool:
    if isinstance(error.cause, NO_ANSWER):
        return True
    if error.cause_response_code == "TransactionCanceledException":
        return _cancelled_by_load(error)
    status = _http_status(error)
    return error.cause_response_code in BUSY or status == BUSY_STATUS or status >= 500


def _cancelled_by_load(error: PynamoDBException) -> bool:
    """True if load is a reason, and the other reasons are concurrent writes. A failed condition
    beside it is the more useful reason."""
    reasons = error.cancellation_reasons if isinstance(error, TransactWriteError) else ()
    codes = {reason.code for reason in reasons if reason}
    return not codes.isdisjoint(BUSY_REASONS) and codes <= BUSY_REASONS | {CONFLICT, DUPLICATE}


def _http_status(error: PynamoDBException) -> int:
    # PynamoDB copies only code and message; the original response is at the cause of the cause.
    response = getattr(getattr(error.cause, "__cause__", None), "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
