"""Conversations of Botpress v12 are imported from its database."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.usecases.privacy.bot_import import ImportTotals, import_bot
from infra.migration.botpress_v12 import BotpressDatabase, UnreadableDatabase
from tests.support.api import Api
from tests.support.services import MemoryServices

ANA = hashlib.md5(b"default-ana@example.test", usedforsecurity=False).hexdigest()
SCHEMA = """
CREATE TABLE hitl_sessions (id INTEGER PRIMARY KEY, "botId" TEXT, channel TEXT, "userId" TEXT,
  full_name TEXT, user_image_url TEXT, last_event_on TEXT, last_heard_on TEXT, paused BOOLEAN,
  paused_trigger TEXT, thread_id TEXT);
CREATE TABLE hitl_messages (id INTEGER PRIMARY KEY, session_id INTEGER, type TEXT, source TEXT,
  text TEXT, raw_message JSON, direction TEXT, ts TIMESTAMP);
CREATE TABLE handoffs (id INTEGER PRIMARY KEY, "botId" TEXT, "userId" TEXT, "agentId" TEXT,
  "userThreadId" TEXT, "userChannel" TEXT, "agentThreadId" TEXT, status TEXT, tags JSON,
  "assignedAt" TIMESTAMP, "resolvedAt" TIMESTAMP, "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP);
CREATE TABLE comments (id INTEGER PRIMARY KEY, "handoffId" INTEGER, "threadId" TEXT, "agentId" TEXT,
  content TEXT, "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP);
CREATE TABLE events (id TEXT PRIMARY KEY, direction TEXT, "botId" TEXT, channel TEXT,
  "threadId" TEXT, target TEXT, type TEXT, event JSON, "createdOn" TIMESTAMP);
CREATE TABLE workspace_users (email TEXT, strategy TEXT, workspace TEXT, role TEXT);
CREATE TABLE srv_channel_users (channel TEXT, user_id TEXT, attributes JSON);
"""
T = "2021-03-01 10:00:0"
MS = 1_614_592_800_000
"""2021-03-01 10:00:00 UTC, the time `T` without its last digit."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "core.sqlite"
    with sqlite3.connect(path) as open_:
        open_.executescript(SCHEMA)
    return path


def add(path: Path, table: str, *rows: dict[str, Any]) -> None:
    with sqlite3.connect(path) as open_:
        for row in rows:
            names, marks = ", ".join(f'"{n}"' for n in row), ", ".join("?" * len(row))
            open_.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()])


def add_hitl(path: Path) -> None:
    """Two sessions of one user, as concurrent first messages make them, and one of another bot."""
    one = {"botId": "b1", "channel": "telegram", "userId": "42", "thread_id": None}
    add(path, "hitl_sessions", {"id": 1, **one, "full_name": "Lena", "paused": 1})
    add(path, "hitl_sessions", {"id": 2, **one, "full_name": "Lena", "paused": 0})
    add(path, "hitl_sessions", {"id": 3, **one, "botId": "b2", "full_name": "X", "paused": 0})

    def message(id: int, session: int, source: str, text: str, at: object, **more: str) -> Any:
        way = "in" if source == "user" else "out"
        row = {"id": id, "session_id": session, "type": "text", "source": source, "text": text}
        return row | {"raw_message": "{}", "direction": way, "ts": at} | more

    image = json.dumps({"type": "image", "image": "https://x.test/1.png"})
    add(path, "hitl_messages", message(1, 1, "user", "Help!", f"{T}0"))
    add(path, "hitl_messages", message(2, 1, "bot", "How?", MS + 1000))
    add(path, "hitl_messages", message(3, 2, "user", "", f"{T}2", type="image", raw_message=image))
    add(path, "hitl_messages", message(4, 2, "agent", "I am here.", "2021-03-01T10:00:03.000Z"))
    add(path, "hitl_messages", message(5, 1, "user", "", f"{T}4", type="session_reset"))
    add(path, "hitl_messages", message(6, 3, "user", "of another bot", f"{T}5"))


def add_hitlnext(path: Path) -> None:
    place = {"botId": "b1", "userId": "U1", "userThreadId": "T1", "userChannel": "web"}
    times = {"createdAt": f"{T}1", "assignedAt": f"{T}2", "updatedAt": f"{T}5"}
    done = {"resolvedAt": f"{T}5", "agentId": ANA, "tags": '["vip"]'}
    add(path, "handoffs", {"id": 1, **place, **times, **done, "status": "resolved"})
    again = {"createdAt": f"{T}7", "updatedAt": f"{T}8"}
    add(path, "handoffs", {"id": 2, **place, **again, "status": "pending"})
    note = {"threadId": "T1", "content": "Was rude.", "createdAt": f"{T}4", "updatedAt": f"{T}4"}
    add(path, "comments", {"id": 1, "handoffId": 1, "agentId": ANA, **note})
    add(path, "workspace_users", {"email": "ana@example.test", "strategy": "default"})
    profile = json.dumps({"full_name": "Zed", "email": "zed@x.test"})
    add(path, "srv_channel_users", {"channel": "web", "user_id": "U1", "attributes": profile})

    def event(id: str, way: str, text: str, at: str, **payload: object) -> dict[str, Any]:
        said = {"preview": text, "payload": {"type": "text", "text": text, **payload}}
        row = {"id": id, "direction": way, "botId": "b1", "channel": "web", "threadId": "T1"}
        return row | {"target": "U1", "type": "text", "event": json.dumps(said), "createdOn": at}

    add(path, "events", event("156085638552453280", "incoming", "A person, please.", f"{T}0"))
    add(path, "events", event("156085638552453281", "outgoing", "Hello.", f"{T}3", agent=True))
    add(path, "events", event("156085638552453282", "outgoing", "I am a bot.", f"{T}6"))


