"""A chatbot to try Baton with. It knows Baton by its public API and its webhook alone."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CHANNEL = "demo"
WORDS_FOR_A_PERSON = frozenset({"human", "person", "agent", "talk to an agent"})
GREETING = "Hello again! The bot is back. How can I help?"
TRANSFER = "You are being transferred."
TIMEOUT = 10


class ToyBot:
    """`baton` tells Baton's URL; `key` and `secret` are the bot's key and its webhook's secret."""

    def __init__(self, baton: Callable[[], str], bot: str, key: str, secret: str) -> None:
        self._baton = baton
        self._path = f"/api/v1/bots/{bot}"
        self._key = key
        self._webhook = Webhook(secret)
        self._told: set[str] = set()
        self._shown: dict[str, list[dict[str, str]]] = {}
        self._lock = threading.Lock()

    def routes(self) -> list[Route]:
        return [
            Route("/demo/say", self._on_say, methods=["POST"]),
            Route("/demo/messages", self._on_messages),
            Route("/demo/webhook", self._on_webhook, methods=["POST"]),
        ]

    def say(self, user: str, text: str) -> str:
        """The user says something; answers with who will reply: bot, waiting or agent."""
        self._show(user, "user", text)
        accepted = self._post("/messages", self._message(user, "user", text))
        if accepted["disposition"] != "bot":
            return str(accepted["disposition"])
        if text.strip().lower() in WORDS_FOR_A_PERSON:
            reason = {"channel": CHANNEL, "user": user, "reason": "The user asked for a person."}
            self._answer(user, TRANSFER, accepted["epoch"])
            return str(self._post("/pause", reason)["status"])
        self._answer(user, f"You said: {text}", accepted["epoch"])
        return "bot"

    def hear(self, body: bytes, headers: dict[str, str]) -> None:
        """What Baton tells. Raises WebhookVerificationError where it was not Baton."""
        told = self._webhook.verify(body, headers)
        with self._lock:
            if headers["webhook-id"] in self._told:
                return
            self._told.add(headers["webhook-id"])
        react = self._reactions().get(told["type"])
        if react:
            react(told["data"])

    def _reactions(self) -> dict[str, Any]:
        return {
            "agent.message": self._relay,
            "handoff.claimed": self._introduce,
            "conversation.returned": self._greet,
        }

    def _relay(self, data: dict[str, Any]) -> None:
        self._show(data["user"], "agent", data["entry"]["text"] or "")

    def _introduce(self, data: dict[str, Any]) -> None:
        name = data["entry"]["payload"]["owner"]["name"]
        self._show(data["user"], "system", f"You are now talking to {name}.")

    def _greet(self, data: dict[str, Any]) -> None:
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
            self._shown.setdefault(user, []).append({"from": sender, "text": text})

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
        status = await run_in_threadpool(self.say, said["user"], said["text"])
        return JSONResponse({"status": status})

    async def _on_messages(self, request: Request) -> Response:
        with self._lock:
            shown = list(self._shown.get(request.query_params.get("user", ""), []))
        return JSONResponse({"messages": shown})

    async def _on_webhook(self, request: Request) -> Response:
        body, headers = await request.body(), dict(request.headers)
        try:
            await run_in_threadpool(self.hear, body, headers)
        except WebhookVerificationError:
            return Response("The signature does not fit.", 401)
        return Response(status_code=204)
