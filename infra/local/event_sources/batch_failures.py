"""Reads a handler's answer, which may report single items of the batch as failed."""

from collections.abc import Collection
from typing import Any


def failed_items(answer: Any, identifiers: Collection[str]) -> set[str]:
    """The identifiers that failed. If the answer names an unknown identifier, all of them failed.

    Source: "Reporting batch item failures" in the Lambda documentation, for SQS and for streams.
    """
    reported = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    failed = {_identifier(item) for item in reported or []}
    return failed if failed <= set(identifiers) else set(identifiers)


def _identifier(item: Any) -> Any:
    return item.get("itemIdentifier") if isinstance(item, dict) else None
