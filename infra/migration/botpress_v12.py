"""Reads the conversations of a bot from the database of Botpress v12, a SQLite file: those of the
modules hitl and hitlnext. The file is only read.
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.address import Address, handoff_id, person_id
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import (
    EVENT_TYPES,
    Body,
    ChannelEvent,
    Claimed,
    Content,
    Entry,
    Message,
    Noted,
    Requested,
    Returned,
    Tagged,
    preview_of,
)
from chalicelib.domain.conversation.handoff import Handoff, Outcome, Request, Resumption
from chalicelib.domain.conversation.head import WithBot, shorten
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.ports.conversations import ImportedConversation
from chalicelib.usecases.records.bots import CannedReply

SAID_AS_TEXT = frozenset({"text", "message", "quick_reply", "say_something"})
"""The types whose text is all that they say."""
PASSED_OVER = frozenset({"delivery", "read", "typing"})
LONGEST_TEXT = 100_000
"""Bytes of UTF-8. A row of the table has at most 400 KB."""
OUTCOMES = {
    "resolved": Outcome.RESOLVED,
    "rejected": Outcome.REJECTED,
    "expired": Outcome.EXPIRED,
}
OPEN_NOTE = "This handoff was open in Botpress."
SYSTEM = Author("timer", "Baton")
UNKNOWN_AGENT = Author("botpress-agent", "Agent")
TABLES = ("hitl_sessions", "handoffs")


class UnreadableDatabase(ValueError):
    """The text names the table, the row and the fault."""


class BotpressAddress(NamedTuple):
    channel: str
    user: str
    thread: str | None


class Happening(Struct):
    """Something that happened in a conversation. Of two at one moment, the lower `rank` was first.
    `moves` is whether another party may speak from then on."""

    at: int
    rank: int
    row: int
    sender: From
    author: Author
    content: Content
    handoff: int | None = None
    moves: bool = False


class BotpressDatabase:
    """The bot `source` of the database, to be imported as the bot `bot`.

    Raises UnreadableDatabase, also while the conversations are iterated.
    """

    settings = BotSettings()
    queues: Sequence[Queue] = ()
    replies: Sequence[CannedReply] = ()

    def __init__(self, path: Path, source: str, bot: str) -> None:
        self._path, self._source, self._bot = path, source, bot
        self.name = source
        self._tables = self._columns()
        if not any(name in self._tables for name in TABLES):
            raise UnreadableDatabase(
                f"{path} has neither the table {' nor '.join(TABLES)}: it is not the database of a"
                " Botpress v12 with the module hitl or hitlnext."
            )
        self._agents = self._agents_by_id()
        self._profiles = self._profiles_by_user()
        self._places = self._all_places()
        if not self._places:
            raise UnreadableDatabase(f"{path} has no conversation of a bot {source}.")

    def __len__(self) -> int:
        return len(self._places)

    def conversations(self) -> Iterator[ImportedConversation]:
        for place, found in self._places.items():
            steps = [*self._messages(place, found), *self._handoff_steps(place, found)]
            steps.sort(key=lambda step: (step.at, step.rank, step.row))
            if steps:
                yield self._conversation(place, found, steps)

    # What the database has

    def _columns(self) -> Mapping[str, frozenset[str]]:
        try:
            names = [row["name"] for row in self._rows("SELECT name FROM sqlite_master")]
            return {
                name: frozenset(row["name"] for row in self._rows(f'PRAGMA table_info("{name}")'))
                for name in names
            }
        except sqlite3.DatabaseError as error:
            raise UnreadableDatabase(f"{self._path} is no SQLite database: {error}") from error

    def _rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with closing(
            sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        ) as open_:
            open_.row_factory = sqlite3.Row
            return [dict(row) for row in open_.execute(query, values)]

    def _of_bot(self, table: str) -> list[dict[str, Any]]:
        if table not in self._tables:
            return []
        return self._rows(f'SELECT * FROM "{table}" WHERE "botId" = ? ORDER BY id', self._source)

    def _all_places(self) -> dict[BotpressAddress, "FoundRows"]:
        found: dict[BotpressAddress, FoundRows] = defaultdict(FoundRows)
        for session in self._of_bot("hitl_sessions"):
            place = _place(session["channel"], session["userId"], session.get("thread_id"))
            found[place].sessions.append(session)
        for handoff in self._of_bot("handoffs"):
            columns = (handoff["userChannel"], handoff["userId"], handoff["userThreadId"])
            found[_place(*columns)].handoffs.append(handoff)
        return dict(found)

    def _agents_by_id(self) -> Mapping[str, Author]:
        """Botpress makes an agent's id of strategy and e-mail address, Baton a person's of the
        address."""
        if "workspace_users" not in self._tables:
            return {}
        found = {}
        for row in self._rows("SELECT * FROM workspace_users"):
            named = f"{row['strategy']}-{row['email']}"
            id = hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()
            name = str(row["email"]).partition("@")[0]
            found[id] = Author(person_id(str(row["email"])), name)
        return found

    def _profiles_by_user(self) -> Mapping[tuple[str, str], Profile]:
        if "srv_channel_users" not in self._tables:
            return {}
        found = {}
        for row in self._rows("SELECT channel, user_id, attributes FROM srv_channel_users"):
            attributes = _json(row["attributes"])
            if attributes:
                name = attributes.get("full_name") or attributes.get("fullName")
                profile = Profile(str(name) if name else None, attributes)
                found[str(row["channel"]), str(row["user_id"])] = profile
        return found

    # What has happened

    def _messages(self, place: BotpressAddress, found: "FoundRows") -> Iterator[Happening]:
        """The messages that hitl has recorded or, without any session of hitl, those of the log of
        events."""
        if found.sessions:
            for session in found.sessions:
                query = "SELECT * FROM hitl_messages WHERE session_id = ? ORDER BY id"
                for row in self._rows(query, session["id"]):
                    payload = _json(row["raw_message"])
                    at = _time("hitl_messages", row, "ts")
                    sender = "user" if row["direction"] == "in" else str(row["source"])
                    yield from self._said(place, row, at, sender, row["type"], row["text"], payload)
        elif "events" in self._tables and place.thread is not None:
            query = 'SELECT * FROM events WHERE "botId" = ? AND channel = ? AND "threadId" = ?'
            rows = self._rows(f"{query} ORDER BY id", self._source, place.channel, place.thread)
            for number, row in enumerate(rows):
                event = _json(row["event"]) or {}
                payload = event.get("payload")
                payload = payload if isinstance(payload, dict) else {}
                is_agent = bool(payload.get("agent"))
                sender = "agent" if is_agent else "bot"
                sender = "user" if row["direction"] == "incoming" else sender
                text = event.get("preview") or payload.get("text")
                at = _time("events", row, "createdOn")
                numbered = {**row, "id": number}
                yield from self._said(place, numbered, at, sender, row["type"], text, payload)

    def _said(
        self,
        place: BotpressAddress,
        row: Mapping[str, Any],
        at: int,
        sender: str,
        type: object,
        text: object,
        payload: Mapping[str, Any] | None,
    ) -> Iterator[Happening]:
        kind, words = str(type or "text"), str(text) if text else None
        if kind in PASSED_OVER:
            return
        words = shorten(words, LONGEST_TEXT) if words else None
        if kind in SAID_AS_TEXT and words:
            body = Body(text=words)
        else:
            body = Body("event" if kind in SAID_AS_TEXT else kind, words, payload or {})
        said = ChannelEvent if body.type in EVENT_TYPES else Message
        authors = {
            "user": (From.USER, Author(place.user, self._user_name(place) or place.user)),
            "agent": (From.AGENT, UNKNOWN_AGENT),
        }
        from_, author = authors.get(sender, (From.BOT, Author(self._bot, self.name)))
        yield Happening(at, 1, int(row["id"]), from_, author, said(body))

    def _handoff_steps(self, place: BotpressAddress, found: "FoundRows") -> Iterator[Happening]:
        """Handoffs of one conversation follow each other: one that Botpress had left open ends when
        the next one begins."""
        begins = [_time("handoffs", row, "createdAt") for row in found.handoffs]
        bot = Author(self._bot, self.name)
        for number, row in enumerate(found.handoffs):
            id, at = int(row["id"]), begins[number]
            next_at = begins[number + 1] if number + 1 < len(begins) else None
            opened = Requested("", None, 0, None, None)
            yield Happening(at, 2, id, From.BOT, bot, opened, id, moves=True)
            end_at = self._end(row, at, next_at)
            claimed_at = _optional_time("handoffs", row, "assignedAt")
            agent = self._agent(row["agentId"])
            if agent and claimed_at is not None:
                claimed_at = min(max(claimed_at, at), end_at)
                claimed = Claimed("", agent)
                yield Happening(claimed_at, 3, id, From.AGENT, agent, claimed, id, moves=True)
            tags = _tags(row.get("tags"))
            if tags:
                yield Happening(end_at, 4, id, From.AGENT, agent or UNKNOWN_AGENT, Tagged(tags))
            outcome = OUTCOMES.get(row["status"], Outcome.CANCELLED)
            note = None if row["status"] in OUTCOMES else OPEN_NOTE
            returned = Returned("", 0, outcome, note, None, None)
            by = (From.AGENT, agent) if agent and outcome is Outcome.RESOLVED else None
            sender, author = by or (From.SYSTEM, SYSTEM)
            yield Happening(end_at, 6, id, sender, author, returned, id, moves=True)
            yield from self._notes(row)

    def _end(self, row: Mapping[str, Any], begun: int, next_at: int | None) -> int:
        end = _optional_time("handoffs", row, "resolvedAt")
        if end is None:
            end = _time("handoffs", row, "updatedAt")
        end = max(end, begun)
        return end if next_at is None else max(begun, min(end, next_at))

    def _notes(self, handoff: Mapping[str, Any]) -> Iterator[Happening]:
        if "comments" not in self._tables:
            return
        query = 'SELECT * FROM comments WHERE "handoffId" = ? ORDER BY id'
        for row in self._rows(query, handoff["id"]):
            author = self._agent(row["agentId"]) or UNKNOWN_AGENT
            note = Noted(shorten(str(row["content"]), LONGEST_TEXT))
            at = _time("comments", row, "createdAt")
            yield Happening(at, 5, int(row["id"]), From.AGENT, author, note)

    def _agent(self, id: object) -> Author | None:
        if not id:
            return None
        return self._agents.get(str(id), Author(f"botpress-{id}", "Agent"))

    # As a conversation of Baton

    def _user_name(self, place: BotpressAddress) -> str | None:
        profile = self._profiles.get((place.channel, place.user))
        if profile and profile.name:
            return profile.name
        names = [row["full_name"] for row in self._places[place].sessions if row["full_name"]]
        return str(names[-1]) if names else None

    def _conversation(
        self, place: BotpressAddress, found: "FoundRows", steps: Sequence[Happening]
    ) -> ImportedConversation:
        address = Address(self._bot, *place)
        id, epoch = address.conversation_id, 1
        opened: dict[int, Handoff] = {}
        entries: list[Entry] = []
        for seq, step in enumerate(steps, 1):
            epoch += step.moves
            content = step.content
            if step.handoff is not None:
                content = _in_handoff(opened, step, id, seq, self._bot)
            entries.append(
                Entry(seq, step.sender, step.author, epoch, step.at, content, is_imported=True)
            )
        messages = [each for each in entries if isinstance(each.content, Message)]
        last = messages[-1] if messages else None
        heard = [each.seq for each in messages if each.sender is From.USER]
        tags = [each.content.tags for each in entries if isinstance(each.content, Tagged)]
        handoffs = list(opened.values())
        name = self._user_name(place)
        head = WithBot(
            address=address,
            created_at=entries[0].at,
            updated_at=entries[-1].at,
            epoch=epoch,
            last_seq=len(entries),
            last_message=_preview(last),
            tags=tags[-1] if tags else (),
            user_name=name,
            heard_seq=heard[-1] if heard else None,
            notes=sum(isinstance(each.content, Noted) for each in entries),
            last_agent=handoffs[-1].owner.id if handoffs and handoffs[-1].owner else None,
        )
        was_paused = any(row["paused"] for row in found.sessions)
        was_open = was_paused or any(row["status"] not in OUTCOMES for row in found.handoffs)
        known = self._profiles.get((place.channel, place.user))
        profile = known or (Profile(name) if name else None)
        return ImportedConversation(head, entries, handoffs, profile, was_open)


class FoundRows:
    """The rows of one conversation. Botpress can have several sessions for it."""

    def __init__(self) -> None:
        self.sessions: list[dict[str, Any]] = []
        self.handoffs: list[dict[str, Any]] = []


def _in_handoff(
    opened: dict[int, Handoff], step: Happening, conversation: str, seq: int, bot: str
) -> Content:
    """The content with the handoff's id. Keeps the handoff in `opened`."""
    row, content = step.handoff or 0, step.content
    if isinstance(content, Requested):
        id = handoff_id(conversation, seq)
        opened[row] = Handoff(id, conversation, bot, Request(), step.author, step.at, seq)
        return replace(content, handoff_id=id)
    handoff = opened[row]
    if isinstance(content, Claimed):
        opened[row] = replace(handoff, owner=content.owner, claimed_at=step.at)
        return replace(content, handoff_id=handoff.id)
    if isinstance(content, Returned):
        end = Resumption(content.outcome, content.note)
        opened[row] = replace(handoff, returned_at=step.at, returned_seq=seq, resumption=end)
        return replace(content, handoff_id=handoff.id, from_seq=handoff.opened_seq)
    return content


def _preview(last: Entry | None) -> Any:
    if last is None or not isinstance(last.content, Message):
        return None
    return preview_of(last.seq, last.sender, last.content.body, last.at)


def _place(channel: object, user: object, thread: object) -> BotpressAddress:
    return BotpressAddress(
        str(channel), str(user), str(thread) if thread not in (None, "") else None
    )


def _tags(value: object) -> tuple[str, ...]:
    found = json.loads(value) if isinstance(value, str) else value
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _json(value: object) -> dict[str, Any] | None:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _time(table: str, row: Mapping[str, Any], name: str) -> int:
    found = _optional_time(table, row, name)
    if found is None:
        raise UnreadableDatabase(f"{table}, row {row['id']}: `{name}` is empty.")
    return found


def _optional_time(table: str, row: Mapping[str, Any], name: str) -> int | None:
    """SQLite has no type for times: Botpress writes text in UTC, or milliseconds since 1970."""
    value = row.get(name)
    if value is None or isinstance(value, int):
        return value
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise UnreadableDatabase(
            f"{table}, row {row['id']}: `{name}` is no time: {str(value)[:40]!r}."
        ) from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
