"""The real app with services in memory, over real HTTP, with faults on request."""

import json
import threading
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, Self

from chalicelib.domain.access import Scope
from chalicelib.usecases import reactions
from chalicelib.usecases.records.stream import CommittedEntry
from tests.api.conversation_setup import key
from tests.clients.live_sockets import LiveSockets
from tests.support.api import DEMO_KEY, Api
from tests.support.services import MemoryServices

CUT_BEFORE, CUT_AFTER = "cut before", "cut after"
"""Close the connection without an answer: before the app has seen the request, or after it."""


class AppServer:
    """`url` is the address of the bot `demo`, `key` its key, and `desk_key` one that speaks for
    people. Every answer is checked against docs/openapi.yaml.

    `POST /control` with `{"faults": […]}` sets what happens to the next calls: CUT_BEFORE,
    CUT_AFTER, or a status, headers and body of somebody between the client and Baton. With
    `{"ana": [method, path, body]}` it makes a call as the agent Ana; `clear` takes faults back,
    and `cut` closes the WebSockets.
    """

    def __init__(self) -> None:
        self.services = MemoryServices()
        self.lock = threading.Lock()
        self.sockets = self.services.sockets = LiveSockets(self.services, self.lock)
        self.services.socket_url = self.sockets.url
        self._bot = Api(self.services, DEMO_KEY)
        self._agents = {name: self._bot.login(name) for name in ("ana", "owner")}
        self._agents["ana"].put("/agents/me/status", {"status": "online"})
        self._faults: deque[Any] = deque()
        self.calls: list[tuple[str, str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.services.files.address = f"{self.origin}/files"
        self.url = f"{self.origin}/api/v1/bots/demo"
        self.key = DEMO_KEY
        self.desk_key = key(self.services, "desk", Scope.AGENTS)

    def control(self, asked: Mapping[str, Any]) -> Any:
        if "cut" in asked:
            self.sockets.cut()
        if "listeners" in asked:
            return sum(bool(each.events) for each in self.services.connections.of_bot("demo"))
        if "clear" in asked:
            self._faults.clear()
        self._faults.extend(asked.get("faults", ()))
        answer = None
        for name in self._agents.keys() & asked.keys():
            method, path, body = asked[name]
            answer = self._agents[name].send(method, path, body)
            assert answer.status < 300, answer.text
            self._react(path)
        return answer.json if answer else None

    def _react(self, path: str) -> None:
        """Runs the reactions to all entries of the conversation again, as a stream may."""
        bot, _, conversation_id = path.removeprefix("/bots/").partition("/conversations/")
        conversation_id = conversation_id.partition("/")[0]
        for entry in self.services.conversations.entries_after(bot, conversation_id, 0, 1000):
            reactions.react(self.services, CommittedEntry(bot, conversation_id, entry))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.sockets.close_all()

    def _answer(
        self,
        method: str,
        path: str,
        token: str | None,
        headers: Mapping[str, str],
        kind: str,
        body: bytes,
    ) -> tuple[int, Mapping[str, str], bytes] | None:
        """None: close the connection without an answer. `kind` is the body's media type."""
        with self.lock:
            if path == "/control":
                return 200, {}, json.dumps(self.control(json.loads(body))).encode()
            fault = self._faults.popleft() if self._faults else None
            if path.startswith("/files") and fault is None:
                return self._answer_files(method, path, token, kind, body)
            is_json = kind == "application/json"
            self.calls.append((method, path, json.loads(body) if is_json else None))
            if isinstance(fault, dict):
                content = json.dumps(fault.get("body", "")).encode()
                return fault["status"], fault.get("headers", {}), content
            if fault == CUT_BEFORE:
                return None
            answer = self._bot.as_(token).send(method, path, body, **headers)
            if fault == CUT_AFTER:
                return None
            kept = {"content-type": answer.content_type}
            kept |= {name: value for name, value in answer.headers.items() if name == "Baton-Next"}
            return answer.status, kept, answer.text.encode()

    def _answer_files(
        self, method: str, path: str, token: str | None, kind: str, body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Answers as S3 does, which refuses a request that has a key of its own."""
        if token:
            return 400, {}, b"<Code>InvalidArgument</Code>"
        if method == "GET":
            found = self.services.files.fetch(self.origin + path)
            return found.status, found.headers, found.content
        from werkzeug.formparser import FormDataParser

        boundary = {"boundary": kind.partition("boundary=")[2]}
        parse = FormDataParser().parse
        _, fields, files = parse(BytesIO(body), "multipart/form-data", len(body), boundary)
        return self.services.files.receive(fields.to_dict(), files["file"].read()), {}, b""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class AppHandler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                token = (self.headers.get("authorization") or "").removeprefix("Bearer ") or None
                names = ("Idempotency_Key", "Baton_On_Behalf_Of")
                sent = {name: self.headers.get(name.replace("_", "-")) for name in names}
                headers = {name: value for name, value in sent.items() if value}
                kind = self.headers.get("content-type", "")
                answered = answer(self.command, self.path, token, headers, kind, body)
                if answered is None:
                    self.close_connection = True
                    return
                status, kept, content = answered
                self.send_response(status)
                for name, value in kept.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

            def log_message(self, format: str, *args: object) -> None:
                pass

        return AppHandler
