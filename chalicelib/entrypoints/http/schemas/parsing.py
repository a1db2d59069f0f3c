"""From bytes to typed values: bodies, frames and queries, with the limits of the contract."""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec

from chalicelib.domain.errors import InvalidRequest, PayloadTooLarge

if TYPE_CHECKING:
    from chalicelib.entrypoints.http.framework import Call

BODY_LIMIT = 64 * 1024
JSON_LIMIT = 16 * 1024
DEEPEST = 64
"""Objects and arrays within each other. Stored JSON is written and read again in places whose stack
may be smaller than the one that has parsed it."""
JsonObject = dict[str, object]
T = TypeVar("T")


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A body that refuses unknown fields, so that a client cannot set a field of the server."""

    @classmethod
    def read(cls, call: "Call") -> Self:
        """Raises InvalidRequest, PayloadTooLarge."""
        return parse(call.raw, cls)


class Empty(Strict):
    """The body of a route that needs none: nothing, or an empty object."""


def parse(raw: bytes, shape: type[T]) -> T:
    """An empty body is an empty object. Raises InvalidRequest, PayloadTooLarge."""
    if len(raw) > BODY_LIMIT:
        raise PayloadTooLarge(f"A body takes at most {BODY_LIMIT} bytes; this one has {len(raw)}.")
    try:
        return msgspec.json.decode(raw or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"The body is not JSON in UTF-8: {error}") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None


def convert(value: object, shape: type[T]) -> T:
    """`parse` for a value that is parsed already. Raises InvalidRequest."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None


def _invalid(message: str) -> InvalidRequest:
    """msgspec's message ends in " - at `$.user.id`"."""
    what, _, place = message.partition(" - at `$")
    field = place.rstrip("`").lstrip(".")
    return InvalidRequest(
        f"{field}: {what}" if field else what, errors=[{"field": field, "message": what}]
    )


# Checks of fields. msgspec turns their ValueError into its ValidationError.


def identifier(name: str, value: str | None, limit: int) -> None:
    """Ids may hold any characters but controls; `limit` is in bytes of UTF-8."""
    if value is None:
        return
    if not 0 < len(value.encode()) <= limit:
        raise ValueError(f"`{name}` takes 1 to {limit} bytes of UTF-8")
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValueError(f"`{name}` may not hold control characters")


def words(name: str, value: str | None, limit: int) -> None:
    """`limit` is in characters."""
    if value is not None and not 0 < len(value) <= limit:
        raise ValueError(f"`{name}` takes 1 to {limit} characters")


def json_object(name: str, value: Mapping[str, object] | None) -> None:
    if _depth(value) > DEEPEST:
        raise ValueError(f"`{name}` takes at most {DEEPEST} objects and arrays within each other")
    if value is not None and len(msgspec.json.encode(value)) > JSON_LIMIT:
        raise ValueError(f"`{name}` takes at most {JSON_LIMIT} bytes of JSON")


def _depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


# Queries


def number(query: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    """A query parameter that is a whole number. Raises InvalidRequest."""
    text = query.get(name)
    if text is None:
        return None
    short = text.isascii() and text.isdigit() and len(text) <= len(str(high))
    if not (short and low <= int(text) <= high):
        raise InvalidRequest(f"`{name}` is a whole number from {low} to {high}.")
    return int(text)
