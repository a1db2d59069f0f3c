"""Files in memory. `receive` takes a form as S3 does, and `fetch` answers a link."""

from collections.abc import Mapping
from functools import cache
from hashlib import md5
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import httpx
from msgspec import Struct, json

from chalicelib.domain.files import (
    HEAD_BYTES,
    ArrivedFile,
    NewFile,
    StoredFile,
    Upload,
    UploadForm,
    content_disposition,
)
from chalicelib.usecases.ports.conversations import FileStore
from tests.support.memory.table import Now

ADDRESS = "https://files.test"
Place = tuple[str, Upload]


class _Content(Struct, frozen=True):
    name: str
    mime: str
    content: bytes

    @property
    def version(self) -> str:
        return md5(self.content, usedforsecurity=False).hexdigest()


class Download(NamedTuple):
    status: int
    headers: Mapping[str, str]
    content: bytes


class MemoryFiles:
    """`address` is where forms and links lead."""

    def __init__(self, clock: Now) -> None:
        self._clock = clock
        self.address = ADDRESS
        self.new: dict[Place, _Content] = {}
        self.stored: dict[Place, _Content] = {}

    def form(self, file: NewFile, seconds: int) -> UploadForm:
        until = self._clock.now() + seconds * 1000
        upload = file.upload
        fields = {
            "key": json.encode([file.bot, upload.conversation_id, upload.serial]).decode(),
            "Content-Type": file.mime,
            "name": file.name,
        }
        policy = json.encode([fields, file.size, until]).decode()
        return UploadForm(self.address, {**fields, "policy": policy})

    def receive(self, fields: Mapping[str, str], content: bytes) -> int:
        """The status with which S3 would answer."""
        bound, size, until = json.decode(fields["policy"])
        if self._clock.now() >= until or {**bound, "policy": fields["policy"]} != fields:
            return 403
        if len(content) != size:
            return 400
        bot, conversation_id, serial = json.decode(fields["key"])
        uploaded = _Content(fields["name"], fields["Content-Type"], content)
        self.new[bot, Upload(conversation_id, serial)] = uploaded
        return 204

    def arrived(self, bot: str, upload: Upload) -> ArrivedFile | None:
        found = self.new.get((bot, upload))
        if found is None:
            return None
        first, size = found.content[:HEAD_BYTES], len(found.content)
        return ArrivedFile(found.name, found.mime, size, first, found.version)

    def keep(self, bot: str, upload: Upload, arrived: ArrivedFile, mime: str) -> bool:
        found = self.new.get((bot, upload))
        if found is None or found.version != arrived.version:
            return False
        self.stored[bot, upload] = _Content(found.name, mime, found.content)
        return True

    def kept(self, bot: str, upload: Upload) -> StoredFile | None:
        found = self.stored.get((bot, upload))
        return StoredFile(found.name, found.mime, len(found.content)) if found else None

    def link(self, bot: str, upload: Upload, file: StoredFile, seconds: int) -> str:
        until = self._clock.now() + seconds * 1000
        disposition = quote(content_disposition(file.name, file.mime), safe="")
        query = f"until={until}&type={quote(file.mime, safe='')}&disposition={disposition}"
        return f"{self.address}/{quote(bot)}/{upload.id}?{query}"

    def fetch(self, url: str) -> Download:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        if self._clock.now() >= int(query["until"][0]):
            return Download(403, {}, b"")
        bot, upload_id = parts.path.split("/")[-2:]
        for (of, upload), found in self.stored.items():
            if (of, upload.id) == (bot, upload_id):
                headers = {
                    "content-type": query["type"][0],
                    "content-disposition": query["disposition"][0],
                }
                return Download(200, headers, found.content)
        return Download(404, {}, b"")

    def delete_before(self, bot: str, conversation_id: str, at: int) -> None:
        for files in (self.new, self.stored):
            for of, upload in list(files):
                if (of, upload.conversation_id) == (bot, conversation_id) and upload.at < at:
                    del files[of, upload]


def send_form(store: FileStore, form: UploadForm, content: bytes) -> int:
    """Posts the form as a browser does: to S3, or to the files in memory. Returns the status."""
    if isinstance(store, MemoryFiles):
        return store.receive(form.fields, content)
    answer = _http().post(form.url, data=dict(form.fields), files={"file": content})
    return answer.status_code


@cache
def _http() -> httpx.Client:
    """One client for all forms: a new one reads the certificates, which takes longer."""
    return httpx.Client(timeout=10)
