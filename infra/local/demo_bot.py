"""A chatbot to try Baton with. It knows Baton by its public API and its webhook alone."""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

CHANNEL = "demo"
WORDS_FOR_A_PERSON = frozenset({"human", "person", "agent", "talk to an agent"})
GREETING = "Hello again! The bot is back. How can I help?"
TRANSFER = "You are being transferred."
TIMEOUT = 10
TYPING_LASTS = 5
"""Seconds."""
PAGES = Path(__file__).with_name("demo")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)


def _page(request: Request) -> Response:
    """The end user's page and what it needs; whatever else is asked for does not exist."""
    found = {path.name: path for path in PAGES.iterdir()}.get(request.path_params["name"])
    if found is None:
        return Response("There is no such page.", 404)
    return FileResponse(found, headers={"Content-Security-Policy": POLICY})


@dataclass
class Known:
    """What the bot knows of its users, and which webhooks it has had."""

    told: set[str] = field(default_factory=set)
    shown: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    turns: dict[str, tuple[str, str]] = field(default_factory=dict)


class DemoBot:
    """`baton` tells Baton's URL; `key` and `secret` are the bot's key and its webhook's secret; in
    the file `memory` stands, from the first call on, what it knows."""

    def __init__(
        self, baton: Callable[[], str], bot: str, key: str, secret: str, memory: Path
    ) -> None:
        self._baton = baton
        self._path = f"/api/v1/bots/{bot}"
        self._key = key
        self._webhook = Webhook(secret)
        self._memory = memory
        self._typed: dict[str, float] = {}
        self._loaded: Known | None = None
        self._lock = threading.RLock()

    def routes(self) -> list[Route]:
        return [
            Route("/demo/say", self._on_say, methods=["POST"]),
            Route("/demo/typing", self._on_typing, methods=["POST"]),
            Route("/demo/messages", self._on_messages),
            Route("/demo/{name}", _page),
            Route("/demo/webhook", self._on_webhook, methods=["POST"]),
        ]

    def say(self, user: str, text: str) -> str:
        """The user says something; answers with who will reply: bot, waiting or agent. Raises
        OSError where Baton cannot be reached."""
        accepted = self._post("/messages", self._message(user, "user", text))
        self._known.places[user] = accepted["conversation_id"]
        self._show(user, "user", text)
        if accepted["disposition"] != "bot":
            return str(accepted["disposition"])
        if text.strip().lower() in WORDS_FOR_A_PERSON:
            reason = {"channel": CHANNEL, "user": user, "reason": "The user asked for a person."}
            self._answer(user, TRANSFER, accepted["epoch"])
            return str(self._post("/pause", reason)["status"])
        self._answer(user, f"You said: {text}", accepted["epoch"])
        return "bot"

    def types(self, user: str) -> None:
        """Of a user whom a person answers: that person sees it."""
        known = self._known
        if user in known.places and known.turns.get(user, ("bot", ""))[0] != "bot":
            self._post(f"/conversations/{known.places[user]}/typing", {"from": "user"})

    def hear(self, body: bytes, headers: dict[str, str]) -> None:
        """What Baton tells of the users of its own channel. Raises WebhookVerificationError where
        it was not Baton, OSError where Baton cannot be reached: it is to tell it again."""
        told = self._webhook.verify(body, headers)
        with self._lock:
            if headers["webhook-id"] in self._known.told:
                return
            self._known.told.add(headers["webhook-id"])
        react = self._reactions().get(told["type"])
        if react and told["data"]["channel"] == CHANNEL:
            try:
                react(told["data"])
            except OSError:
                self._known.told.discard(headers["webhook-id"])
                raise
        self._keep()

    def _reactions(self) -> dict[str, Any]:
        return {
            "agent.message": self._relay,
            "handoff.requested": self._queue,
            "handoff.released": self._queue,
            "handoff.claimed": self._introduce,
            "handoff.transferred": self._introduce,
            "conversation.returned": self._greet,
            "typing": self._sign,
        }

    def _queue(self, data: dict[str, Any]) -> None:
        self._known.turns[data["user"]] = ("waiting", "")

    def _sign(self, data: dict[str, Any]) -> None:
        self._typed[data["user"]] = time.monotonic()

    def _relay(self, data: dict[str, Any]) -> None:
        self._typed.pop(data["user"], None)
        self._show(data["user"], "agent", data["entry"]["text"] or "")

    def _introduce(self, data: dict[str, Any]) -> None:
        owner = data["entry"]["payload"].get("owner")
        if owner is None:
            return self._queue(data)
        self._known.turns[data["user"]] = ("agent", owner["name"])
        return self._show(data["user"], "system", f"You are now talking to {owner['name']}.")

    def _greet(self, data: dict[str, Any]) -> None:
        self._known.turns[data["user"]] = ("bot", "")
        self._answer(data["user"], GREETING, data["epoch"])

    def _answer(self, user: str, text: str, epoch: int) -> None:
        """Shown only if it is still the bot's turn."""
        try:
            self._post("/messages", {**self._message(user, "bot", text), "epoch": epoch})
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
        else:
            self._show(user, "bot", text)

    def _message(self, user: str, sender: str, text: str) -> dict[str, Any]:
        return {"channel": CHANNEL, "user": {"id": user}, "from": sender, "text": text}

    def _show(self, user: str, sender: str, text: str) -> None:
        with self._lock:
            self._known.shown.setdefault(user, []).append({"from": sender, "text": text})
        self._keep()

    @property
    def _known(self) -> Known:
        with self._lock:
            if self._loaded is None:
                exists = self._memory.exists()
                text = self._memory.read_bytes() if exists else b"{}"
                self._loaded = msgspec.json.decode(text, type=Known)
            return self._loaded

    def _keep(self) -> None:
        with self._lock:
            draft = self._memory.with_suffix(".draft")
            draft.write_bytes(msgspec.json.encode(self._known))
            os.replace(draft, self._memory)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            self._baton() + self._path + path, json.dumps(body).encode(), headers, method="POST"
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=TIMEOUT) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    async def _on_say(self, request: Request) -> Response:
        said = await request.json()
        try:
            status = await run_in_threadpool(self.say, said["user"], said["text"])
        except OSError as error:
            return JSONResponse({"detail": f"Baton did not take it: {error}"}, 502)
        return JSONResponse({"status": status})

    async def _on_messages(self, request: Request) -> Response:
        user = request.query_params.get("user", "")
        with self._lock:
            shown = list(self._known.shown.get(user, []))
        status, agent = self._known.turns.get(user, ("bot", ""))
        is_typing = time.monotonic() - self._typed.get(user, -TYPING_LASTS) < TYPING_LASTS
        return JSONResponse(
            {"messages": shown, "status": status, "agent": agent, "typing": is_typing}
        )

    async def _on_typing(self, request: Request) -> Response:
        said = await request.json()
        await run_in_threadpool(self.types, said["user"])
        return JSONResponse({})

    async def _on_webhook(self, request: Request) -> Response:
        body, headers = await request.body(), dict(request.headers)
        try:
            await run_in_threadpool(self.hear, body, headers)
        except WebhookVerificationError:
            return Response("The signature does not fit.", 401)
        return Response(status_code=204)
