"""Translates errors of the table into errors of the domain, for all stores."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import HTTPClientError
from pynamodb.exceptions import PynamoDBException, TransactWriteError

from chalicelib.domain.errors import TemporarilyUnavailable

RETRY_AFTER = 1
"""Seconds."""

BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
CONDITION_FAILED = "ConditionalCheckFailedException"


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raises TemporarilyUnavailable if the table is busy or does not answer."""
    try:
        yield
    except PynamoDBException as error:
        if _is_temporary(error):
            raise unavailable() from error
        raise


def unavailable() -> TemporarilyUnavailable:
    return TemporarilyUnavailable("The table did not answer; try again.", retry_after=RETRY_AFTER)


def _is_temporary(error: PynamoDBException) -> bool:
    if isinstance(error.cause, HTTPClientError):
        return True
    if error.cause_response_code == "TransactionCanceledException":
        return _cancelled_by_load(error)
    return error.cause_response_code in BUSY or _http_status(error) >= 500


def _cancelled_by_load(error: PynamoDBException) -> bool:
    """True if load is the only reason. A failed condition beside it is the more useful reason."""
    reasons = error.cancellation_reasons if isinstance(error, TransactWriteError) else ()
    codes = {reason.code for reason in reasons if reason}
    return bool(codes) and codes <= BUSY


def _http_status(error: PynamoDBException) -> int:
    # PynamoDB copies only code and message; the original response is at the cause of the cause.
    response = getattr(getattr(error.cause, "__cause__", None), "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
