"""A small Baton in memory for one bot, whose conversations change hands exactly when a check wants.

It plays the calls that a bot makes, with the answers of docs/openapi.yaml. It has no agents, no
queues, and no webhooks; the checks send those.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

BOT, KEY, CHANNEL = "check", "bk_check", "check"
PREFIX = f"/api/v1/bots/{BOT}"
AGENT = "p_example"
Json = dict[str, Any]
RETURN = {"outcome": "resolved", "note": None, "resume_at": None, "variables": None, "from_seq": 1}
CHANGES: Mapping[str, tuple[str, Json]] = {
    "waiting": ("requested", {"queue": None, "priority": 0, "reason": None, "agent": None}),
    "agent": ("claimed", {"owner": {"id": AGENT, "name": "agent"}}),
    "bot": ("returned", RETURN),
}
"""The entry that tells about a change to this status."""
Reply = tuple[int, Json | None]


class Refusal(Exception):
    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        self.status, self.code, self.detail, self.facts = status, code, detail, facts

    def problem(self) -> Json:
        told = {"title": "Refused", "status": self.status, "detail": self.detail}
        return {"type": "about:blank", **told, "code": self.code, "request_id": "", **self.facts}


@dataclass(slots=True)
class PlayedConversation:
    """`recorded` are the bot's accepted texts, `without_epoch` those that it sent without one.
    `channel` and `thread` are those of the user's first message."""

    user: str
    id: str = field(default_factory=lambda: f"c_{uuid4().hex[:26]}")
    status: str = "bot"
    epoch: int = 1
    entries: list[Json] = field(default_factory=list)
    receipts: dict[str, tuple[str, Json]] = field(default_factory=dict)
    recorded: list[str] = field(default_factory=list)
    without_epoch: list[str] = field(default_factory=list)
    handoffs: int = 0
    channel: str = CHANNEL
    thread: str | None = None

    def move(self, status: str) -> None:
        """Changes hands, and tells so in the log."""
        handoff_id = self.handoff_id
        self.status, self.epoch = status, self.epoch + 1
        kind, facts = CHANGES[status]
        entry = self.record(kind, "bot" if status == "waiting" else "agent")
        entry["payload"] = {"handoff_id": handoff_id or self.handoff_id, **facts}

    def record(self, kind: str, sender: str, **content: Any) -> Json:
        names = {"bot": BOT, "user": self.user, "agent": AGENT}
        author = {"id": names[sender], "name": sender}
        entry = {"seq": self.next_seq(), "kind": kind, "from": sender, "author": author}
        entry |= {"type": None, "text": None, "payload": None, "message_id": None, **content}
        self.entries.append(entry | {"epoch": self.epoch, "at": _time()})
        return self.entries[-1]

    @property
    def handoff_id(self) -> str | None:
        return None if self.status == "bot" else f"h_{self.id[2:]}_1"

    @property
    def owner(self) -> str | None:
        return AGENT if self.status == "agent" else None

    def next_seq(self) -> int:
        return len(self.entries) + 1