def imported(services: MemoryServices, path: Path) -> ImportTotals:
    operator = Caller("operator", "Operator", Role.OWNER, "shop")
    return import_bot(services, operator, BotpressDatabase(path, "b1", "shop"), name="Shop")


def log(services: MemoryServices, *place: str | None) -> tuple[Any, list[Any]]:
    owner = Api(services).login("owner")
    id = Address("shop", *place).conversation_id  # type: ignore[arg-type]
    path = f"/bots/shop/conversations/{id}"
    entries = owner.get(f"{path}/entries", after="0", limit="100")
    return owner.get(path).json, entries.json["items"]


def shown(entries: Iterable[Any], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(each[name] for name in fields) for each in entries]


def test_a_conversation_of_hitl_is_imported_from_all_its_sessions(database: Path) -> None:
    services = MemoryServices()
    add_hitl(database)

    totals = imported(services, database)

    head, entries = log(services, "telegram", "42", None)
    assert shown(entries, "kind", "from", "type", "text") == [
        ("message", "user", "text", "Help!"),
        ("message", "bot", "text", "How?"),
        ("message", "user", "image", None),
        ("message", "agent", "text", "I am here."),
        ("event", "user", "session_reset", None),
    ]
    assert entries[2]["payload"]["image"] == "https://x.test/1.png"
    assert [each["at"][17:] for each in entries] == [f"0{n}.000Z" for n in range(5)]
    assert (head["user_name"], head["status"], head["last_message"]["seq"]) == ("Lena", "bot", 4)
    assert (totals.conversations, totals.entries, totals.closed) == (1, 5, [head["id"]])


def test_handoffs_of_hitlnext_become_handoffs(database: Path) -> None:
    services = MemoryServices()
    add_hitlnext(database)

    totals = imported(services, database)

    head, entries = log(services, "web", "U1", "T1")
    assert shown(entries, "seq", "kind", "from", "epoch") == [
        (1, "message", "user", 1),
        (2, "requested", "bot", 2),
        (3, "claimed", "agent", 3),
        (4, "message", "agent", 3),
        (5, "note", "agent", 3),
        (6, "tagged", "agent", 3),
        (7, "returned", "agent", 4),
        (8, "message", "bot", 4),
        (9, "requested", "bot", 5),
        (10, "returned", "system", 6),
    ]
    ana = person_id("ana@example.test")
    assert entries[2]["payload"]["owner"] == {"id": ana, "name": "ana"}
    owner = Api(services).login("owner")
    later, first = owner.get("/bots/shop/handoffs").json["items"]
    assert (first["outcome"], first["owner"], first["from_seq"], first["to_seq"]) == (
        *("resolved", ana, 2, 7),
    )
    assert (later["outcome"], later["owner"]) == ("cancelled", None)
    assert (head["tags"], head["user_name"], head["epoch"]) == (["vip"], "Zed", 6)
    assert totals.closed == [head["id"]]


def test_an_imported_conversation_of_botpress_goes_on(database: Path) -> None:
    services = MemoryServices()
    add_hitlnext(database)
    imported(services, database)
    owner = Api(services).login("owner")
    key = owner.post("/bots/shop/keys", {"name": "first"}).json["key"]
    said = {"channel": "web", "user": {"id": "U1"}, "thread": "T1", "from": "user", "text": "Hi"}

    answer = Api(services, key).post("/bots/shop/messages", said)

    assert (answer.json["seq"], answer.json["disposition"]) == (11, "bot")


def test_what_cannot_be_read_is_named_and_nothing_is_imported(
    database: Path, tmp_path: Path
) -> None:
    services, other = MemoryServices(), tmp_path / "other.sqlite"
    add_hitl(database)
    with sqlite3.connect(database) as open_:
        open_.execute("UPDATE hitl_messages SET ts = 'yesterday' WHERE id = 3")
    other.write_text("This is a text, and no database. " * 100)

    with pytest.raises(UnreadableDatabase, match="hitl_messages, row 3: `ts` is no time"):
        imported(services, database)
    with pytest.raises(UnreadableDatabase, match="no SQLite database"):
        BotpressDatabase(other, "b1", "shop")
    with pytest.raises(UnreadableDatabase, match="no conversation of a bot b9"):
        BotpressDatabase(database, "b9", "shop")

    assert services.conversations.recent("shop", None, 1).conversation_ids == []
