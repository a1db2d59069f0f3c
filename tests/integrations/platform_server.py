"""A small HTTP server that plays a platform, and an example's module."""

import importlib.util
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from types import ModuleType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.support.stack import ROOT

PATIENCE = 10.0
"""Seconds."""


@dataclass(frozen=True)
class PlatformCall:
    """`fields` are those of the query, of a form or of JSON; `files` has a form's contents."""

    method: str
    path: str
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    files: Mapping[str, bytes]


Answer = tuple[int, Any]
"""A status, and bytes or what becomes JSON."""


class PlatformServer:
    """`answer` makes the answers. `sent` has the calls for which `answer` was asked."""

    def __init__(self, answer: Callable[[PlatformCall], Answer]) -> None:
        self._answer = answer
        self.sent: list[PlatformCall] = []
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def wait_for(self, shown: Callable[[PlatformCall], Any], *wanted: object) -> None:
        """Waits until what `shown` makes of the calls, None left out, are these values."""

        def found() -> Sequence[object]:
            made = (shown(call) for call in list(self.sent))
            return [each for each in made if each is not None]

        with self._changed:
            self._changed.wait_for(lambda: len(found()) >= len(wanted), PATIENCE)
        assert found() == list(wanted), found()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, call: PlatformCall) -> Answer:
        answer = self._answer(call)
        with self._changed:
            self.sent.append(call)
            self._changed.notify_all()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self.take

        class PlatformHandler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                fields, files = parsed(self.headers.get("content-type") or "", body)
                address = urlsplit(self.path)
                fields = {**dict(parse_qsl(address.query)), **fields}
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, content = take(
                    PlatformCall(self.command, address.path, headers, fields, files)
                )
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                with suppress(BrokenPipeError):  # A client that is stopped does not wait.
                    self.wfile.write(raw)

            do_GET = do_PUT = do_DELETE = do_POST

            def log_message(self, format: str, *args: object) -> None:
                pass

        return PlatformHandler


def parsed(kind: str, body: bytes) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
    from werkzeug.formparser import FormDataParser

    if kind.startswith("application/json"):
        return json.loads(body or b"{}"), {}
    name, _, rest = kind.partition(";")
    boundary = {"boundary": rest.partition("boundary=")[2].strip('"')}
    _, fields, files = FormDataParser().parse(BytesIO(body), name, len(body), boundary)
    return fields.to_dict(), {name: file.read() for name, file in files.items()}


def example(path: str) -> ModuleType:
    """The module of an example, for example `telegram/bot.py`."""
    file = ROOT / "examples" / path
    spec = importlib.util.spec_from_file_location(f"example_{file.parent.name}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
