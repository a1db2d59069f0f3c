"""The calls of users and of the bot, over the public API."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from playwright.sync_api import Page

KEY = "bk_demo_onlyforloopback"
BOT = "/api/v1/bots/demo"


class BotClient:
    def __init__(self, url: str) -> None:
        self._url = url
        self._conversations: set[str] = set()
        self._tokens: dict[str, str] = {}
        self._queues: set[str] = set()

    def call(self, method: str, path: str, body: object = None, token: str = KEY) -> Any:
        """Raises HTTPError."""
        request = urllib.request.Request(
            self._url + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.loads(answer.read() or "null")

    def token(self, name: str) -> str:
        """Signs in at the first call only."""
        if name not in self._tokens:
            login = {"email": f"{name}@example.test", "password": f"{name}-demo"}
            self._tokens[name] = self.call("POST", "/api/v1/auth/login", login)["payload"]["token"]
        return self._tokens[name]

    def send_message(
        self, name: str, text: str, user: str | None = None, sender: str = "user"
    ) -> str:
        """Returns the conversation id. Without `user`, the user's id is derived from the name."""
        who = {"id": user or f"u-{name}", "name": name}
        said = {"channel": "web", "user": who, "from": sender, "text": text}
        conversation: str = self.call("POST", f"{BOT}/messages", said)["conversation_id"]
        self._conversations.add(conversation)
        return conversation

    def close(self) -> None:
        """Hands all conversations back to the bot. Otherwise they would push the rows of the
        next test out of the rendered part of the list."""
        for conversation in self._conversations:
            with contextlib.suppress(urllib.error.HTTPError):  # already with the bot
                self.call("POST", f"{BOT}/conversations/{conversation}/unpause", {})

    def request_handoff(self, name: str, reason: str = "Wants a refund.", **more: Any) -> str:
        """A queue that the request names is created, unless it exists."""
        if "queue" in more:
            self.ensure_queue(more["queue"])
        conversation = self.send_message(name, "May I talk to somebody?")
        self.call("POST", f"{BOT}/conversations/{conversation}/pause", {"reason": reason, **more})
        return conversation

    def ensure_queue(self, name: str) -> None:
        token = self.token("owner")
        if not self._queues:
            known = self.call("GET", f"{BOT}/queues", token=token)["items"]
            self._queues = {queue["name"] for queue in known}
        if name not in self._queues:
            self.call("PUT", f"{BOT}/queues/{quote(name, safe='')}", {}, token=token)
            self._queues.add(name)

    def head(self, conversation: str) -> Any:
        return self.call("GET", f"{BOT}/conversations/{conversation}")

    def entries(self, conversation: str) -> list[Any]:
        path = f"{BOT}/conversations/{conversation}/entries?after=0&limit=100"
        entries: list[Any] = self.call("GET", path)["items"]
        return entries

    def message_texts(self, conversation: str) -> list[str]:
        return [entry["text"] for entry in self.entries(conversation) if entry["kind"] == "message"]


def unique_name() -> str:
    """A name that no other test uses."""
    return f"Zoe {uuid4().hex[:6]}"


def eventually(is_so: Callable[[], bool], seconds: float = 20, page: Page | None = None) -> None:
    """Pass `page` if the condition needs events of the page: they arrive only while it waits."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "The condition was not met in time."
        if page:
            page.wait_for_timeout(50)
        else:
            time.sleep(0.05)
