"""Reads a bot's export, and checks that it is whole: `check` finds every fault before anything of
it is imported."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from chalicelib.domain.address import Address, ErasedAddress, digest, handoff_id
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.bot_settings import field_errors as setting_errors
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import (
    UPLOAD_ID,
    Content,
    ContentRecord,
    Entry,
    Kind,
    Returned,
    Unknown,
    content_of,
)
from chalicelib.domain.conversation.handoff import Handoff, Outcome, Rating, Request, Resumption
from chalicelib.domain.conversation.head import Preview, Status, WithBot
from chalicelib.domain.files import upload_of
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.routing.queues import field_errors as queue_errors
from chalicelib.usecases import views
from chalicelib.usecases.ports.conversations import ImportedConversation
from chalicelib.usecases.privacy.bot_export import END
from chalicelib.usecases.privacy.bot_import import MISSING
from chalicelib.usecases.records.bots import CannedReply

LONGEST_LINE = 350_000
"""Bytes. A row of the table has at most 400 KB."""
CLOSED_NOTE = "This handoff was open when the conversation was exported."

T = TypeVar("T")
Moment = Annotated[datetime, Meta(tz=True)]


class DamagedExport(ValueError):
    """The text names the line and the fault."""


class BotLine(Struct):
    id: str
    name: str
    settings: BotSettings


class UserLine(Struct):
    id: str
    channel: str
    name: str | None = None
    attributes: dict[str, Any] | None = None


class PersonFields(Struct):
    id: str
    name: str


class PreviewFields(Struct):
    seq: int
    text: str
    at: Moment
    sender: From = field(name="from")


class ConversationLine(Struct):
    id: str
    channel: str
    user: str
    status: Status
    epoch: int
    last_seq: int
    created_at: Moment
    updated_at: Moment
    tags: tuple[str, ...] = ()
    thread: str | None = None
    user_name: str | None = None
    last_message: PreviewFields | None = None


class RatingFields(Struct):
    score: int
    at: Moment
    comment: str | None = None


class HandoffLine(Struct):
    id: str
    conversation_id: str
    requested_by: PersonFields
    requested_at: Moment
    from_seq: int
    reason: str | None = None
    queue: str | None = None
    priority: int = 0
    language: str | None = None
    context: dict[str, Any] | None = None
    summary: str | None = None
    owner: str | None = None
    owner_name: str | None = None
    claimed_at: Moment | None = None
    returned_at: Moment | None = None
    outcome: str | None = None
    note: str | None = None
    resume_at: str | None = None
    variables: dict[str, Any] | None = None
    to_seq: int | None = None
    rating: RatingFields | None = None


class EntryLine(Struct):
    conversation_id: str
    seq: int
    kind: Kind
    author: PersonFields
    epoch: int
    at: Moment
    sender: From = field(name="from")
    type: str | None = None
    text: str | None = None
    payload: dict[str, Any] | None = None
    message_id: str | None = None
    delivery: str | None = None


class EndLine(Struct):
    pass


LINES: Mapping[str, type[Any]] = {
    "bot": BotLine,
    "queue": Queue,
    "reply": CannedReply,
    "user": UserLine,
    "conversation": ConversationLine,
    "handoff": HandoffLine,
    "entry": EntryLine,
    END: EndLine,
}


class RecordName(Struct):
    record: str


class Block(Struct):
    """The lines of one conversation. `line` is the number of its first one."""

    line: int
    conversation: ConversationLine
    user: UserLine | None = None
    handoffs: dict[str, tuple[int, HandoffLine]] = field(default_factory=dict)
    entries: list[tuple[int, EntryLine]] = field(default_factory=list)


class ExportFile:
    """The export of a bot, to be imported as the bot `bot`. Reads the file anew each time.

    Raises DamagedExport, also while it is iterated; OSError.
    """

    def __init__(self, path: Path, bot: str) -> None:
        self._path, self._bot = path, bot
        self.queues: list[Queue] = []
        self.replies: list[CannedReply] = []
        self.blocks: dict[str, int] = {}
        """The line at which the last lines of each conversation begin: they count."""
        self._check_settings()

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def settings(self) -> BotSettings:
        return self._source.settings

    def conversations(self) -> Iterator[ImportedConversation]:
        for block in self._blocks():
            if self.blocks[block.conversation.id] == block.line:
                yield _imported(block, self._source.id, self._bot)

    def _check_settings(self) -> None:
        begun = ended = False
        for number, kind, line in self._lines():
            if ended:
                _refuse(number, f"it comes after the record `{END}`, the end of the export")
            if not begun and not isinstance(line, BotLine):
                _refuse(
                    number,
                    f"the record is `{kind}`, but the export of a bot begins with `bot`; the export"
                    " of a user or a conversation cannot be imported",
                )
            if isinstance(line, BotLine):
                if begun:
                    _refuse(number, "there is a second record `bot`")
                self._source, begun = line, True
                _refuse_first(number, setting_errors(line.settings))
            elif isinstance(line, Queue):
                _refuse_first(number, queue_errors(line, self.queues))
                self.queues.append(line)
            elif isinstance(line, CannedReply):
                self.replies.append(line)
            ended = ended or kind == END
        if not ended:
            raise DamagedExport(
                f"{self._path} has no record `{END}`: the export was cut off. Export the bot again."
            )
        for block in self._blocks():
            self.blocks[block.conversation.id] = block.line
        for _ in self.conversations():
            pass

    def _blocks(self) -> Iterator[Block]:
        block: Block | None = None
        user: UserLine | None = None
        for number, _, line in self._lines():
            if isinstance(line, HandoffLine | EntryLine):
                if block is None or line.conversation_id != block.conversation.id:
                    _refuse(number, f"it is not below its conversation {line.conversation_id}")
                if isinstance(line, HandoffLine):
                    block.handoffs[line.id] = (number, line)
                else:
                    block.entries.append((number, line))
                continue
            if block is not None:
                yield block
                block = None
            if isinstance(line, UserLine):
                user = line
            elif isinstance(line, ConversationLine):
                is_theirs = user and (user.channel, user.id) == (line.channel, line.user)
                block = Block(number, line, user if is_theirs else None)
        if block is not None:
            yield block

    def _lines(self) -> Iterator[tuple[int, str, Any]]:
        with self._path.open("rb") as file:
            for number, text in enumerate(file, 1):
                if len(text) > LONGEST_LINE:
                    _refuse(number, f"it has more than {LONGEST_LINE} bytes")
                kind = _decoded(number, text, RecordName).record
                if kind not in LINES:
                    _refuse(number, f"the record {kind[:40]!r} is not known to this release")
                yield number, kind, _decoded(number, text, LINES[kind])


def _imported(block: Block, source: str, bot: str) -> ImportedConversation:
    of = block.conversation
    address = _address(block, source, bot)
    new_id = address.conversation_id
    lines = [each for each in block.entries if each[1].seq <= of.last_seq]
    _check_numbers(block, lines)
    entries = [_entry(number, line, of.id, new_id, source, bot) for number, line in lines]
    read = [_handoff(number, line, new_id, source, bot) for number, line in block.handoffs.values()]
    handoffs = sorted(
        (each for each in read if each.opened_seq <= of.last_seq), key=lambda each: each.opened_seq
    )
    last = handoffs[-1] if handoffs else None
    erased = [each.seq for each in entries if each.kind is Kind.ERASED]
    said = [each.seq for each in entries if each.sender is From.USER and each.kind is Kind.MESSAGE]
    head = WithBot(
        address=address,
        created_at=_ms(of.created_at),
        updated_at=_ms(of.updated_at),
        epoch=of.epoch,
        last_seq=of.last_seq,
        last_message=_preview(of.last_message),
        tags=of.tags,
        user_name=of.user_name,
        leaks=sum(each.kind is Kind.LEAK for each in entries),
        heard_seq=said[-1] if said else None,
        notes=sum(each.kind is Kind.NOTE for each in entries),
        erased_seq=erased[-1] if erased else None,
        last_agent=last.owner.id if last and last.owner else None,
        last_queue=last.request.queue if last else None,
    )
    imported = ImportedConversation(head, entries, handoffs, _profile(block.user))
    return imported if of.status is Status.BOT else _closed(block, imported)


def _closed(block: Block, imported: ImportedConversation) -> ImportedConversation:
    """An open handoff ends as `cancelled`: its agent, its timers and its place in the queue are of
    the other installation."""
    head = imported.head
    is_open = [
        each
        for each in imported.handoffs
        if each.returned_seq is None or each.returned_seq > head.last_seq
    ]
    if not is_open:
        _refuse(block.line, f"the status is {block.conversation.status}, but no handoff is open")
    handoff, seq, at = is_open[-1], head.last_seq + 1, head.updated_at
    end = Returned(handoff.id, handoff.opened_seq, Outcome.CANCELLED, CLOSED_NOTE, None, None)
    author = Author("timer", "Baton")
    entry = Entry(seq, From.SYSTEM, author, head.epoch + 1, at, end, is_imported=True)
    resumption = Resumption(Outcome.CANCELLED, CLOSED_NOTE)
    closed = replace(handoff, returned_at=at, returned_seq=seq, resumption=resumption)
    return replace(
        imported,
        head=replace(head, epoch=entry.epoch, last_seq=seq),
        entries=[*imported.entries, entry],
        handoffs=[closed if each is handoff else each for each in imported.handoffs],
        was_open=True,
    )


def _address(block: Block, source: str, bot: str) -> Address:
    """A conversation whose user was erased has no address to derive an id from."""
    of = block.conversation
    if of.user == "":
        new_id = of.id if bot == source else "c_" + digest(bot, of.id)
        return ErasedAddress(bot, of.channel, "", id=new_id)
    if Address(source, of.channel, of.user, of.thread).conversation_id != of.id:
        _refuse(block.line, f"the id {of.id} does not belong to this channel, user and thread")
    return Address(bot, of.channel, of.user, of.thread)


def _check_numbers(block: Block, lines: list[tuple[int, EntryLine]]) -> None:
    last_seq = block.conversation.last_seq
    if not lines:
        _refuse(block.line, f"the conversation has {last_seq} entries, but none is in the file")
    for (_, before), (number, line) in pairwise(lines):
        if line.seq != before.seq + 1:
            _refuse(number, f"entry {line.seq} comes after entry {before.seq}: one is missing")
    if lines[0][1].seq < 1:
        _refuse(lines[0][0], "an entry's number is 1 or more")
    number, last = lines[-1]
    if last.seq != last_seq:
        _refuse(number, f"it is the last entry, {last.seq}, but the conversation has {last_seq}")


def _entry(number: int, line: EntryLine, old: str, new: str, source: str, bot: str) -> Entry:
    return Entry(
        seq=line.seq,
        sender=line.sender,
        author=_author(line.author, source, bot),
        epoch=line.epoch,
        at=_ms(line.at),
        content=_content(number, line, old, new),
        is_undelivered=line.delivery == "failed",
        is_imported=True,
    )


def _content(number: int, line: EntryLine, old: str, new: str) -> Content:
    payload = line.payload
    if payload is not None:
        try:
            payload = _without_file(payload, old) if line.kind in views.SAID else _facts(payload)
        except ValueError as error:
            _refuse(number, f"the payload has a wrong time: {error}")
        if line.kind not in views.SAID and isinstance(payload.get("handoff_id"), str):
            payload["handoff_id"] = handoff_id(new, _opened_seq(payload["handoff_id"]))
    record = ContentRecord(line.kind, line.type, line.text, payload, line.message_id)
    content = content_of(record)
    if isinstance(content, Unknown) and line.kind is not Kind.UNKNOWN:
        _refuse(number, f"the payload is none of an entry of the kind {line.kind}")
    return content


def _opened_seq(handoff: str) -> int:
    digits = handoff.rpartition("_")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _without_file(payload: dict[str, Any], conversation_id: str) -> dict[str, Any]:
    """A message whose file is in the other installation says so; the rest of it stays."""
    upload = upload_of(str(payload.get(UPLOAD_ID, "")))
    if upload is None or upload.conversation_id != conversation_id:
        return payload
    gone = {UPLOAD_ID, "url", "path"}
    return {**{name: each for name, each in payload.items() if name not in gone}, MISSING: True}


def _facts(payload: dict[str, Any]) -> dict[str, Any]:
    """Times as they are stored; `views.facts` has written them as text."""

    def stored(name: str, value: Any) -> Any:
        if name in views.TIMES and isinstance(value, str):
            return _ms(datetime.fromisoformat(value))
        return _facts(value) if name == "offered_to" and isinstance(value, dict) else value

    return {name: stored(name, value) for name, value in payload.items()}


def _handoff(number: int, line: HandoffLine, new: str, source: str, bot: str) -> Handoff:
    if line.id != handoff_id(line.conversation_id, line.from_seq):
        _refuse(number, f"the id {line.id} does not belong to this conversation and entry")
    end = None
    if line.outcome is not None:
        end = Resumption(line.outcome, line.note, line.resume_at, line.variables)
    return Handoff(
        id=handoff_id(new, line.from_seq),
        conversation_id=new,
        bot=bot,
        request=Request(
            reason=line.reason,
            queue=line.queue,
            priority=line.priority,
            language=line.language,
            context=line.context,
            summary=line.summary,
        ),
        requested_by=_author(line.requested_by, source, bot),
        requested_at=_ms(line.requested_at),
        opened_seq=line.from_seq,
        owner=Author(line.owner, line.owner_name or "") if line.owner is not None else None,
        claimed_at=_optional_ms(line.claimed_at),
        returned_at=_optional_ms(line.returned_at),
        returned_seq=line.to_seq,
        resumption=end,
        rating=_rating(line.rating),
    )


def _rating(of: RatingFields | None) -> Rating | None:
    return Rating(of.score, of.comment, _ms(of.at)) if of else None


def _author(of: PersonFields, source: str, bot: str) -> Author:
    """The author of an entry. Words of the exported bot become those of the new one."""
    return Author(bot if of.id == source else of.id, of.name)


def _preview(of: PreviewFields | None) -> Preview | None:
    return Preview(of.seq, of.sender, of.text, _ms(of.at)) if of else None


def _profile(of: UserLine | None) -> Profile | None:
    return Profile(of.name, of.attributes) if of else None


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _optional_ms(at: datetime | None) -> int | None:
    return None if at is None else _ms(at)


def _decoded(number: int, text: bytes, type: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=type)
    except msgspec.DecodeError as error:
        _refuse(number, str(error))


def _refuse_first(number: int, errors: Iterator[tuple[str, str]]) -> None:
    for name, fault in errors:
        _refuse(number, f"`{name}`: {fault}")


def _refuse(number: int, fault: str) -> NoReturn:
    raise DamagedExport(f"Line {number}: {fault}. Nothing was imported.")
