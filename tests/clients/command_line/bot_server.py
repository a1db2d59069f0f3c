"""A bot's webhook on this machine, which keeps what it receives."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Self

from baton_client.signatures import WebhookEvent, WebhookVerifier

Posted = tuple[dict[str, str], bytes]


class BotServer:
    """It answers each event with `status`."""

    def __init__(self, status: int = 204) -> None:
        self.status, outer = status, self
        self.requests: list[Posted] = []

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.append((dict(self.headers), body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Hook)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def verified(self, posted: Posted, secret: str) -> WebhookEvent:
        return WebhookVerifier(secret).verify(*posted)

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
