"""People pause the conversations that they see by their addresses. They start new ones only if the
bot's setting `outbound` lets them."""

import pytest

from tests.api.conversation_setup import BOT, id_of, ok, person, waiting
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

USER = "+1 555 0100"
PHONE = {"channel": "sms", "user": USER}


def pause(caller: Api, **more: object) -> ApiAnswer:
    return caller.post(f"{BOT}/pause", {**PHONE, **more})


def conversations(bot: Api) -> list[object]:
    items: list[object] = ok(bot.get(f"{BOT}/conversations"))["items"]
    return items


@pytest.mark.parametrize("thread", [None, "t-1"])
@pytest.mark.parametrize("name", ["ana", "sam", "owner"])
def test_people_do_not_start_a_conversation_without_the_setting(
    name: str, thread: str | None, bot: Api
) -> None:
    answer = pause(bot.login(name), thread=thread)

    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert "`outbound`" in answer.json["detail"]
    assert conversations(bot) == []


@pytest.mark.parametrize("thread", [None, "t-1"])
def test_people_start_a_conversation_with_the_setting(
    thread: str | None, bot: Api, ana: Api, owner: Api
) -> None:
    ok(owner.put(f"{BOT}/settings", {"outbound": True}))

    started = ok(pause(ana, thread=thread))

    assert (started["user"], started["status"]) == (USER, "waiting")


def test_an_agent_who_names_themself_owns_the_conversation_that_they_start(
    ana: Api, owner: Api
) -> None:
    ok(owner.put(f"{BOT}/settings", {"outbound": True}))

    started = ok(pause(ana, agent="ana@example.test"))

    assert (started["status"], started["owner"]) == ("agent", ok(ana.get("/agents/me"))["id"])


def test_the_setting_of_another_bot_is_not_looked_at(ana: Api, owner: Api) -> None:
    ok(owner.put("/bots/other/settings", {"outbound": True}))

    assert pause(ana).status == 403


def test_an_invisible_conversation_is_refused_like_one_that_does_not_exist(
    services: MemoryServices, bot: Api
) -> None:
    waiting(bot, "billing", channel="sms", user={"id": USER})
    person(services, "quinn", queues=frozenset({"sales"}))
    quinn = bot.login("quinn")

    there, nowhere = pause(quinn), pause(quinn, user="nobody")

    assert there.status == nowhere.status == 403
    assert there.json["detail"] == nowhere.json["detail"]


def test_a_repeated_key_gets_the_first_answer_after_the_setting_was_switched_off(
    bot: Api, ana: Api, owner: Api
) -> None:
    ok(owner.put(f"{BOT}/settings", {"outbound": True}))
    body = {**PHONE, "thread": "t-1"}
    first = ana.post(f"{BOT}/pause", body, Idempotency_Key="k")
    ok(owner.put(f"{BOT}/settings", {"outbound": False}))

    assert ana.post(f"{BOT}/pause", body, Idempotency_Key="k").json == ok(first)


def test_bots_start_conversations_without_the_setting(bot: Api) -> None:
    paused = ok(pause(bot))

    assert [paused["id"]] == [each["id"] for each in conversations(bot)]  # type: ignore[index]


def test_an_agent_pauses_a_conversation_that_they_see(bot: Api, ana: Api) -> None:
    path = waiting(bot, channel="sms", user={"id": USER})
    ok(bot.post(f"{path}/unpause", {}))

    assert ok(pause(ana))["id"] == id_of(path)
