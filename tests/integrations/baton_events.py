"""Baton's webhooks for an example: made by the real app and signed anew, because the app's clock is
not this machine's."""

import base64
from collections.abc import Mapping

from chalicelib.usecases.webhooks.worker import deliver
from tests.clients.app_server import AppServer
from tests.clients.test_python_webhooks import signed

SECRET = "whsec_" + base64.b64encode(b"only the tests know this secret.").decode()
Event = tuple[Mapping[str, str], bytes]


class Handoff:
    """The agent Ana in one conversation. Each call returns the webhooks that follow."""

    def __init__(self, server: AppServer, conversation_id: str) -> None:
        self._server, self._id = server, conversation_id
        self._path = f"/bots/demo/conversations/{conversation_id}"
        webhook = {"url": "https://bot.example.test/hook"}
        with server.lock:
            server.control({"owner": ["PUT", "/bots/demo/webhook", webhook]})

    def claim(self) -> list[Event]:
        return self.do("claim", {})

    def say(self, text: str) -> list[Event]:
        return self.do("messages", {"text": text})

    def unpause(self, **more: object) -> list[Event]:
        return self.do("unpause", more)

    def do(self, action: str, body: Mapping[str, object]) -> list[Event]:
        services = self._server.services
        services.webhook_client.requests.clear()
        with self._server.lock:
            self._server.control({"ana": ["POST", f"{self._path}/{action}", body]})
            services.clock.advance(1)
            deliver(services, "demo", self._id, "receipt")
        return [
            (signed(each.body, SECRET, each.headers["webhook-id"]), each.body)
            for each in services.webhook_client.requests
        ]
