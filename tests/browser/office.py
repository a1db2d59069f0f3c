"""What the users and the bot do meanwhile, over the public API."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

KEY = "bk_demo_onlyforloopback"
BOT = "/api/v1/bots/demo"


class Office:
    def __init__(self, url: str) -> None:
        self._url = url
        self._conversations: set[str] = set()

    def call(self, method: str, path: str, body: object = None, token: str = KEY) -> Any:
        """Raises HTTPError."""
        request = urllib.request.Request(
            self._url + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer)

    def token(self, name: str) -> str:
        login = {"email": f"{name}@example.test", "password": f"{name}-demo"}
        token: str = self.call("POST", "/api/v1/auth/login", login)["payload"]["token"]
        return token

    def says(self, name: str, text: str, user: str | None = None, sender: str = "user") -> str:
        """The id of the conversation. `user` is made from the name."""
        who = {"id": user or f"u-{name}", "name": name}
        said = {"channel": "web", "user": who, "from": sender, "text": text}
        conversation: str = self.call("POST", f"{BOT}/messages", said)["conversation_id"]
        self._conversations.add(conversation)
        return conversation

    def close(self) -> None:
        """Gives back to the bot what is left: a list shows only the rows that fit, so what one
        test leaves in it pushes the next test's rows out of sight."""
        for conversation in self._conversations:
            with contextlib.suppress(urllib.error.HTTPError):  # the bot has it already
                self.call("POST", f"{BOT}/conversations/{conversation}/unpause", {})

    def asks(self, name: str, reason: str = "Wants a refund.", **more: Any) -> str:
        conversation = self.says(name, "May I talk to somebody?")
        self.call("POST", f"{BOT}/conversations/{conversation}/pause", {"reason": reason, **more})
        return conversation

    def head(self, conversation: str) -> Any:
        return self.call("GET", f"{BOT}/conversations/{conversation}")

    def log(self, conversation: str) -> list[Any]:
        path = f"{BOT}/conversations/{conversation}/entries?after=0&limit=100"
        entries: list[Any] = self.call("GET", path)["items"]
        return entries

    def texts(self, conversation: str) -> list[str]:
        return [entry["text"] for entry in self.log(conversation) if entry["kind"] == "message"]


def somebody() -> str:
    """A name that no other test has."""
    return f"Zoe {uuid4().hex[:6]}"


def eventually(is_so: Callable[[], bool], seconds: float = 20, page: Page | None = None) -> None:
    """What a page tells by itself arrives only while one waits with that page."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        if page:
            page.wait_for_timeout(50)
        else:
            time.sleep(0.05)
