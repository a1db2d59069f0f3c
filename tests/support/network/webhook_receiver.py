"""A real HTTP server that records the webhooks it receives and answers as scripted."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y="


@dataclass(frozen=True, slots=True)
class ReceivedWebhook:
    """One attempt with a valid signature.

    `at` is in seconds of the monotonic clock; `answered` is the status that was returned.
    """

    id: str
    body: dict[str, Any]
    at: float
    answered: int

    @property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.body["data"]
        return data

    @property
    def seq(self) -> int:
        return int(self.data["entry"]["seq"])


class WebhookReceiver:
    """Answers with the statuses of `script` in order, then `otherwise`, each after `delay` seconds.

    A request with an invalid signature gets 401 and is counted in `forged`. `public` is the
    address to use if callers cannot reach `port` on this machine.
    """

    def __init__(
        self,
        script: Iterable[int] = (),
        *,
        otherwise: int = 204,
        delay: float = 0.0,
        port: int = 0,
        public: str | None = None,
    ) -> None:
        self.forged = 0
        self._attempts: list[ReceivedWebhook] = []
        self._script = deque(script)
        self._otherwise = otherwise
        self._delay = delay
        self._webhook = Webhook(SECRET)
        self._news = threading.Condition()
        self._stopped = threading.Event()
        self._public = public
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return self._public or f"http://127.0.0.1:{self._server.server_port}/webhook"

    @property
    def attempts(self) -> list[ReceivedWebhook]:
        with self._news:
            return list(self._attempts)

    @property
    def taken(self) -> list[ReceivedWebhook]:
        return [told for told in self.attempts if told.answered < 300]

    def trust(self, secret: str) -> None:
        """Verifies later requests with this secret."""
        self._webhook = Webhook(secret)

    def wait_for(
        self, holds: Callable[[list[ReceivedWebhook]], object], seconds: float
    ) -> list[ReceivedWebhook]:
        """Waits until `holds(attempts)` is true and returns all attempts."""
        with self._news:
            if not self._news.wait_for(lambda: holds(self._attempts), seconds):
                seen = [(told.type, told.seq, told.answered) for told in self._attempts]
                raise AssertionError(f"Not within {seconds:g} s; the webhook has got {seen}.")
            return list(self._attempts)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def _hear(self, headers: dict[str, str], body: bytes) -> int:
        try:
            self._webhook.verify(body, headers)
        except WebhookVerificationError:
            with self._news:
                self.forged += 1
            return 401
        with self._news:
            status = self._script.popleft() if self._script else self._otherwise
            told = ReceivedWebhook(
                headers["webhook-id"], json.loads(body), time.monotonic(), status
            )
            self._attempts.append(told)
            self._news.notify_all()
        self._stopped.wait(self._delay)
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hear = self._hear

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = hear({k.lower(): v for k, v in self.headers.items()}, body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
