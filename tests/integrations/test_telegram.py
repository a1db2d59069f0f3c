"""examples/telegram with the real python-telegram-bot, a fake of Telegram, and the real app."""

import asyncio
import itertools
import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from baton_client import AsyncBaton, Baton, RetryPolicy
from tests.clients.app_server import AppServer
from tests.integrations.platform_server import Answer, PlatformCall, PlatformServer, example

TOKEN = "7:secret-token-of-the-bot"
JPEG = b"\xff\xd8\xff\xe0" + b"j" * 60
USER = {"id": 42, "is_bot": False, "first_name": "Pia", "last_name": "Sol"}
ME = {"id": 7, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}
CHAT = {"id": 42, "type": "private", "first_name": "Pia"}


class Telegram:
    """The Bot API, as far as the example uses it. `says` is an update of the user. It has too many
    of the next calls, as many as `limits` says."""

    def __init__(self) -> None:
        self._updates: list[dict[str, Any]] = []
        self._ids = itertools.count(100)
        self.limits = 0

    def answer(self, call: PlatformCall) -> Answer:
        method = call.path.rpartition("/")[2]
        if call.path.startswith("/file/"):
            return 200, JPEG
        if method == "getUpdates":
            return 200, {"ok": True, "result": self._pending(int(call.fields.get("offset", 0)))}
        if method == "getFile":
            if call.fields["file_id"] == "huge":
                return 400, {"ok": False, "description": "Bad Request: file is too big"}
            found = {"file_id": "f", "file_unique_id": "f", "file_path": "photos/1.jpg"}
            return 200, {"ok": True, "result": found}
        if method == "getMe":
            return 200, {"ok": True, "result": ME}
        if method.startswith("send") and self.limits:
            self.limits -= 1
            limit = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return 429, {**limit, "parameters": {"retry_after": 1}}
        if method.startswith("send"):
            sent = {"message_id": next(self._ids), "date": 0, "chat": CHAT, "from": ME, "text": "x"}
            return 200, {"ok": True, "result": sent}
        return 200, {"ok": True, "result": True}

    def _pending(self, offset: int) -> list[dict[str, Any]]:
        time.sleep(0.01)
        return [each for each in self._updates if each["update_id"] >= offset]

    def says(self, kind: str = "message", **facts: Any) -> None:
        content: dict[str, Any] = {"date": 1_700_000_000, "chat": CHAT, "from": USER, **facts}
        update_id = len(self._updates) + 1
        self._updates = [*self._updates, {"update_id": update_id, kind: content}]


class Bot:
    """The example, running in a thread with an event loop of its own."""

    def __init__(self, server: AppServer) -> None:
        self.module = example("telegram/bot.py")
        self.telegram = Telegram()
        self.platform = PlatformServer(self.telegram.answer)
        self.baton = AsyncBaton(server.url, server.key, retries=RetryPolicy(first_wait=0.02))
        self.thread = threading.Thread(target=asyncio.run, args=(self._run(),), daemon=True)

    async def _run(self) -> None:
        from telegram.ext import Application

        url = self.platform.url
        builder = Application.builder().token(TOKEN).base_url(f"{url}/bot")
        application = builder.base_file_url(f"{url}/file/bot").build()
        await self.module.run(application, self.baton)

    def wait_for(self, *shown: str) -> None:
        self.platform.wait_for(said, *shown)


def said(call: PlatformCall) -> str | None:
    method = call.path.rpartition("/")[2]
    if not method.startswith("send"):
        return None
    files = [content for content in call.files.values() if content == JPEG]
    text = call.fields.get("text") or call.fields.get("caption") or ""
    return f"{method} {text}{' and the file' if files else ''}"


@pytest.fixture(scope="module")
def bot(server: AppServer) -> Iterator[Bot]:
    running = Bot(server)
    with running.platform:
        running.thread.start()
        deadline = time.monotonic() + 10
        while not server.control({"listeners": True}) and time.monotonic() < deadline:
            time.sleep(0.01)
        yield running
        running.baton.stop()
        running.thread.join(10)


