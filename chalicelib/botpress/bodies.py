"""Bodies of Botpress' routes: any JSON object, of which each route looks at its own fields.

Where Botpress checks a field with Joi, the sentence is Joi's.
"""

from collections.abc import Mapping

import msgspec

from chalicelib.botpress.handoffs import Unprocessable
from chalicelib.botpress.responses import Malformed
from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints.http.framework import Call
from chalicelib.entrypoints.http.schemas.conversations import LONG, SHORT, TAG, TAGS, TEXT
from chalicelib.entrypoints.http.schemas.parsing import identifier, parse

Fields = Mapping[str, object]

LONGEST_TIMEOUT = 366 * 24 * 60 * 60
"""Seconds."""


def fields(call: Call) -> Fields:
    """What is not declared to be JSON is no body, as for Express; a list has no fields. Raises
    Malformed, PayloadTooLarge."""
    declared = call.headers.get("content-type", "application/json").partition(";")[0].strip()
    if declared.lower() != "application/json" or not call.raw:
        return {}
    try:
        body = parse(call.raw, object)
    except InvalidRequest as error:
        raise Malformed(error.message) from None
    if not isinstance(body, dict | list):
        raise Malformed("The body is JSON, but neither an object nor an array.")
    return body if isinstance(body, dict) else {}


def text(body: Fields) -> str:
    """H3: what an agent says. Raises InvalidRequest."""
    message = body.get("message")
    if not isinstance(message, str) or not 0 < len(message) <= TEXT:
        raise InvalidRequest(f"`message` takes 1 to {TEXT} characters.")
    return message


class NewHandoff(msgspec.Struct, frozen=True):
    """N6. `timeout` in milliseconds."""

    channel: str
    user: str
    thread: str
    timeout: int | None


def new_handoff(body: Fields) -> NewHandoff:
    """Raises Unprocessable."""
    user = _id(body, "userId", LONG)
    thread = _id(body, "userThreadId", LONG)
    channel = _id(body, "userChannel", SHORT)
    return NewHandoff(channel, user, thread, _timeout(body.get("timeoutDelay")))


def tags(body: Fields) -> tuple[str, ...]:
    """N7. Raises Unprocessable."""
    if "tags" not in body:
        raise Unprocessable('"tags" is required')
    wanted = body["tags"]
    if not isinstance(wanted, list):
        raise Unprocessable('"tags" must be an array')
    if len(wanted) > TAGS:
        raise Unprocessable(f'"tags" must contain less than or equal to {TAGS} items')
    found = [_text(f"tags[{place}]", tag, TAG) for place, tag in enumerate(wanted)]
    return tuple(dict.fromkeys(found))


def content(body: Fields) -> str:
    """N11: a comment, and nothing else. Raises Unprocessable."""
    if "content" not in body:
        raise Unprocessable('"content" is required')
    wanted = body["content"]
    if not isinstance(wanted, str):
        raise Unprocessable('"content" must be a string')
    if not wanted:
        raise Unprocessable('"content" is not allowed to be empty')
    if len(wanted) > TEXT:
        raise Unprocessable(_too_long("content", TEXT))
    for name in body:
        if name != "content":
            raise Unprocessable(f'"{name}" is not allowed')
    return wanted


def _id(body: Fields, name: str, limit: int) -> str:
    if name not in body:
        raise Unprocessable(f'"{name}" is required')
    return _text(name, body[name], limit)


def _text(name: str, value: object, limit: int) -> str:
    """Ids are opaque: a number has lost its last digits on its way through a JavaScript client."""
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
    """In seconds; none, 0 and less mean that nothing expires."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unprocessable('"timeoutDelay" must be a number')
    if value > LONGEST_TIMEOUT:
        raise Unprocessable(f'"timeoutDelay" must be less than or equal to {LONGEST_TIMEOUT}')
    return int(value * 1000) if value > 0 else None
