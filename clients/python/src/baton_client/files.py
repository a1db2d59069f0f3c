"""Files that messages carry, and how they are uploaded."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from baton_client.errors import BatonError, BatonUnavailable, InvalidRequest
from baton_client.exchange import HttpRequest, Operation, RetryPolicy, exchange, json_request

UNKNOWN_TYPE = "application/octet-stream"
SHOWN = ("image", "audio", "video")
"""Message types that are the first part of their files' media types."""


@dataclass(frozen=True, slots=True)
class File:
    """`mime` is the media type. It is guessed from the name if it is None."""

    name: str
    content: bytes
    mime: str | None = None

    @property
    def media_type(self) -> str:
        return self.mime or mimetypes.guess_type(self.name)[0] or UNKNOWN_TYPE

    @property
    def message_type(self) -> str:
        kind = self.media_type.partition("/")[0].lower()
        return kind if kind in SHOWN else "file"

    @property
    def facts(self) -> Mapping[str, str | int]:
        return {"name": self.name, "mime": self.media_type, "size": len(self.content)}


def upload(policy: RetryPolicy, file: File, place: Mapping[str, str]) -> Operation[str]:
    """Returns the `upload_id`. Raises InvalidRequest if Baton does not take such a file."""
    asked = json_request("POST", "/uploads", {**file.facts, **place})
    form = (yield from exchange(policy, asked)).json
    try:
        yield from exchange(policy, _form_request(form["url"], form["fields"], file))
    except BatonUnavailable:
        raise
    except BatonError as error:
        what = f"The store of Baton's files refused {file.name!r} with the status {error.status}."
        raise InvalidRequest(what, status=error.status) from error
    return str(form["upload_id"])


def _form_request(url: str, fields: Mapping[str, str], file: File) -> HttpRequest:
    """The file is the last part: S3 ignores the parts that follow it."""
    form = httpx.Request("POST", url, data=dict(fields), files={"file": (file.name, file.content)})
    headers = {"content-type": form.headers["content-type"]}
    return HttpRequest("POST", url, form.read(), headers, is_elsewhere=True)
