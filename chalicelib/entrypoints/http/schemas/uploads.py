"""The body of the route that takes files."""

import re
from typing import Annotated

from msgspec import Meta

from chalicelib.domain.address import Address
from chalicelib.domain.files import MIME, clean_name
from chalicelib.entrypoints.http.schemas.limits import LONG, SHORT
from chalicelib.entrypoints.http.schemas.parsing import FieldError, Strict, identifier


class UploadRequest(Strict):
    """POST /uploads: a file for the conversation `conversation_id`, or for the one at an address.

    Parameters of the type, such as a charset, are left out.
    """

    name: str
    mime: str
    size: Annotated[int, Meta(ge=1)]
    conversation_id: str | None = None
    channel: str | None = None
    user: str | None = None
    thread: str | None = None

    def __post_init__(self) -> None:
        self.mime = self.mime.partition(";")[0].strip().lower()
        if not re.fullmatch(MIME, self.mime):
            raise FieldError("mime", "`mime` is a media type such as image/png")
        self.name = clean_name(self.name)
        if not self.name:
            raise FieldError("name", "`name` is a file's name")
        identifier("channel", self.channel, SHORT)
        for name in ("conversation_id", "user", "thread"):
            identifier(name, getattr(self, name), LONG)
        address = (self.channel, self.user, self.thread)
        if self.conversation_id is None:
            for name in ("channel", "user"):
                if getattr(self, name) is None:
                    what = "an upload names its `conversation_id`, or `channel` and `user`"
                    raise FieldError(name, what)
        elif address != (None, None, None):
            raise FieldError("conversation_id", "an upload names an id or an address, not both")

    def place(self, bot: str) -> Address | str:
        if self.conversation_id is not None:
            return self.conversation_id
        assert self.channel is not None, "checked above"
        assert self.user is not None, "checked above"
        return Address(bot, self.channel, self.user, self.thread)
