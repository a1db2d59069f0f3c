"""A conversation that a person has read on one device is read on all."""

import json
from typing import Any

from tests.api.conversation_setup import id_of, waiting
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api
from tests.support.services import MemoryServices


def reads(client: SocketClient) -> list[Any]:
    return [event for event in client.events if event["event"] == "read"]


def read(client: SocketClient, conversation: str, seq: int) -> Any:
    return client.do("read", conversation_id=conversation, seq=seq)


def test_the_persons_other_connections_and_their_next_sync_know_what_was_read(
    services: MemoryServices, bot: Api, ana: Api, bo: Api
) -> None:
    conversation = id_of(waiting(bot))
    desk, phone = SocketClient(services, ana, "desk"), SocketClient(services, ana, "phone")
    other = SocketClient(services, bo, "other")

    assert read(desk, conversation, 2)["result"] == {"conversation_id": conversation, "seq": 2}

    event = {"event": "read", "conversation_id": conversation, "seq": 2}
    assert (reads(desk), reads(phone), reads(other)) == ([], [event], [])
    assert phone.do("sync")["result"]["read"] == {conversation: 2}
    assert other.do("sync")["result"]["read"] == {}


def test_a_mark_never_falls_and_is_never_beyond_the_last_entry(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = waiting(bot)
    last = bot.get(path).json["last_seq"]
    desk, phone = SocketClient(services, ana, "desk"), SocketClient(services, ana, "phone")

    marks = [read(desk, id_of(path), seq)["result"]["seq"] for seq in (99, 1)]

    assert marks == [last, last]
    assert [event["seq"] for event in reads(phone)] == [last]


def test_a_negative_number_is_refused(services: MemoryServices, bot: Api, ana: Api) -> None:
    frame = {"id": 1, "action": "read", "conversation_id": id_of(waiting(bot)), "seq": -1}

    refused = SocketClient(services, ana, "desk").send(json.dumps(frame))

    assert refused["error"]["errors"][0]["field"] == "seq"
