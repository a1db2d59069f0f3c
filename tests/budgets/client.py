"""A caller of a running stack, on one connection that stays open."""

import http.client
import json
from typing import Any

from tests.support.api import DEMO_KEY

BOT = "/api/v1/bots/demo"


class Client:
    """The demo bot, or whoever has the token. Any answer that is no success is an error."""

    def __init__(self, port: int, token: str = DEMO_KEY) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, method: str, path: str, body: object = None) -> Any:
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, path, sent, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status < 300, text
        return json.loads(text)

    def say(self, user: str = "user-1") -> Any:
        said = {"channel": "web", "user": {"id": user}, "from": "user", "text": "Hello"}
        return self.send("POST", f"{BOT}/messages", said)

    def gate(self, conversation_id: str) -> Any:
        return self.send("GET", f"{BOT}/conversations/{conversation_id}/gate")

    def do(self, conversation_id: str, verb: str) -> Any:
        return self.send("POST", f"{BOT}/conversations/{conversation_id}/{verb}", {})
