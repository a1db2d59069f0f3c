"""Bodies of Botpress' routes.

A body is any JSON object; a route reads its own fields and ignores the others. If Botpress checks a
field with Joi, the error has Joi's sentence.
"""

from collections.abc import Mapping
from typing import Self

from msgspec import Struct

from chalicelib.botpress.errors import Malformed, Unprocessable
from chalicelib.domain.characters import without_controls
from chalicelib.domain.errors import InvalidRequest, invalid_field
from chalicelib.entrypoints.http.framework import Call
from chalicelib.entrypoints.http.schemas.limits import LONG, SHORT, TAG, TAGS, TEXT
from chalicelib.entrypoints.http.schemas.parsing import JsonObject, identifier, parse

LONGEST_TIMEOUT = 366 * 24 * 60 * 60
"""Seconds."""


class Fields(JsonObject):
    """All fields of a body. Like Express, it is empty if the body is an array or if its content
    type is not JSON."""

    @classmethod
    def read(cls, call: Call) -> Self:
        """Raises Malformed, PayloadTooLarge."""
        declared = call.headers.get("content-type", "application/json").partition(";")[0].strip()
        if declared.lower() != "application/json" or not call.raw:
            return cls()
        try:
            body = parse(call.raw, object)
        except InvalidRequest as error:
            raise Malformed(error.message) from None
        if not isinstance(body, dict | list):
            raise Malformed("The body is JSON, but neither an object nor an array.")
        return cls(body if isinstance(body, dict) else {})

    def message(self) -> str:
        """The text that an agent sends. Raises InvalidRequest."""
        message = self.get("message")
        text = without_controls(message) if isinstance(message, str) else ""
        if not 0 < len(text) <= TEXT:
            raise invalid_field("message", f"`message` takes 1 to {TEXT} characters.")
        return text


class NewHandoff(Struct, frozen=True):
    """`timeout` in milliseconds; None if the handoff does not expire."""

    channel: str
    user: str
    thread: str
    timeout: int | None

    @classmethod
    def read(cls, call: Call) -> Self:
        """Raises Malformed, Unprocessable, PayloadTooLarge."""
        body = Fields.read(call)
        user = _id(body, "userId", LONG)
        thread = _id(body, "userThreadId", LONG)
        channel = _id(body, "userChannel", SHORT)
        return cls(channel, user, thread, _timeout(body.get("timeoutDelay")))


class TagList(Struct, frozen=True):
    tags: tuple[str, ...]

    @classmethod
    def read(cls, call: Call) -> Self:
        """Raises Malformed, Unprocessable, PayloadTooLarge."""
        body = Fields.read(call)
        if "tags" not in body:
            raise Unprocessable('"tags" is required')
        tags = body["tags"]
        if not isinstance(tags, list):
            raise Unprocessable('"tags" must be an array')
        if len(tags) > TAGS:
            raise Unprocessable(f'"tags" must contain less than or equal to {TAGS} items')
        found = [_text(f"tags[{place}]", tag, TAG) for place, tag in enumerate(tags)]
        return cls(tuple(dict.fromkeys(found)))


class Comment(Struct, frozen=True):
    """The only body that refuses other fields."""

    content: str

    @classmethod
    def read(cls, call: Call) -> Self:
        """Raises Malformed, Unprocessable, PayloadTooLarge."""
        body = Fields.read(call)
        if "content" not in body:
            raise Unprocessable('"content" is required')
        content = body["content"]
        if not isinstance(content, str):
            raise Unprocessable('"content" must be a string')
        content = without_controls(content)
        if not content:
            raise Unprocessable('"content" is not allowed to be empty')
        if len(content) > TEXT:
            raise Unprocessable(_too_long("content", TEXT))
        for name in body:
            if name != "content":
                raise Unprocessable(f'"{name}" is not allowed')
        return cls(content)


def _id(body: Mapping[str, object], name: str, limit: int) -> str:
    if name not in body:
        raise Unprocessable(f'"{name}" is required')
    return _text(name, body[name], limit)


def _text(name: str, value: object, limit: int) -> str:
    """Refuses numbers: JavaScript clients round large ones, so that an id would lose digits."""
    if not isinstance(value, str):
        raise Unprocessable(f'"{name}" must be a string')
    if not value:
        raise Unprocessable(f'"{name}" is not allowed to be empty')
    try:
        identifier(name, value, limit)
    except ValueError as error:
        too_long = len(value.encode()) > limit
        raise Unprocessable(_too_long(name, limit) if too_long else str(error)) from None
    return value


def _too_long(name: str, limit: int) -> str:
    return f'"{name}" length must be less than or equal to {limit} characters long'


def _timeout(value: object) -> int | None:
    """From seconds to milliseconds. A value of 0 or less means that nothing expires."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unprocessable('"timeoutDelay" must be a number')
    if value > LONGEST_TIMEOUT:
        raise Unprocessable(f'"timeoutDelay" must be less than or equal to {LONGEST_TIMEOUT}')
    return int(value * 1000) if value > 0 else None
