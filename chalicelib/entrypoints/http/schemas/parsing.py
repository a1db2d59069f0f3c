"""From bytes to typed values: bodies, frames and queries, with the limits of the contract."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar, overload

import msgspec

from chalicelib.domain.characters import REPLACEMENT, without_controls
from chalicelib.domain.errors import InvalidRequest, PayloadTooLarge, invalid_field

if TYPE_CHECKING:
    from chalicelib.entrypoints.http.framework import Call

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BODY_LIMIT = 64 * 1024
JSON_LIMIT = 16 * 1024
DEEPEST = 64
"""Objects and arrays within each other. Stored JSON is written and read again in places whose stack
may be smaller than the one that has parsed it."""
FIELD_SHOWN = 64
"""Characters of an unknown field that an error repeats."""
WRITTEN_AS_FLOAT = "Expected `int"
WEB_SCHEMES = ("http://", "https://")
EXACT = 2**53
"""Up to here, a float holds each whole number exactly (RFC 8259, 6)."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u[dD][89a-fA-F]..|.)", re.DOTALL)
"""An escaped surrogate pair, an escaped lone surrogate, or the beginning of any other escape."""
LONE_ESCAPE_LENGTH = len(r"\ud800")
SURROGATE_BYTES = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
"""A surrogate as some encoders write it, although UTF-8 has none."""
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
    """An empty body is an empty object. `1.0` is a whole number: JSON has one kind of number.

    A byte order mark is skipped, and a lone surrogate becomes U+FFFD: half an emoji that a channel
    has cut off must not lose the message. Raises InvalidRequest, PayloadTooLarge.
    """
    if len(raw) > BODY_LIMIT:
        raise PayloadTooLarge(f"A body takes at most {BODY_LIMIT} bytes; this one has {len(raw)}.")
    body = raw.removeprefix(BYTE_ORDER_MARK) or b"{}"
    try:
        try:
            return _decode(body, shape)
        except msgspec.ValidationError as error:
            if WRITTEN_AS_FLOAT not in str(error):
                raise _invalid(error) from None
            # The rest of the body, behind the field that does not fit, may be no JSON.
            read = _decode(body, object)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"The body is not JSON in UTF-8: {error}") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None
    return convert(read, shape)


def _decode(raw: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        repaired = _without_lone_surrogates(raw)
        if repaired == raw:
            raise
        return msgspec.json.decode(repaired, type=shape)


def _without_lone_surrogates(raw: bytes) -> bytes:
    return ESCAPE.sub(_repaired, SURROGATE_BYTES.sub(REPLACEMENT.encode(), raw))


def _repaired(escape: re.Match[bytes]) -> bytes:
    found = escape[0]
    return rb"\ufffd" if len(found) == LONE_ESCAPE_LENGTH else found


def convert(value: object, shape: type[T]) -> T:
    """`parse` for a value that is parsed already. Raises InvalidRequest."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        if WRITTEN_AS_FLOAT not in str(error):
            raise _invalid(error) from None
    try:
        return msgspec.convert(_whole_numbers(value), shape)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None


def _whole_numbers(value: object) -> object:
    """The same JSON with `1` for `1.0`. A float beyond `EXACT` stays: its digits are not known."""
    if isinstance(value, dict):
        return {name: _whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        return int(value)
    return value


class FieldError(ValueError):
    """A check of a field has failed. `field` is its name as callers write it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


ABOUT_A_FIELD = ("Object missing required", "Object contains unknown")
"""msgspec names such a field in its message, and only the object that has it in its path."""


def _invalid(error: msgspec.ValidationError) -> InvalidRequest:
    """msgspec's message ends in " - at `$.user.id`", unless the body as a whole is wrong."""
    what, _, place = str(error).partition(" - at `$")
    path = [place.rstrip("`").lstrip(".")] if place else []
    fault, _, named = what.partition(" field `")
    if isinstance(error.__cause__, FieldError):
        path.append(error.__cause__.field)
    elif fault in ABOUT_A_FIELD:
        path.append(named.rstrip("`")[:FIELD_SHOWN])
    if not path:
        return InvalidRequest(f"The body: {what}.")
    return invalid_field(".".join(path), what)


# Checks of fields. msgspec turns their FieldError into its ValidationError.


def identifier(name: str, value: str | None, limit: int) -> None:
    """Ids may hold any characters but controls; `limit` is in bytes of UTF-8."""
    if value is None:
        return
    if not 0 < len(value.encode()) <= limit:
        raise FieldError(name, f"`{name}` takes 1 to {limit} bytes of UTF-8")
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise FieldError(name, f"`{name}` may not hold control characters")


@overload
def words(name: str, value: str, limit: int) -> str: ...
@overload
def words(name: str, value: str | None, limit: int) -> str | None: ...
def words(name: str, value: str | None, limit: int) -> str | None:
    """The text without control characters. `limit` is in characters."""
    text = value and without_controls(value)
    if text is not None and not 0 < len(text) <= limit:
        raise FieldError(name, f"`{name}` takes 1 to {limit} characters")
    return text


def web_address(name: str, value: str | None) -> None:
    """Refuses schemes such as `javascript:`, which would run code in the reader's page."""
    if value is not None and not value.lower().startswith(WEB_SCHEMES):
        raise FieldError(name, f"`{name}` is an address that begins with http:// or https://")


def json_object(name: str, value: Mapping[str, object] | None) -> None:
    if _is_too_deep(value):
        raise FieldError(
            name, f"`{name}` takes at most {DEEPEST} objects and arrays within each other"
        )
    if value is not None and len(msgspec.json.encode(value)) > JSON_LIMIT:
        raise FieldError(name, f"`{name}` takes at most {JSON_LIMIT} bytes of JSON")


def _is_too_deep(value: object) -> bool:
    """Level by level, because a frame is checked where less of the stack is left than where it was
    parsed."""
    level = _containers([value])
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _containers(each)]
    return bool(level)


def _containers(of: object) -> list[object]:
    items = of.values() if isinstance(of, dict) else of if isinstance(of, list) else ()
    return [each for each in items if isinstance(each, dict | list)]


def milliseconds_of(moment: datetime) -> int:
    """Since 1970 (UTC). The rest of a millisecond does not count."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


# Queries


def number(query: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    """A query parameter that is a whole number. Raises InvalidRequest."""
    text = query.get(name)
    if text is None:
        return None
    short = text.isascii() and text.isdigit() and len(text) <= len(str(high))
    if not (short and low <= int(text) <= high):
        raise invalid_field(name, f"`{name}` is a whole number from {low} to {high}.")
    return int(text)
