"""Notifications to the members of a bot: what a bot may send."""

import pytest

from tests.api.conversation_setup import BOT, ok
from tests.support.api import Api

NOTIFICATIONS = f"{BOT}/notifications"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JavaScript:alert(1)", " https://x.test", "data:text/html,x", "/x", ""],
)
def test_only_web_addresses_are_taken(url: str, bot: Api, ana: Api) -> None:
    answer = bot.post(NOTIFICATIONS, {"message": "Look.", "url": url})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "url")
    assert ok(ana.get(NOTIFICATIONS))["items"] == []


@pytest.mark.parametrize("url", ["http://x.test", "HTTPS://x.test/a?b=c#d", None])
def test_a_web_address_comes_back_as_it_was_sent(url: str | None, bot: Api, ana: Api) -> None:
    ok(bot.post(NOTIFICATIONS, {"message": "Look.", "url": url}))

    assert ok(ana.get(NOTIFICATIONS))["items"][0]["url"] == url
