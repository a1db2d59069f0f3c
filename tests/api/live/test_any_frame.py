"""Whatever a frame holds, it gets one reply, the connection stays, and nothing fails inside."""

import json
from string import printable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.entrypoints.websocket.actions import ACTIONS
from tests.api.conversation_setup import id_of, owned
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api
from tests.support.services import MemoryServices

WORDS = st.text(max_size=20) | st.text(printable, max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("after", "bot", "cursor", "epoch", "events", "from", "message_id", "note", "outcome")
MORE = (
    "owner",
    "queue",
    "reason",
    "status",
    "tags",
    "text",
    "to",
    "to_agent",
    "until",
    "__proto__",
)
FRAMES = st.fixed_dictionaries(
    {"id": st.integers() | WORDS | VALUES, "action": st.sampled_from(sorted(ACTIONS)) | VALUES},
    optional={"conversation_id": st.just("HERE") | VALUES}
    | dict.fromkeys((*FIELDS, *MORE), VALUES),
)
FUZZ = settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def test_any_frame_gets_one_reply_and_fails_nothing_inside(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    here = id_of(owned(bot, ana))
    client = SocketClient(services, ana, "a")

    @FUZZ
    @given(FRAMES.map(json.dumps) | WORDS | VALUES.map(json.dumps), st.integers(0, 200))
    def send(frame: str, cut: int) -> None:
        for raw in (frame.replace('"HERE"', f'"{here}"'), frame[:cut]):
            before = replies(client)
            client.send(raw)
            assert replies(client) == before + 1
            assert client.received[-1].get("error", {}).get("code") != "internal_error", raw
            services.sockets.frames["a"].clear()

    send()
    assert client.do("ping")["ok"]


@pytest.mark.parametrize("nested", ["[" * 700 + "]" * 700, '{"a":' * 700 + "1" + "}" * 700])
def test_a_frame_that_is_nested_too_deeply_names_its_field(
    services: MemoryServices, bot: Api, ana: Api, nested: str
) -> None:
    client = SocketClient(services, ana, "a")
    here = id_of(owned(bot, ana))
    frame = {"id": 1, "action": "message", "conversation_id": here, "type": "x", "payload": "HERE"}

    client.send(json.dumps(frame).replace('"HERE"', f'{{"a": {nested}}}'))

    error = client.received[-1]["error"]
    assert (error["code"], error["errors"][0]["field"]) == ("invalid_request", "payload")


def replies(client: SocketClient) -> int:
    return sum("reply_to" in frame for frame in client.received)