def log_of(server: AppServer) -> list[Mapping[str, Any]]:
    with Baton(server.url, server.key) as baton:
        head = baton.call("GET", "/conversations/lookup?channel=telegram&user=42")
        return list(baton.transcript(head["id"]))


def test_a_telegram_user_talks_to_the_bot_and_then_to_a_person(
    server: AppServer, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    tell, wait_for = bot.telegram.says, bot.wait_for
    shown = ["sendMessage You said: Hi"] * 2
    bot.telegram.limits = 1
    tell(message_id=1, text="Hi")
    tell(message_id=1, text="Hi")  # Telegram delivers what was not confirmed again.
    wait_for(*shown)
    tell(message_id=2, text="Which size do you have?")
    shown.append("sendMessage Which size?")
    wait_for(*shown)
    choice = bot.platform.sent[[said(call) for call in bot.platform.sent].index(shown[-1])]
    buttons = json.loads(choice.fields["reply_markup"])
    message = {"message_id": 101, "date": 1, "chat": CHAT, "text": "?", "reply_markup": buttons}
    press = {"id": "q-1", "data": "l", "chat_instance": "1", "message": message}
    tell("callback_query", **press)
    tell(message_id=3, photo=[photo("small"), photo("large")], caption="My parcel")
    tell(message_id=4, voice={"file_id": "v", "file_unique_id": "v", "duration": 2})
    tell(message_id=5, location={"latitude": 41.4, "longitude": 2.2})
    huge = {"file_id": "huge", "file_unique_id": "h", "file_size": 10**8, "file_name": "a.pdf"}
    tell(message_id=6, document={**huge, "mime_type": "application/pdf"})
    tell("edited_message", message_id=1, edit_date=1_700_000_009, text="Hello")
    shown += [f"sendMessage You said: {what}" for what in ("Large", "My parcel", *["a file"] * 3)]
    wait_for(*shown)
    tell(message_id=7, text="A human, please")
    shown.append("sendMessage One moment, I ask a colleague.")
    wait_for(*shown)
    tell(message_id=8, text="Hello?")

    head = log_of(server)[0]
    assert head["text"] == "Hi"
    types = [entry["type"] for entry in log_of(server) if entry["from"] == "user"]
    kinds = ["text", "text", "postback", "image", "audio", "location", "file", "edit", "text"]
    assert types[: len(kinds)] == kinds
    return_to_the_bot(server, bot, shown)

    everything = json.dumps(log_of(server)) + caplog.text
    assert "You said" in everything
    assert TOKEN.partition(":")[2] not in everything


def return_to_the_bot(server: AppServer, bot: Bot, shown: list[str]) -> None:
    with Baton(server.url, server.key) as baton:
        found = baton.call("GET", "/conversations/lookup?channel=telegram&user=42")["id"]
        upload_id = baton.upload(photo_file(), conversation_id=found)
    path = f"/bots/demo/conversations/{found}"

    def as_ana(action: str, body: object) -> None:
        with server.lock:
            server.control({"ana": ["POST", f"{path}/{action}", body]})

    as_ana("claim", {})
    as_ana("messages", {"text": "Here I am."})
    as_ana("messages", {"type": "image", "payload": {"upload_id": upload_id, "caption": "Yours?"}})
    shown += ["sendMessage You are now talking to Ana.", "sendMessage Here I am."]
    shown.append("sendPhoto Yours? and the file")
    bot.wait_for(*shown)
    as_ana("unpause", {})
    ended = "Your conversation with our team has ended. You are talking to the bot again."
    shown.append(f"sendMessage {ended}")
    bot.wait_for(*shown)
    bot.telegram.says(message_id=9, text="Thanks")
    shown.append("sendMessage You said: Thanks")
    bot.wait_for(*shown)


def photo(size: str) -> dict[str, Any]:
    return {"file_id": size, "file_unique_id": size, "width": 9, "height": 9}


def photo_file() -> Any:
    from baton_client import File

    return File("yours.jpg", JPEG)
