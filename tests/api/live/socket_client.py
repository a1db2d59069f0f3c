"""A WebSocket client in process, which checks frames against docs/asyncapi.yaml."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import yaml
from jsonschema_rs import Draft202012, Draft202012Validator, Registry

from chalicelib.entrypoints.websocket import handlers
from infra.generate.openapi import WRITTEN
from tests.support import openapi_document
from tests.support.api import Api
from tests.support.services import ORIGIN, MemoryServices

FOLDER = "https://baton.test/docs/"
DOCUMENT: Any = yaml.load(
    WRITTEN.with_name("asyncapi.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
MESSAGES = DOCUMENT["components"]["messages"]


@cache
def registry() -> Registry:
    files = {"asyncapi.yaml": DOCUMENT, "openapi.yaml": openapi_document.document()}
    return Registry([(FOLDER + name, each) for name, each in files.items()], draft=Draft202012)


@cache
def validator(place: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{FOLDER}asyncapi.yaml#{place}"}, registry=registry())


def misfits(value: object, message: str) -> list[str]:
    """The reasons why `value` does not fit this message of the document."""
    found = validator(f"/components/messages/{message}/payload").iter_errors(value)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in found]


def fits(value: object, messages: list[str]) -> None:
    wrong = {message: misfits(value, message) for message in messages}
    assert not all(wrong.values()), (value, wrong)


def names(messages: list[dict[str, str]]) -> list[str]:
    return [each["$ref"].rpartition("/")[2] for each in messages]


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


class SocketClient:
    """The connection of one person, or of the key of a `bot`, which sends no origin."""

    def __init__(self, services: MemoryServices, caller: Api, name: str, bot: str = "") -> None:
        self._services, self._name, self._ids = services, name, count(1)
        ticket = caller.post(f"/bots/{bot}/socket/ticket" if bot else "/socket/ticket").json
        headers = {"Sec-WebSocket-Protocol": f"baton.v1, {ticket['ticket']}"}
        if not bot:
            headers["Origin"] = ORIGIN
        services.sockets.connect(name)
        answer = handlers.connect(services, self._event() | {"headers": headers})
        assert answer["statusCode"] == 200, answer

    def do(self, action: str, **fields: object) -> Any:
        """Sends a frame. Returns the reply: `reply_to`, `ok`, and `result` or `error`."""
        frame = {"id": next(self._ids), "action": action, **fields}
        fits(frame, [action])
        return self.send(json.dumps(frame))

    def send(self, raw: str) -> Any:
        handlers.message(self._services, self._event() | {"body": raw})
        return self.received[-1]

    @property
    def received(self) -> list[Any]:
        return [json.loads(each) for each in self._services.sockets.frames.get(self._name, [])]

    @property
    def events(self) -> list[Any]:
        return [each for each in self.received if "event" in each]

    def _event(self) -> dict[str, Any]:
        return {"requestContext": {"connectionId": self._name, "requestId": "r-1"}}