class FakeBaton:
    """Serves at `url`. Before the bot's next reply or handover in a conversation, `before_move` is
    called with it, once. `shown` are user and text of what the bot shows: it posts them."""

    def __init__(self, port: int = 0) -> None:
        self.conversations: dict[str, PlayedConversation] = {}
        self.shown: list[tuple[str, str]] = []
        self.unplayed: list[str] = []
        self.before_move: Callable[[PlayedConversation], None] | None = None
        self.last_call = time.monotonic()
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.origin}{PREFIX}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def conversation(self, user: str) -> PlayedConversation:
        with self._lock:
            known = self.conversations.get(user)
            if known is None:
                known = self.conversations[user] = PlayedConversation(user)
            return known

    def answer(self, method: str, target: str, body: Json) -> Reply:
        """Status and body of any call."""
        with self._lock:
            self.last_call = time.monotonic()
            path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
            if path == "/shown":
                self.shown.append((str(body.get("user")), str(body.get("text"))))
                return 204, None
            try:
                return self._played(method, path.removeprefix(PREFIX), body, query)
            except Refusal as refusal:
                return refusal.status, refusal.problem()

    def _played(self, method: str, path: str, body: Json, query: Mapping[str, list[str]]) -> Reply:
        match method, path.strip("/").split("/"):
            case "POST", ["messages"]:
                return self._message(self._addressed(body), body, body.get("from", "user"))
            case "POST", ["pause"]:
                return self._pause(self._addressed(body), body)
            case "GET", ["availability"]:
                free = {"online": 1, "free": 1, "open_now": True, "waiting": 0}
                return 200, {**free, "median_wait_s": None, "served": True}
            case "POST", ["conversations", id, "messages"]:
                return self._message(self._known(id), body, "bot")
            case "POST", ["conversations", id, "pause"]:
                return self._pause(self._known(id), body)
            case "GET", ["conversations", id, "gate"]:
                return self._gate(self._known(id))
            case "GET", ["conversations", id, "entries"]:
                return 200, _page(self._known(id).entries, query)
            case "POST", ["conversations", id, "typing"]:
                return 202, {}
            case "GET", ["conversations", id]:
                return 200, _head(self._known(id))
        self.unplayed.append(f"{method} {path}")
        raise Refusal(404, "not_found", "`baton check` does not play this call.")

    def _addressed(self, body: Json) -> PlayedConversation:
        user = body.get("user")
        if not isinstance(user, dict) or not user.get("id"):
            raise Refusal(400, "invalid_request", "user must have an id.")
        found = self.conversation(str(user["id"]))
        if not found.entries:
            found.channel, found.thread = str(body.get("channel")), body.get("thread")
        return found

    def _known(self, id: str) -> PlayedConversation:
        for each in self.conversations.values():
            if each.id == id:
                return each
        raise Refusal(404, "not_found", "There is no such conversation.")

    def _gate(self, conversation: PlayedConversation) -> Reply:
        state = {"paused": conversation.status != "bot", "disposition": conversation.status}
        return 200, {**state, "epoch": conversation.epoch, "owner": conversation.owner}

    def _message(self, conversation: PlayedConversation, body: Json, sender: str) -> Reply:
        text, message_id = str(body.get("text") or ""), str(body.get("message_id") or uuid4())
        known = conversation.receipts.get(message_id)
        if known:
            if known[0] != text:
                detail = "Another message has this message_id."
                raise Refusal(409, "message_id_mismatch", detail, seq=known[1]["seq"])
            return 200, {**known[1], **_now(conversation), "repeated": True}
        if sender == "bot":
            self._before_move(conversation)
            self._check_move(conversation, body)
            conversation.recorded.append(text)
            if body.get("epoch") is None:
                conversation.without_epoch.append(text)
        content = {"type": body.get("type") or "text", "payload": body.get("payload")}
        entry = conversation.record("message", sender, text=text, message_id=message_id, **content)
        where = {"conversation_id": conversation.id, "thread": conversation.thread}
        receipt = where | {"seq": entry["seq"]} | _now(conversation)
        conversation.receipts[message_id] = (text, receipt)
        return 201, receipt

    def _pause(self, conversation: PlayedConversation, body: Json) -> Reply:
        self._before_move(conversation)
        if conversation.status != "bot":
            detail = "A handoff was open already. The bot's last word was not stored."
            ignored = {"code": "say_ignored", "field": "say", "detail": detail}
            return 200, {**_head(conversation), "warnings": [ignored] if body.get("say") else []}
        self._check_move(conversation, body)
        said = body.get("say")
        if said:
            text = str(said.get("text") if isinstance(said, dict) else said)
            conversation.recorded.append(text)
            conversation.record("message", "bot", type="text", text=text)
        conversation.handoffs += 1
        conversation.move("waiting")
        return 200, _head(conversation)

    def _before_move(self, conversation: PlayedConversation) -> None:
        before, self.before_move = self.before_move, None
        if before:
            before(conversation)

    def _check_move(self, conversation: PlayedConversation, body: Json) -> None:
        """Raises Refusal if the bot may not speak."""
        if conversation.status != "bot":
            raise Refusal(
                *(409, "not_your_turn", "The bot may not speak."),
                epoch=conversation.epoch,
                owner=conversation.owner,
                handoff_id=conversation.handoff_id,
            )
        if body.get("epoch") not in (None, conversation.epoch):
            detail = "The conversation has changed hands."
            raise Refusal(409, "stale_epoch", detail, epoch=conversation.epoch)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self.answer

        class FakeHandler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers.get("content-length") or 0))
                try:
                    body = json.loads(sent) if sent else {}
                except ValueError:
                    body = {}
                status, answered = answer(self.command, self.path, body)
                content = b"" if answered is None else json.dumps(answered).encode()
                self.send_response(status)
                kind = "application/json" if status < 400 else "application/problem+json"
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

            def log_message(self, format: str, *args: object) -> None:
                pass

        return FakeHandler


def _page(entries: Sequence[Json], query: Mapping[str, list[str]]) -> Json:
    """All that fit, or the latest ones without `after`."""
    (after,), (kind,) = query.get("after", ["0"]), query.get("kind", [None])
    found = [each for each in entries if each["seq"] > int(after) and kind in (None, each["kind"])]
    return {"items": found, "next": None, "more": False}


def _time() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _now(conversation: PlayedConversation) -> Json:
    status = {"disposition": conversation.status, "paused": conversation.status != "bot"}
    return status | {"epoch": conversation.epoch, "handoff_id": conversation.handoff_id}


def _head(conversation: PlayedConversation) -> Json:
    who: Json = {"id": conversation.id, "bot": BOT, "user": conversation.user}
    who |= {"channel": conversation.channel, "thread": conversation.thread}
    state = {"status": conversation.status, "paused": conversation.status != "bot"}
    state |= {"epoch": conversation.epoch, "owner": conversation.owner, "priority": 0}
    nothing = dict.fromkeys(
        (
            *("user_name", "owner_name", "queue", "handoff", "offered_to"),
            *("last_message", "waiting_since", "unanswered_since", "snoozed_until"),
        )
    )
    times = {"created_at": _time(), "updated_at": _time()}
    return who | state | nothing | times | {"last_seq": len(conversation.entries), "tags": []}
