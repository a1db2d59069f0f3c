"""Calls the gate as Lambda does, with recorded answers in place of the network.

The programs whose instructions are counted import this module, so it must import nothing that the
app does not import itself.
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
    """Brings a function to the point where its first call can begin: imports its modules and
    creates its adapters and AWS clients."""
    os.environ.update(json.loads(Path(recording).read_text())["environment"])
    for module in modules:
        import_module(module)
    services = wiring.services()
    for port in ports:
        getattr(services, port)
    for service in clients:
        services.client(service)


class ReplayedGate:
    """`recording` is a file that `bench.cpu.recording` wrote."""

    def __init__(self, recording: str) -> None:
        recorded = json.loads(Path(recording).read_text())
        os.environ.update(recorded["environment"])
        services = wiring.services()
        vars(services)["clock"] = StoppedClock(recorded["now"])
        self._client = services.table.client
        self._answers = RecordedAnswers(recorded["answers"])
        self._client.meta.events.register("before-send.dynamodb", self._answers.give)
        place = {"bot": recorded["bot"], "id": recorded["id"]}
        self._event = rest_event("GET", ROUTE, place, token=recorded["token"])
        self._read = {
            "TableName": recorded["table"],
            "Key": recorded["head"],
            "ConsistentRead": True,
        }

    def call(self, times: int = 1) -> None:
        """Handles a gate request, from the event to the response."""
        for _ in range(times):
            answer = application.app(self._event, None)
            assert answer["statusCode"] == 200, answer

    def get_item(self, times: int) -> None:
        """Makes the same read with our client only."""
        for _ in range(times):
            assert self._client.get_item(**self._read)["Item"]

    def plain_get_item(self, times: int) -> None:
        """Makes the same read with an unmodified botocore client."""
        from botocore.session import get_session

        self._client = get_session().create_client("dynamodb")
        self._client.meta.events.register("before-send.dynamodb", self._answers.give)
        self.get_item(times)


class StoppedClock:
    """A clock that stands still, so that cached bots and people stay cached."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now


class RecordedAnswers:
    def __init__(self, by_operation: dict[str, str]) -> None:
        self._contents = {name: text.encode() for name, text in by_operation.items()}

    def give(self, request: Any, **_: object) -> Any:
        from botocore.awsrequest import AWSResponse

        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        headers = {"content-type": "application/x-amz-json-1.0"}
        # botocore uses only `get` and `items` of the headers.
        return AWSResponse(
            request.url, 200, cast(Any, headers), RecordedBody(self._contents[operation])
        )


class RecordedBody:
    """The part of an urllib3 response that botocore uses."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._content
