"""A demo chatbot. It uses only Baton's public API and webhook."""

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
from urllib.parse import urlsplit

import msgspec
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CHANNEL = "demo"
HANDOFF_REQUESTS = frozenset({"human", "person", "agent", "talk to an agent"})
GREETING = "Hello again! The bot is back. How can I help?"
TRANSFER = "You are being transferred."
REQUEST_TIMEOUT = 10
SHOWN = frozenset({"image", "audio", "video"})
UPLOADED = ("user", "name", "mime", "size")
RATED_OUTCOMES = frozenset({"resolved", "user_left"})
"""After these, a person has helped the user, so the page asks how it was."""
TYPING_SECONDS = 5
"""How long a typing event is shown."""
PAGES = Path(__file__).with_name("demo")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {files};"
    " media-src 'self' {files}; connect-src 'self' {files};"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class BotMemory:
    """`handled` are the ids of received webhooks. The others are by user: the shown messages, the
    conversation id, who replies (status and agent name), and the handoff that the user has not
    rated yet."""

    handled: set[str] = field(default_factory=set)
    shown: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)
    turns: dict[str, tuple[str, str]] = field(default_factory=dict)
    unrated: dict[str, str] = field(default_factory=dict)


class DemoBot:
    """`baton` returns Baton's URL, `files` that of its storage for files. `key` is the bot's API
    key, `secret` its webhook secret. The bot keeps what it knows in the file `memory`."""

    def __init__(
        self,
        baton: Callable[[], str],
        bot: str,
        key: str,
        secret: str,
        memory: Path,
        files: Callable[[], str] = str,
    ) -> None:
        self._baton = baton
        self._files = files
        self._path = f"/api/v1/bots/{bot}"
        self._key = key
        self._webhook = Webhook(secret)
        self._memory = memory
        self._typed: dict[str, float] = {}
        self._loaded: BotMemory | None = None
        self._lock = threading.RLock()

    def routes(self) -> list[Route]:
        return [
            Route("/demo/say", self._on_say, methods=["POST"]),
            Route("/demo/typing", self._on_typing, methods=["POST"]),
            Route("/demo/rate", self._on_rate, methods=["POST"]),
            Route("/demo/messages", self._on_messages),
            Route("/demo/upload", self._on_upload, methods=["POST"]),
            Route("/demo/file/{id}", self._on_file),
            Route("/demo/{name}", self._on_page),
            Route("/demo/webhook", self._on_webhook, methods=["POST"]),
        ]

    def say(self, user: str, text: str) -> str:
        """Handles a message of the user; returns who replies: bot, waiting or agent. Raises OSError
        if Baton cannot be reached."""
        accepted = self._post("/messages", self._message(user, "user", text))
        self._known.conversations[user] = accepted["conversation_id"]
        self._show(user, "user", text)
        if accepted["disposition"] != "bot":
            return str(accepted["disposition"])
        if text.strip().lower() in HANDOFF_REQUESTS:
            return self._ask_for_person(user)
        self._answer(user, f"You said: {text}", accepted["epoch"])
        return "bot"

    def send_file(self, user: str, upload_id: str, name: str, mime: str) -> str:
        """Handles a file that the user's page has uploaded; as `say`."""
        kind = mime.partition("/")[0]
        content = {"type": kind if kind in SHOWN else "file", "payload": {"upload_id": upload_id}}
        said = {"channel": CHANNEL, "user": {"id": user}, "from": "user", **content}
        accepted = self._post("/messages", said)
        self._known.conversations[user] = accepted["conversation_id"]
        self._show(user, "user", name, file=upload_id, mime=mime)
        if accepted["disposition"] == "bot":
            self._answer(user, f"You sent: {name}", accepted["epoch"])
        return str(accepted["disposition"])

    def file_address(self, upload_id: str) -> str:
        """A fresh address of a file. Raises OSError if there is no such file."""
        request = urllib.request.Request(
            f"{self._baton()}{self._path}/files/{upload_id}",
            headers={"Authorization": f"Bearer {self._key}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
        try:
            with opener.open(request, timeout=REQUEST_TIMEOUT):
                raise OSError("Baton did not redirect.")
        except urllib.error.HTTPError as answer:
            if answer.code != 302:
                raise
            return str(answer.headers["Location"])

    def rate(self, user: str, score: int) -> None:
        """Passes on how the user rates the last handoff. Raises OSError if Baton cannot be
        reached."""
        handoff_id = self._known.unrated.get(user)
        if handoff_id is not None:
            self._post(f"/handoffs/{handoff_id}/rating", {"score": score})
            self._known.unrated.pop(user, None)
            self._show(user, "system", f"You rated the conversation {score} of 5. Thank you.")

    def _ask_for_person(self, user: str) -> str:
        """Baton stores the bot's last word with the pause, so the bot shows it afterwards."""
        reason = {"reason": "The user asked for a person.", "say": TRANSFER}
        status = str(self._post("/pause", {"channel": CHANNEL, "user": user, **reason})["status"])
        self._show(user, "bot", TRANSFER)
        return status

    def user_types(self, user: str) -> None:
        """Forwards the user's typing event if an agent replies to this user."""
        known = self._known
        if user in known.conversations and known.turns.get(user, ("bot", ""))[0] != "bot":
            self._post(f"/conversations/{known.conversations[user]}/typing", {"from": "user"})

    def receive_webhook(self, body: bytes, headers: dict[str, str]) -> None:
        """Handles a webhook about a user of the demo channel. Raises WebhookVerificationError if
        the signature is wrong, and OSError if Baton cannot be reached, so that Baton sends it
        again."""
        event = self._webhook.verify(body, headers)
        with self._lock:
            if headers["webhook-id"] in self._known.handled:
                return
            self._known.handled.add(headers["webhook-id"])
        react = self._reactions().get(event["type"])
        if react and event["data"]["channel"] == CHANNEL:
            try:
                react(event["data"])
            except OSError:
                self._known.handled.discard(headers["webhook-id"])
                raise
        self._save()

    def _reactions(self) -> dict[str, Any]:
        return {
            "agent.message": self._relay,
            "handoff.requested": self._show_waiting,
            "handoff.released": self._show_waiting,
            "handoff.claimed": self._show_agent,
            "handoff.transferred": self._show_agent,
            "conversation.returned": self._greet,
            "typing": self._show_typing,
        }

    def _show_waiting(self, data: dict[str, Any]) -> None:
        self._known.unrated.pop(data["user"], None)
        self._known.turns[data["user"]] = ("waiting", "")

    def _show_typing(self, data: dict[str, Any]) -> None:
        self._typed[data["user"]] = time.monotonic()

    def _relay(self, data: dict[str, Any]) -> None:
        self._typed.pop(data["user"], None)
        entry = data["entry"]
        payload = entry["payload"] or {}
        text = entry["text"] or payload.get("caption") or payload.get("name") or ""
        if "upload_id" in payload:
            return self._show(
                data["user"], "agent", text, file=payload["upload_id"], mime=payload["mime"]
            )
        return self._show(data["user"], "agent", text)

    def _show_agent(self, data: dict[str, Any]) -> None:
        owner = data["entry"]["payload"].get("owner")
        if owner is None:
            return self._show_waiting(data)
        self._known.turns[data["user"]] = ("agent", owner["name"])
        return self._show(data["user"], "system", f"You are now talking to {owner['name']}.")

    def _greet(self, data: dict[str, Any]) -> None:
        self._known.turns[data["user"]] = ("bot", "")
        if data.get("outcome") in RATED_OUTCOMES:
            self._known.unrated[data["user"]] = data["handoff_id"]
        self._answer(data["user"], GREETING, data["epoch"])

    def _answer(self, user: str, text: str, epoch: int) -> None:
        """Shows the bot's message only if it is still the bot's turn."""
        try:
            self._post("/messages", {**self._message(user, "bot", text), "epoch": epoch})
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
        else:
            self._show(user, "bot", text)

    def _message(self, user: str, sender: str, text: str) -> dict[str, Any]:
        return {"channel": CHANNEL, "user": {"id": user}, "from": sender, "text": text}

    def _show(self, user: str, sender: str, text: str, **file: str) -> None:
        with self._lock:
            self._known.shown.setdefault(user, []).append({"from": sender, "text": text, **file})
        self._save()

    @property
    def _known(self) -> BotMemory:
        with self._lock:
            if self._loaded is None:
                exists = self._memory.exists()
                text = self._memory.read_bytes() if exists else b"{}"
                self._loaded = msgspec.json.decode(text, type=BotMemory)
            return self._loaded

    def _save(self) -> None:
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
        with direct.open(request, timeout=REQUEST_TIMEOUT) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    async def _on_say(self, request: Request) -> Response:
        said = await request.json()
        try:
            if "upload_id" in said:
                file = said["upload_id"], said["name"], said["mime"]
                status = await run_in_threadpool(self.send_file, said["user"], *file)
            else:
                status = await run_in_threadpool(self.say, said["user"], said["text"])
        except OSError as error:
            return JSONResponse({"detail": f"Baton did not accept the message: {error}"}, 502)
        return JSONResponse({"status": status})

    async def _on_upload(self, request: Request) -> Response:
        """Asks Baton for the form with which the page uploads the file by itself."""
        asked = await request.json()
        body = {"channel": CHANNEL, **{name: asked[name] for name in UPLOADED}}
        try:
            return JSONResponse(await run_in_threadpool(self._post, "/uploads", body))
        except OSError as error:
            return JSONResponse({"detail": f"Baton did not accept the file: {error}"}, 502)

    async def _on_file(self, request: Request) -> Response:
        try:
            url = await run_in_threadpool(self.file_address, request.path_params["id"])
        except OSError:
            return Response("There is no such file.", 404)
        return RedirectResponse(url, 302)

    async def _on_page(self, request: Request) -> Response:
        """Serves the files of the end user's page."""
        found = {path.name: path for path in PAGES.iterdir()}.get(request.path_params["name"])
        if found is None:
            return Response("There is no such page.", 404)
        storage = urlsplit(self._files())
        policy = POLICY.format(files=f"{storage.scheme}://{storage.netloc}")
        return FileResponse(found, headers={"Content-Security-Policy": policy})

    async def _on_messages(self, request: Request) -> Response:
        user = request.query_params.get("user", "")
        with self._lock:
            shown = list(self._known.shown.get(user, []))
        status, agent = self._known.turns.get(user, ("bot", ""))
        is_typing = time.monotonic() - self._typed.get(user, -TYPING_SECONDS) < TYPING_SECONDS
        return JSONResponse(
            {
                "messages": shown,
                "status": status,
                "agent": agent,
                "typing": is_typing,
                "may_rate": user in self._known.unrated,
            }
        )

    async def _on_rate(self, request: Request) -> Response:
        said = await request.json()
        try:
            await run_in_threadpool(self.rate, said["user"], said["score"])
        except OSError as error:
            return JSONResponse({"detail": f"Baton did not accept the rating: {error}"}, 502)
        return JSONResponse({})

    async def _on_typing(self, request: Request) -> Response:
        said = await request.json()
        await run_in_threadpool(self.user_types, said["user"])
        return JSONResponse({})

    async def _on_webhook(self, request: Request) -> Response:
        body, headers = await request.body(), dict(request.headers)
        try:
            await run_in_threadpool(self.receive_webhook, body, headers)
        except WebhookVerificationError:
            return Response("The signature is wrong.", 401)
        return Response(status_code=204)
