"""A supervisor sets a colleague away or offline."""

from typing import Any

import pytest

from tests.api.conversation_setup import BOT, ok, online
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api
from tests.support.services import MemoryServices


def set_status(who: Api, agent: str, status: str) -> Any:
    return who.put(f"{BOT}/agents/{agent}/status", {"status": status})


def told(who: Api) -> list[tuple[str, str, str]]:
    items = ok(who.get(f"{BOT}/notifications"))["items"]
    return [(each["kind"], each["message"], each["author"]["name"]) for each in items]


def test_the_colleague_gets_no_new_conversations_and_is_told_who_did_it(
    services: MemoryServices, bot: Api, ana: Api, sam: Api, owner: Api
) -> None:
    anas = online(ana)
    assert ok(bot.get(f"{BOT}/availability"))["online"] == 1
    console = SocketClient(services, ana, "ana")

    answer = ok(set_status(sam, anas, "away"))

    assert answer == {"id": anas, "status": "away"}
    assert ok(ana.get("/agents/me"))["status"] == "away"
    assert told(ana) == [("set_away", "Sam set you away.", "Sam")]
    assert told(sam) == []
    event = next(each for each in console.events if each["event"] == "presence")
    assert (event["agent"]["id"], event["status"]) == (anas, "away")
    assert ok(bot.get(f"{BOT}/availability"))["online"] == 0
    trail = ok(owner.get(f"{BOT}/audit"))["items"]
    (entry,) = [each for each in trail if each["action"] == "status_set"]
    assert (entry["actor"], entry["object"]) == (ok(sam.get("/agents/me"))["id"], anas)
    assert entry["facts"]["status"] == "away"


def test_the_same_status_again_tells_nobody_and_the_person_may_be_online_again(
    ana: Api, sam: Api
) -> None:
    anas = online(ana)
    for _ in range(2):
        ok(set_status(sam, anas, "offline"))

    assert [kind for kind, *_ in told(ana)] == ["set_offline"]
    ok(ana.put("/agents/me/status", {"status": "online"}))
    assert ok(ana.get("/agents/me"))["status"] == "online"


def test_it_is_no_sign_of_life(services: MemoryServices, ana: Api, sam: Api) -> None:
    anas = online(ana)
    services.clock.advance(12 * 60 * 1000)

    ok(set_status(sam, anas, "away"))

    assert ok(sam.get(f"{BOT}/agents"))["items"]
    (found,) = [each for each in ok(sam.get(f"{BOT}/agents"))["items"] if each["id"] == anas]
    assert (found["status"], found["chosen_status"]) == ("offline", "away")


def test_a_colleague_who_was_never_there_keeps_the_status(ana: Api, bo: Api, sam: Api) -> None:
    bos = ok(bo.get("/agents/me"))["id"]

    ok(set_status(sam, bos, "away"))

    (found,) = [each for each in ok(sam.get(f"{BOT}/agents"))["items"] if each["id"] == bos]
    assert found["chosen_status"] == "away"


@pytest.mark.parametrize("status", ["online", "busy", None])
def test_nobody_is_set_online_by_others(ana: Api, sam: Api, status: str) -> None:
    refused = set_status(sam, online(ana), status)

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "status")
    assert told(ana) == []


def test_a_person_who_does_not_serve_the_bot_is_not_found(sam: Api) -> None:
    assert set_status(sam, "p_nobody", "away").status == 404


def test_a_supervisors_frame_does_the_same_and_an_agents_frame_is_refused(
    services: MemoryServices, ana: Api, bo: Api, sam: Api
) -> None:
    bos = online(bo)
    asked = {"bot": "demo", "agent": bos, "status": "away"}

    refused = SocketClient(services, ana, "ana").do("presence", **asked)
    done = SocketClient(services, sam, "sam").do("presence", **asked)

    assert (refused["error"]["code"], done["result"]) == ("forbidden", {"status": "away"})
    assert [kind for kind, *_ in told(bo)] == ["set_away"]
