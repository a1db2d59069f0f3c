"""Supervisors take over, reassign and release conversations of other agents."""

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import person_id
from chalicelib.domain.conversation.commands import ClaimAndReply
from chalicelib.domain.conversation.entries import Body
from chalicelib.usecases.conversations.execute import execute
from tests.api.conversation_setup import BOT, id_of, ok, online, owned, person, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices


@pytest.mark.parametrize("status", [None, "away", "offline", "online"])
def test_a_supervisor_takes_over_a_conversation_even_while_offline(
    status: str | None, bot: Api, ana: Api, sam: Api
) -> None:
    path = owned(bot, ana)
    if status:
        ok(sam.put("/agents/me/status", {"status": status}))

    head = ok(sam.post(f"{path}/transfer", {"agent": "sam@example.test", "note": "Mine now."}))

    assert (head["status"], head["owner_name"]) == ("agent", "Sam")
    refused = ana.post(f"{path}/messages", {"text": "But…"})
    assert (refused.json["code"], refused.json["owner_name"]) == ("already_claimed", "Sam")


def test_a_supervisor_claims_from_any_queue(bot: Api, sam: Api) -> None:
    path = waiting(bot, "billing")

    head = ok(sam.post(f"{path}/transfer", {"agent": "sam@example.test"}))

    assert head["owner_name"] == "Sam"


def test_the_installations_owner_takes_over_without_being_a_member(
    bot: Api, ana: Api, owner: Api
) -> None:
    path = owned(bot, ana)

    head = ok(owner.post(f"{path}/transfer", {"agent": "owner@example.test"}))

    assert head["owner_name"] == "Olga"
    ok(owner.post(f"{path}/messages", {"text": "Hello."}))


def test_only_members_can_receive_a_transfer(bot: Api, ana: Api, sam: Api) -> None:
    path = owned(bot, ana)

    answer = sam.post(f"{path}/transfer", {"agent": "owner@example.test"})

    assert answer.status == 404


def test_a_supervisor_transfers_a_conversation_to_an_agent_who_is_online(
    bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    path = owned(bot, ana)
    refused = sam.post(f"{path}/transfer", {"agent": "bo@example.test"})
    online(bo)

    head = ok(sam.post(f"{path}/transfer", {"agent": "bo@example.test"}))

    assert refused.json["code"] == "no_agent_available"
    assert head["owner_name"] == "Bo"


def test_a_supervisor_releases_a_conversation_that_another_agent_owns(
    bot: Api, ana: Api, sam: Api
) -> None:
    path = owned(bot, ana, None)

    assert ok(sam.post(f"{path}/release"))["status"] == "waiting"
    assert ok(sam.post(f"{path}/transfer", {"queue": "billing"}))["queue"] == "billing"


def test_a_supervisor_at_capacity_cannot_take_over(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = owned(bot, ana)
    tom = person(services, "tom", Role.SUPERVISOR, capacity=0)

    answer = bot.login("tom").post(f"{path}/transfer", {"agent": tom})

    assert (answer.status, answer.json["code"]) == (409, "at_capacity")


def test_an_agent_takes_nothing_over(bot: Api, ana: Api, bo: Api) -> None:
    mine, nobodys = owned(bot, ana), waiting(bot, user={"id": "u-2"})
    online(bo)

    refused = [
        bo.post(f"{path}/{move}", body)
        for path, move, body in (
            (mine, "transfer", {"agent": "bo@example.test"}),
            (mine, "release", {}),
            (mine, "transfer", {"queue": "billing"}),
            (nobodys, "transfer", {"agent": "bo@example.test"}),
        )
    ]

    assert [answer.json["code"] for answer in refused] == [
        "already_claimed",
        "already_claimed",
        "already_claimed",
        "forbidden",
    ]
    assert bot.get(f"{BOT}/conversations", owner="bo@example.test").json["items"] == []


def test_taking_a_conversation_with_a_message_returns_that_messages_number(
    services: MemoryServices, bot: Api
) -> None:
    conversation = id_of(waiting(bot))
    ana = Caller(person_id("ana@example.test"), "Ana", Role.AGENT, "demo")

    answer = execute(services, ana, conversation, ClaimAndReply(Body(text="Hello, Ana here.")))

    assert answer.seq
    (said,) = services.conversations.entries_after("demo", conversation, answer.seq - 1, 10)
    assert said.record.text == "Hello, Ana here."
