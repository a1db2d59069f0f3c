"""The owner creates and removes bots; admins rename them."""

from collections.abc import Callable

import pytest

from chalicelib.domain.access import Caller, Role, Scope
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import Pause
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.conversations.execute import execute
from tests.api.conversation_setup import BOT, begun, message, ok, person, waiting
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api, ApiAnswer
from tests.support.clock import ManualClock
from tests.support.services import MemoryServices

BOTS = "/api/v1/bots"
SHOP = f"{BOTS}/shop"


@pytest.fixture
def shop(owner: Api) -> Api:
    """The owner, when there is a bot `shop`."""
    ok(owner.post(BOTS, {"id": "shop", "name": "Shop"}))
    return owner


def test_a_new_bot_works_with_its_first_key(shop: Api) -> None:
    key = ok(shop.post(f"{SHOP}/keys", {}))["key"]

    assert shop.as_(key).post(f"{SHOP}/messages", message()).status == 201
    assert ok(shop.get(SHOP)) == {"id": "shop", "name": "Shop"}


def test_a_bot_without_a_name_is_named_after_its_id(owner: Api) -> None:
    assert ok(owner.post(BOTS, {"id": "shop"})) == {"id": "shop", "name": "shop"}


@pytest.mark.parametrize("dots", [".", ".."])
def test_a_bot_whose_address_no_client_would_send_is_refused(owner: Api, dots: str) -> None:
    answer = owner.post(BOTS, {"id": dots})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "id")


def test_a_second_bot_with_the_same_id_is_refused(shop: Api) -> None:
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


def test_a_bot_with_a_waiting_conversation_cannot_be_removed(owner: Api, bot: Api) -> None:
    waiting(bot)

    answer = owner.send("DELETE", BOT)

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert ok(owner.get(BOT))["id"] == "demo"


def test_nothing_of_a_removed_bot_can_be_reached_and_its_id_is_never_given_again(
    shop: Api, services: MemoryServices
) -> None:
    key = ok(shop.post(f"{SHOP}/keys", {}))["key"]
    ok(shop.post(f"{SHOP}/agents", {"email": "neo@example.test", "name": "Neo"}))
    services.directory.put_queue("shop", Queue("sales"))
    ok(shop.put(f"{SHOP}/replies/hello", {"text": "Hello"}))
    ok(shop.as_(key).post(f"{SHOP}/messages", message()))

    assert shop.send("DELETE", SHOP).status == 204

    again = shop.post(BOTS, {"id": "shop"})
    assert (again.status, again.json["code"]) == (409, "conflict")
    assert "was removed" in again.json["detail"]
    assert shop.get(SHOP).status == 404
    assert shop.as_(key).post(f"{SHOP}/messages", message()).status == 401
    assert services.administration.keys("shop") == []
    assert services.directory.roster("shop") == []
    assert services.directory.queues("shop") == []
    assert services.administration.canned_replies("shop") == []


def test_an_id_that_an_earlier_release_has_freed_is_not_given_while_it_has_conversations(
    owner: Api, services: MemoryServices
) -> None:
    late = Caller("late", "Shop", Role.BOT, "shop", scopes=frozenset(Scope))
    execute(services, late, Address("shop", "web", "u-1"), Pause(Request()))

    assert owner.post(BOTS, {"id": "shop"}).status == 409


def test_the_connections_of_people_who_serve_no_other_bot_are_closed_with_their_bot(
    shop: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    person(services, "cy", bot="shop")
    (member,) = [each for each in services.directory.roster("demo") if each.name == "Ana"]
    services.directory.put_member("shop", member)
    people = {"cy": bot.login("cy"), "ana": ana, "owner": shop}
    sockets = {name: SocketClient(services, who, name) for name, who in people.items()}

    assert shop.send("DELETE", SHOP).status == 204

    assert {name for name in sockets if services.sockets.is_open(name)} == {"ana", "owner"}
    assert sockets["cy"].events[-1] == {"event": "session_ended"}
    assert services.connections.of_bot("shop") == []


def test_an_interrupted_bot_removal_continues_when_it_is_repeated(
    shop: Api, services: MemoryServices
) -> None:
    ok(shop.post(f"{SHOP}/keys", {}))
    for key in services.administration.keys("shop"):
        services.administration.delete_key("shop", key.id)

    assert shop.send("DELETE", SHOP).status == 204
    assert "shop" not in services.directory.bot_ids()


def test_removing_a_bot_leaves_other_bots_unchanged(shop: Api, bot: Api) -> None:
    begun(bot)

    assert shop.send("DELETE", SHOP).status == 204

    assert bot.get(f"{BOT}/conversations").status == 200


class Meanwhile(ManualClock):
    """While somebody sleeps, something happens."""

    def __init__(self, now: int, happens: Callable[[], object]) -> None:
        super().__init__(now)
        self._happens = happens

    def sleep(self, milliseconds: float) -> None:
        super().sleep(milliseconds)
        self._happens()


def test_a_bot_that_is_being_removed_takes_no_pause(shop: Api, services: MemoryServices) -> None:
    bot = shop.as_(ok(shop.post(f"{SHOP}/keys", {}))["key"])
    answers: list[ApiAnswer] = []
    pause = {"channel": "web", "user": "u-1"}
    services.clock = Meanwhile(
        services.clock.now(), lambda: answers.append(bot.post(f"{SHOP}/pause", pause))
    )

    assert shop.send("DELETE", SHOP).status == 204

    assert [answer.status for answer in answers] == [404]


def test_a_pause_that_an_instance_lets_in_late_keeps_the_bot(
    shop: Api, services: MemoryServices
) -> None:
    bot = shop.as_(ok(shop.post(f"{SHOP}/keys", {}))["key"])
    late = Caller("late", "Shop", Role.BOT, "shop", scopes=frozenset(Scope))
    address = Address("shop", "web", "u-1")
    services.clock = Meanwhile(
        services.clock.now(), lambda: execute(services, late, address, Pause(Request()))
    )

    answer = shop.send("DELETE", SHOP)

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert ok(bot.get(f"{SHOP}/conversations?status=waiting"))["items"][0]["user"] == "u-1"
