"""The user of a conversation and their profile."""

from tests.api.conversation_setup import begun, message, ok, waiting
from tests.support.api import Api


def test_the_name_and_the_attributes_are_those_that_the_bot_sent_last(bot: Api, ana: Api) -> None:
    path = begun(bot, user={"id": "u-1", "name": "Zoe", "attributes": {"plan": "silver"}})
    ok(bot.post("/bots/demo/messages", message(user={"id": "u-1", "attributes": {"plan": "gold"}})))

    found = ok(ana.get(f"{path}/user"))

    assert found["attributes"] == {"plan": "gold"}
    assert (found["id"], found["channel"]) == ("u-1", "web")
    assert found == ok(bot.get(f"{path}/user"))


def test_a_user_without_a_profile_is_shown_by_id(bot: Api) -> None:
    found = ok(bot.get(f"{begun(bot)}/user"))

    assert found == {"id": "u-1", "channel": "web", "name": None, "attributes": None}


def test_the_user_of_an_invisible_conversation_is_not_shown(bot: Api, ana: Api) -> None:
    path = waiting(bot, "vip")

    assert ana.get(f"{path}/user").status == 404
