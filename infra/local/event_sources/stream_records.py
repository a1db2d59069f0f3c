"""Converts stream records to Lambda's form, and filters them like an event source."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from infra.local.invocation import Event

Accepts = Callable[[Event], bool]


def lambda_record(record: Event, stream_arn: str) -> Event:
    """Converts what boto3 has parsed back to Lambda's JSON: times to epoch seconds, bytes to
    base64."""
    raw: Event = _raw(record)
    return {**raw, "eventSourceARN": stream_arn}


def sequence_number(record: Event) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def accepts(pattern: Mapping[str, Any] | None) -> Accepts:
    """A filter for the pattern. It supports
    `{"eventName": […], "dynamodb": {"NewImage": {attribute: {"S": […]}}}}`, each part optional.

    Raises ValueError for any other pattern.
    """
    if pattern is None:
        return lambda record: True
    names = pattern.get("eventName")
    wanted = _wanted_values(pattern)
    _refuse_other_patterns(pattern, names, wanted)

    def accepted(record: Event) -> bool:
        image = record["dynamodb"].get("NewImage", {})
        return (names is None or record["eventName"] in names) and all(
            image.get(attribute, {}).get("S") in values for attribute, values in wanted.items()
        )

    return accepted


def _wanted_values(pattern: Mapping[str, Any]) -> dict[str, list[str]]:
    image = pattern.get("dynamodb", {}).get("NewImage", {})
    return {attribute: value.get("S") for attribute, value in image.items()}


def _refuse_other_patterns(pattern: Mapping[str, Any], names: Any, wanted: dict[str, Any]) -> None:
    understood: dict[str, Any] = {} if names is None else {"eventName": names}
    if wanted:
        understood["dynamodb"] = {"NewImage": {name: {"S": v} for name, v in wanted.items()}}
    lists = [*wanted.values(), *([] if names is None else [names])]
    if pattern != understood or not all(_is_texts(values) for values in lists):
        raise ValueError(
            f"The local stream poller does not support the filter {dict(pattern)}. "
            "It supports only lists of texts for eventName and dynamodb.NewImage.<attribute>.S."
        )


def _is_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _raw(value: Any) -> Any:
    match value:
        case dict():
            return {name: _raw(part) for name, part in value.items()}
        case list():
            return [_raw(part) for part in value]
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case datetime():
            return int(value.timestamp())
        case _:
            return value
