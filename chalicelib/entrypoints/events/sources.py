"""The sources of events. Only our own event sources may call a function: IAM lets nobody else, and
each record names the ARN of its source."""

from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]


class ForeignEvent(Exception):
    """The event does not come from our own stream or queue. Nothing of it was handled."""


def from_stream(event: Event, region: str, table: str) -> Event:
    """The event, if each record is from the stream of this table. Raises ForeignEvent."""
    for record in event["Records"]:
        service, place, _, resource = _source(record)
        if (service, place) != ("dynamodb", region) or not resource.startswith(
            f"table/{table}/stream/"
        ):
            raise _foreign(record)
    return event


def from_queue(event: Event, region: str, queue_url: str) -> Event:
    """The event, if each record is from this queue. Raises ForeignEvent."""
    account, name = queue_url.split("/")[-2:]
    for record in event["Records"]:
        if _source(record) != ("sqs", region, account, name):
            raise _foreign(record)
    return event


def _source(record: Event) -> tuple[str, str, str, str]:
    """Service, region, account and resource."""
    parts = str(record.get("eventSourceARN", "")).split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise _foreign(record)
    return parts[2], parts[3], parts[4], parts[5]


def _foreign(record: Event) -> ForeignEvent:
    source = str(record.get("eventSourceARN"))
    return ForeignEvent(f"An event of the source {source[:200]} is not from our own.")
