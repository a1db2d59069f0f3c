"""Reads the answer of a handler that may report single items of its batch as failed."""

from collections.abc import Collection
from typing import Any


def failed_items(answer: Any, identifiers: Collection[str]) -> set[str]:
    """The identifiers that failed; all of them where the answer names one that was not sent.

    Source: "Reporting batch item failures" in the Lambda documentation, for SQS and for streams.
    """
    reported = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    failed = {_identifier(item) for item in reported or []}
    return failed if failed <= set(identifiers) else set(identifiers)


def _identifier(item: Any) -> Any:
    return item.get("itemIdentifier") if isinstance(item, dict) else None
