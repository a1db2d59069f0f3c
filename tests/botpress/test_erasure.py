"""Botpress' routes show nothing of a user who was erased, before the sweep has deleted anything."""

import pytest

from tests.api.data.canary import BOT, CANARY, come_back, erase, live
from tests.support.api import DEMO_KEY, Api
from tests.support.services import MemoryServices

HITL, HITLNEXT = f"{BOT}/mod/hitl", f"{BOT}/mod/hitlnext"


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices("https://bot.test/")


def shown(caller: Api, ids: list[str]) -> dict[str, str]:
    paths = [
        f"{HITL}/sessions",
        f"{HITL}/sessions?searchText={CANARY}",
        f"{HITLNEXT}/handoffs",
        *(f"{HITL}/sessions/{each}" for each in ids),
        *(f"{HITLNEXT}/conversations/{each}/messages" for each in ids),
    ]
    return {path: caller.get(path).text for path in paths}


def test_no_route_of_botpress_shows_an_erased_user(services: MemoryServices) -> None:
    bot = Api(services, DEMO_KEY)
    ids = live(services, bot, bot.login("ana"))
    sam, owner = bot.login("sam"), bot.login("owner")
    before = {path for path, text in shown(sam, ids).items() if CANARY in text}
    assert len(before) == 7, "each route shows the user before"

    erase(owner)

    assert [path for path, text in shown(sam, ids).items() if CANARY in text] == []


def test_of_a_user_who_came_back_only_the_new_words_are_shown(services: MemoryServices) -> None:
    bot = Api(services, DEMO_KEY)
    ids = live(services, bot, bot.login("ana"))
    sam = bot.login("sam")
    erase(bot.login("owner"))

    come_back(bot)

    texts = shown(sam, ids)
    assert "I am back" in texts[f"{HITL}/sessions/{ids[0]}"]
    words = "".join(texts.values()).replace(f"u-{CANARY}", "").replace(f"t-{CANARY}", "")
    assert CANARY not in words
