"""Files that people and bots send: uploads, the messages that use them, and their addresses."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Command, Pause, said_in
from chalicelib.domain.conversation.entries import UPLOAD_ID
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import InvalidRequest, NotFound, invalid_field
from chalicelib.domain.files import (
    USABLE_FOR,
    ArrivedFile,
    NewFile,
    StoredFile,
    Upload,
    UploadForm,
    checked_type,
    facts_of,
    is_allowed,
    new_upload,
    upload_of,
)
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.visibility import find_visible
from chalicelib.usecases.services import Services

FORM_SECONDS = 10 * 60


class FileOffer(Struct, frozen=True):
    """A caller's description of the file that they want to upload. `mime` has no parameters."""

    name: str
    mime: str
    size: int


class PendingUpload(Struct, frozen=True):
    """`expires_at` is in milliseconds since 1970 (UTC). `largest` is the bot's setting."""

    id: str
    form: UploadForm
    expires_at: int
    largest: int


class FileLink(Struct, frozen=True):
    """`expires_at` is in milliseconds since 1970 (UTC)."""

    upload: Upload
    file: StoredFile
    url: str
    expires_at: int


class FileUse(Struct, frozen=True):
    """The file of a message that is about to be stored. `arrived` is None if an earlier message of
    the conversation has kept the file already."""

    bot: str
    upload: Upload
    file: StoredFile
    arrived: ArrivedFile | None
    field: str

    def keep(self, services: Services) -> None:
        """Raises InvalidRequest if the file was uploaded anew since its bytes were checked."""
        if self.arrived is None:
            return
        if not services.files.keep(self.bot, self.upload, self.arrived, self.file.mime):
            what = "The file was uploaded again while the message was stored. Send the message anew"
            raise invalid_field(self.field, what)


def create_upload(
    services: Services, caller: Caller, place: Address | str, offer: FileOffer
) -> PendingUpload:
    """`place` is a conversation's id or its address; a bot may name an address at which no
    conversation exists yet. Raises InvalidRequest, Forbidden, NotFound."""
    authorize(caller, Action.SAY if caller.is_person else Action.RECORD)
    bot = services.directory.bot(caller.bot)
    if bot is None:
        raise NotFound(f"There is no bot {caller.bot}.")
    settings = bot.settings
    if not is_allowed(offer.mime, settings.file_types):
        kinds = ", ".join(settings.file_types) or "no files"
        raise invalid_field("mime", f"The bot's setting `file_types` allows {kinds}")
    if offer.size > settings.max_file_bytes:
        most = f"The bot's setting `max_file_bytes` allows at most {settings.max_file_bytes} bytes"
        raise invalid_field("size", most)
    now = services.clock.now()
    upload = new_upload(_conversation(services, caller, place), now, services.random.token())
    file = NewFile(caller.bot, upload, offer.name, offer.mime, offer.size)
    form = services.files.form(file, FORM_SECONDS)
    return PendingUpload(upload.id, form, now + FORM_SECONDS * 1000, settings.max_file_bytes)


def use_file(services: Services, head: Head, command: Command) -> tuple[Command, FileUse | None]:
    """The command with the facts about the uploaded file that it names, checked by its bytes, and
    the file, which is to be kept if the command is accepted. Raises InvalidRequest."""
    body = said_in(command)
    if body is None or not body.names_upload:
        return command, None
    payload: Mapping[str, Any] = body.payload or {}
    field = "say.payload" if isinstance(command, Pause) else "payload"
    if "url" in payload:
        what = "A payload has an `upload_id` or a `url`: Baton makes an address for each reader"
        raise invalid_field(f"{field}.url", what)
    use = _checked(services, head, payload[UPLOAD_ID], f"{field}.{UPLOAD_ID}")
    file = use.file
    body = replace(body, payload={**payload, **facts_of(file.name, file.mime, file.size)})
    if isinstance(command, Pause):
        return replace(command, say=body), use
    return replace(command, body=body), use


def find_file(services: Services, caller: Caller, upload_id: str) -> FileLink:
    """A file that a message uses. Raises NotFound, also if the caller may not see it."""
    authorize(caller, Action.READ)
    upload = upload_of(upload_id)
    missing = NotFound(f"The bot {caller.bot} has no file {upload_id}.")
    if upload is None:
        raise missing
    try:
        head = find_visible(services, caller, upload.conversation_id)
    except NotFound:
        raise missing from None
    file = None if _was_erased(services, head, upload) else services.files.kept(caller.bot, upload)
    if file is None:
        raise missing
    audit.record_reading(services, caller, head.id)
    url = services.files.link(caller.bot, upload, file, shown.LINK_SECONDS)
    return FileLink(upload, file, url, services.clock.now() + shown.LINK_SECONDS * 1000)


def _conversation(services: Services, caller: Caller, place: Address | str) -> str:
    """The conversation to which a message at this place goes."""
    if isinstance(place, str):
        return find_visible(services, caller, place).id
    if caller.is_person:
        return find_visible(services, caller, place.conversation_id).id
    own, store = place.conversation_id, services.conversations
    if place.thread is None and store.head(place.bot, own) is None:
        ids = store.ids_of_user(place.bot, place.channel, place.user)
        return ids[0] if len(ids) == 1 else own
    return own


def _checked(services: Services, head: Head, upload_id: object, field: str) -> FileUse:
    upload = upload_of(upload_id) if isinstance(upload_id, str) else None
    if upload is None or upload.conversation_id != head.id:
        raise _unknown(field)
    if _was_erased(services, head, upload):
        raise _unknown(field)
    kept = services.files.kept(head.bot, upload)
    if kept:
        return FileUse(head.bot, upload, kept, None, field)
    if services.clock.now() > upload.at + USABLE_FOR:
        raise invalid_field(field, "The upload is older than a day. Upload the file again")
    arrived = services.files.arrived(head.bot, upload)
    if arrived is None:
        raise invalid_field(field, "Nothing was uploaded yet. Post the file to the upload's `url`")
    mime = checked_type(arrived.mime, arrived.first)
    return FileUse(head.bot, upload, StoredFile(arrived.name, mime, arrived.size), arrived, field)


def _unknown(field: str) -> InvalidRequest:
    return invalid_field(field, "This conversation has no such upload")


def _was_erased(services: Services, head: Head, upload: Upload) -> bool:
    """Returns True if the upload is older than the erasure of the conversation's user."""
    if head.erased_seq is None:
        return False
    mark = shown.entry_at(services, head, head.erased_seq)
    return mark is None or upload.at < mark.at
