"""Every frame gets a reply, and a bad one does not close the connection."""

import json

import pytest

from tests.e2e.bot_setup import BotSetup
from tests.support.network.websocket import Frame

UNSUPPORTED, TOO_BIG = 1003, 1009
"""Codes of RFC 6455."""

REPLIED_WITHIN = 10.0
"""Seconds."""

DEEP = "[" * 10_000 + "]" * 10_000

BAD_FRAMES = {
    "empty": "",
    "no JSON": "hello",
    "cut off": '{"id":"1","action":"pi',
    "no object": "[]",
    "null": "null",
    "a number that is none": '{"id":"1","action":"ping","at":NaN}',
    "a huge number": '{"id":"1","action":"watch","conversation_id":"c","after":1' + "0" * 400 + "}",
    "too deep": f'{{"id":"1","action":"ping","x":{DEEP}}}',
    "half a character": '{"id":"1","action":"\\ud800"}',
    "no action": '{"id":"1"}',
    "an unknown action": '{"id":"1","action":"explode"}',
    "an action of the wrong type": '{"id":"1","action":{"ping":true}}',
    "an id of the wrong type": '{"id":{},"action":"ping"}',
    "no id": '{"action":"ping"}',
    "a field too many": '{"id":"1","action":"ping","owner":"me"}',
    "no conversation": '{"id":"1","action":"claim"}',
    "a conversation of the wrong type": '{"id":"1","action":"claim","conversation_id":7}',
    "an unknown conversation": '{"id":"1","action":"claim","conversation_id":"c_nowhere"}',
    "a control character": '{"id":"1","action":"claim","conversation_id":"\\u0000"}',
    "a cursor of nobody": '{"id":"1","action":"sync","cursor":"AAAA"}',
    "a cursor that is none": '{"id":"1","action":"sync","cursor":"💥"}',
    "a status that is none": '{"id":"1","action":"presence","status":"asleep"}',
    "a message without words": '{"id":"1","action":"message","conversation_id":"c","text":""}',
}


def test_a_bad_frame_gets_one_error_reply_and_the_connection_stays(scene: BotSetup) -> None:
    with scene.person("Ana").connect() as socket:
        outcomes: dict[str, str] = {}
        for name, raw in BAD_FRAMES.items():
            socket.send(raw)
            outcomes[name] = verdict(socket.frame(len(outcomes), REPLIED_WITHIN))

        assert {name: found for name, found in outcomes.items() if found != "refused"} == {}
        assert socket.do("ping")["at"]
        assert len(socket.frames) == len(BAD_FRAMES) + 1


def verdict(frame: Frame) -> str:
    """A problem of the caller's, in the words of the contract."""
    error = frame.get("error") or {}
    is_problem = frame.get("ok") is False and 400 <= error.get("status", 0) < 500
    is_told = isinstance(error.get("detail"), str) and error.get("code")
    return "refused" if is_problem and is_told and "reply_to" in frame else json.dumps(frame)


@pytest.mark.parametrize("own", ["frame-é", 7, 2**53 + 1], ids=str)
def test_a_reply_carries_the_id_of_its_frame(scene: BotSetup, own: str | int) -> None:
    with scene.person("Ana").connect() as socket:
        socket.send(json.dumps({"id": own, "action": "ping"}))

        reply = socket.wait_for(lambda frame: "reply_to" in frame, REPLIED_WITHIN)

    assert reply["reply_to"] == own


@pytest.mark.parametrize(
    ("frame", "code"),
    [(b'{"id":"1","action":"ping"}', UNSUPPORTED), ("x" * 33 * 1024, TOO_BIG)],
    ids=["binary", "33 KB"],
)
def test_the_gateway_closes_a_connection_after_an_unsupported_frame(
    scene: BotSetup, frame: str | bytes, code: int
) -> None:
    with scene.person("Ana").connect() as socket:
        socket.send(frame)

        assert socket.close_code(REPLIED_WITHIN) == code


def test_a_logout_closes_the_connection_after_its_last_frame(scene: BotSetup) -> None:
    ana = scene.person("Ana")
    with ana.connect() as socket:
        assert socket.ask("ping")["ok"]

        ana.rest.post("/auth/logout")

        assert socket.close_code(5) == 1000
        assert socket.frames[-1] == {"event": "session_ended"}
