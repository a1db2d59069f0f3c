"""The gate as Lambda calls it, with recorded answers where the network would be.

Imported by the programs whose instructions are counted: it loads nothing that the app does not.
"""

import json
import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import app as application
from chalicelib import wiring
from tests.budgets.rest_events import rest_event

ROUTE = "/api/v1/bots/{bot}/conversations/{id}/gate"


def ready(
    recording: str, modules: Sequence[str], ports: Sequence[str], clients: Sequence[str]
) -> None:
    """Up to where a function's first call could begin: all is loaded, and its clients are made."""
    os.environ.update(json.loads(Path(recording).read_text())["environment"])
    for module in modules:
        import_module(module)
    services = wiring.services()
    for port in ports:
        getattr(services, port)
    for service in clients:
        services.client(service)


class Gate:
    """`recording` is a file of `bench.cpu.recording`."""

    def __init__(self, recording: str) -> None:
        recorded = json.loads(Path(recording).read_text())
        os.environ.update(recorded["environment"])
        services = wiring.services()
        vars(services)["clock"] = StillClock(recorded["now"])
        self._client = services.table.client
        self._answers = Answers(recorded["answers"])
        self._client.meta.events.register("before-send.dynamodb", self._answers.give)
        place = {"bot": recorded["bot"], "id": recorded["id"]}
        self._event = rest_event("GET", ROUTE, place, token=recorded["token"])
        self._read = {
            "TableName": recorded["table"],
            "Key": recorded["head"],
            "ConsistentRead": True,
        }

    def call(self, times: int = 1) -> None:
        """From the event to the response."""
        for _ in range(times):
            answer = application.app(self._event, None)
            assert answer["statusCode"] == 200, answer

    def get_item(self, times: int) -> None:
        """The same read by our client alone."""
        for _ in range(times):
            assert self._client.get_item(**self._read)["Item"]

    def plain_get_item(self, times: int) -> None:
        """The same read by botocore's client as it comes."""
        from botocore.session import get_session

        self._client = get_session().create_client("dynamodb")
        self._client.meta.events.register("before-send.dynamodb", self._answers.give)
        self.get_item(times)


class StillClock:
    """Who is known stays known for as long as no time passes."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now


class Answers:
    def __init__(self, by_operation: dict[str, str]) -> None:
        self._contents = {name: text.encode() for name, text in by_operation.items()}

    def give(self, request: Any, **_: object) -> Any:
        from botocore.awsrequest import AWSResponse

        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        headers = {"content-type": "application/x-amz-json-1.0"}
        # botocore asks for no more of it than `get` and `items`.
        return AWSResponse(request.url, 200, cast(Any, headers), Body(self._contents[operation]))


class Body:
    """As much of an urllib3 response as botocore looks at."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._content
