"""Bots are made and removed by the owner, and named by their admins."""

import pytest

from chalicelib.domain.access import Role
from chalicelib.domain.routing.queues import Queue
from tests.api.conversation_setup import BOT, begun, message, ok, person, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

BOTS = "/api/v1/bots"
SHOP = f"{BOTS}/shop"


@pytest.fixture
def shop(owner: Api) -> Api:
    """The owner, when there is a bot `shop`."""
    ok(owner.post(BOTS, {"id": "shop", "name": "Shop"}))
    return owner


def test_a_bot_that_was_made_works_with_its_first_key(shop: Api) -> None:
    key = ok(shop.post(f"{SHOP}/keys", {}))["key"]

    assert shop.as_(key).post(f"{SHOP}/messages", message()).status == 201
    assert ok(shop.get(SHOP)) == {"id": "shop", "name": "Shop"}


def test_a_bot_is_called_like_its_id_unless_it_is_named(owner: Api) -> None:
    assert ok(owner.post(BOTS, {"id": "shop"})) == {"id": "shop", "name": "shop"}


def test_there_is_no_second_bot_of_one_id(shop: Api) -> None:
    answer = shop.post(BOTS, {"id": "shop", "name": "Another"})

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert ok(shop.get(SHOP))["name"] == "Shop"


def test_each_person_sees_the_bots_that_they_serve(shop: Api, ana: Api) -> None:
    assert [bot["id"] for bot in ok(shop.get(BOTS))["items"]] == ["demo", "other", "shop"]
    assert ok(ana.get(BOTS))["items"] == [{"id": "demo", "name": "Demo bot"}]


def test_an_admin_names_their_bot_and_changes_nothing_else(
    owner: Api, bot: Api, services: MemoryServices
) -> None:
    person(services, "ada", Role.ADMIN)
    ok(owner.put(f"{BOT}/settings", {"leave_words": ["/end"]}))
    webhook = services.administration.webhook("demo")

    ok(bot.login("ada").put(BOT, {"name": "The shop"}))

    assert ok(owner.get(BOT)) == {"id": "demo", "name": "The shop"}
    assert ok(owner.get(f"{BOT}/settings"))["leave_words"] == ["/end"]
    assert services.administration.webhook("demo") == webhook


def test_a_bot_with_which_somebody_waits_is_not_removed(owner: Api, bot: Api) -> None:
    waiting(bot)

    answer = owner.send("DELETE", BOT)

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert ok(owner.get(BOT))["id"] == "demo"


def test_of_a_bot_that_is_removed_nothing_is_left_for_the_next_of_its_name(
    shop: Api, services: MemoryServices
) -> None:
    key = ok(shop.post(f"{SHOP}/keys", {}))["key"]
    ok(shop.post(f"{SHOP}/agents", {"email": "neo@example.test", "name": "Neo"}))
    services.directory.put_queue("shop", Queue("sales"))
    ok(shop.put(f"{SHOP}/replies/hello", {"text": "Hello"}))

    assert shop.send("DELETE", SHOP).status == 204

    assert shop.get(SHOP).status == 404
    ok(shop.post(BOTS, {"id": "shop"}))
    assert shop.as_(key).post(f"{SHOP}/messages", message()).status == 401
    for what in ("keys", "agents", "queues", "replies"):
        assert ok(shop.get(f"{SHOP}/{what}"))["items"] == [], what


def test_a_removal_that_died_in_its_middle_is_gone_on_with(
    shop: Api, services: MemoryServices
) -> None:
    ok(shop.post(f"{SHOP}/keys", {}))
    for key in services.administration.keys("shop"):
        services.administration.delete_key("shop", key.id)

    assert shop.send("DELETE", SHOP).status == 204
    assert "shop" not in services.directory.bot_ids()


def test_other_bots_keep_theirs(shop: Api, bot: Api) -> None:
    begun(bot)

    assert shop.send("DELETE", SHOP).status == 204

    assert bot.get(f"{BOT}/conversations").status == 200
