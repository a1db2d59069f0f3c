"""Nobody waits unseen: in a queue that does not exist, or in which nobody could serve them."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.notifications import Notification
from tests.api.conversation_setup import BOT, begun, log, ok, one, owned, person, waiting
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import MINUTE, Simulation
from tests.support.api import Api
from tests.support.services import QUEUES, MemoryServices

NOBODY = "A user waits in the queue sales, in which nobody could serve them."


def listed(reader: Api) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(reader.get(f"{BOT}/notifications"))["items"]
    return items


def told(reader: Api) -> list[str]:
    return [each["message"] for each in listed(reader)]


def published(services: MemoryServices, type_: str) -> list[Any]:
    sent = [each.message for each in services.topic.published]
    return [message for message in sent if message["type"] == type_]


def admin(owner: Api, member: str, **fields: object) -> None:
    ok(owner.put(f"{BOT}/agents/{member}", {"role": "agent", **fields}))


def test_a_bots_request_for_an_unknown_queue_waits_where_everybody_sees_it(
    bot: Api, ana: Api, sam: Api, simulation: Simulation
) -> None:
    path = begun(bot)

    head = ok(bot.post(f"{path}/pause", {"queue": "salse"}, Idempotency_Key="k-1"))
    again = ok(bot.post(f"{path}/pause", {"queue": "salse"}, Idempotency_Key="k-1"))
    simulation.run_reactions()

    assert (head["status"], head["queue"]) == ("waiting", None)
    assert [(w["code"], w["field"]) for w in head["warnings"]] == [("unknown_queue", "queue")]
    assert again == head
    assert log(ana, path)[-1]["payload"]["unknown_queue"] == "salse"
    assert told(sam) == [
        "A bot asked for the queue salse, which does not exist. The user waits without a queue."
    ]


def test_an_unknown_queue_is_reported_once_an_hour(
    bot: Api, simulation: Simulation, services: MemoryServices
) -> None:
    reported = []
    for minutes in (0, 1, 58, 1):
        services.clock.advance(minutes * MINUTE)
        waiting(bot, "salse", user={"id": f"u-{services.clock.now()}"})
        simulation.run_reactions()
        reported.append(len(services.notifications.latest("demo", None, 9)))

    assert reported == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("path", "body"),
    [("pause", {"queue": "salse"}), ("transfer", {"queue": "salse"})],
)
def test_a_person_who_names_an_unknown_queue_is_told_those_that_exist(
    path: str, body: dict[str, str], bot: Api, ana: Api
) -> None:
    conversation = owned(bot, ana) if path == "transfer" else begun(bot)
    before = bot.get(conversation).json

    refused = ana.post(f"{conversation}/{path}", body)

    assert (refused.status, refused.json["code"]) == (404, "not_found")
    assert refused.json["queues"] == sorted(QUEUES)
    assert bot.get(conversation).json == before


def test_the_availability_of_an_unknown_queue_is_not_found(bot: Api) -> None:
    refused = bot.get(f"{BOT}/availability", queue="salse")

    assert (refused.status, refused.json["queues"]) == (404, sorted(QUEUES))


def test_members_are_put_only_into_queues_that_exist(owner: Api, services: MemoryServices) -> None:
    nell = person(services, "nell")

    refused = owner.put(f"{BOT}/agents/{nell}", {"role": "agent", "queues": ["salse"]})
    invited = {"email": "new@example.test", "name": "Neo", "queues": ["salse"]}

    assert (refused.status, refused.json["queues"]) == (404, sorted(QUEUES))
    assert owner.post(f"{BOT}/agents", invited).status == 404


def test_a_request_into_a_queue_without_members_is_reported_at_once(
    bot: Api, sam: Api, simulation: Simulation, services: MemoryServices
) -> None:
    path = waiting(bot, "sales")
    simulation.run_reactions()

    assert told(sam) == [NOBODY]
    (message,) = published(services, "handoff.unserved")
    assert (message["conversation_id"], message["queue"]) == (bot.get(path).json["id"], "sales")
    assert ok(bot.get(f"{BOT}/availability", queue="sales"))["served"] is False


@pytest.mark.parametrize("change", ["removed", "other queue", "capacity 0"])
def test_the_loss_of_the_last_member_is_reported_if_somebody_waits(
    change: str,
    bot: Api,
    owner: Api,
    sam: Api,
    simulation: Simulation,
    services: MemoryServices,
) -> None:
    cy = person(services, "cy", queues=frozenset({"sales"}))
    waiting(bot, "sales")
    simulation.run_reactions()
    assert told(sam) == []

    if change == "removed":
        assert owner.send("DELETE", f"{BOT}/agents/{cy}").status == 204
    elif change == "other queue":
        admin(owner, cy, queues=["support"])
    else:
        admin(owner, cy, queues=["sales"], capacity=0)

    assert told(sam) == [NOBODY]
    assert len(published(services, "handoff.unserved")) == 1


def test_an_overflow_queue_without_members_is_reported(
    bot: Api, sam: Api, owner: Api, simulation: Simulation, services: MemoryServices
) -> None:
    person(services, "cy", queues=frozenset({"support"}))
    limits = {"give_up": 60}
    ok(owner.put(f"{BOT}/queues/support", {"fallback": "sales", "limits": limits}))
    path = waiting(bot, "support")

    simulation.advance(3 * MINUTE)

    assert bot.get(path).json["queue"] == "sales"
    assert told(sam) == [NOBODY]


def test_a_conversation_that_goes_back_into_a_removed_queue_is_seen_by_everybody(
    bot: Api, owner: Api, simulation: Simulation, services: MemoryServices
) -> None:
    person(services, "cy", queues=frozenset({"sales"}))
    cy = bot.login("cy")
    path = owned(bot, cy, "sales")
    owner.send("DELETE", f"{BOT}/queues/sales")
    assert bot.get(path).json["owner"]

    ok(cy.post(f"{path}/release", {}))
    simulation.run_reactions()

    assert bot.get(path).json["queue"] is None


def test_a_queue_without_settings_alerts_after_one_and_after_five_minutes(
    bot: Api, simulation: Simulation, services: MemoryServices
) -> None:
    services.directory.put_queue("demo", Queue("night"))
    person(services, "cy", queues=frozenset({"night"}))
    head = ok(bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-1", "queue": "night"}))

    simulation.advance(60 * MINUTE)

    kinds = [entry["kind"] for entry in log(bot, one(head["id"]))]
    assert kinds == ["requested", "escalated", "escalated"]
    assert len(published(services, "handoff.escalated")) == 2


def test_agents_are_not_told_about_queues_and_supervisors_are(
    bot: Api, ana: Api, sam: Api, owner: Api, simulation: Simulation, services: MemoryServices
) -> None:
    sockets = [SocketClient(services, who, str(n)) for n, who in enumerate((ana, sam, owner))]
    waiting(bot, "sales")
    ok(bot.post(f"{BOT}/notifications", {"message": "Lunch."}))
    simulation.run_reactions()
    for notification in services.notifications.latest("demo", None, 9):
        react(services, notification)

    pushed = [
        {e["notification"]["message"] for e in socket.events if e["event"] == "notification"}
        for socket in sockets
    ]
    assert pushed == [{"Lunch."}, {NOBODY, "Lunch."}, {NOBODY, "Lunch."}]
    assert told(ana) == ["Lunch."]
    assert set(told(sam)) == set(told(owner)) == {"Lunch.", NOBODY}
    (about_queue,) = (each for each in listed(sam) if each["message"] == NOBODY)
    read = f"{BOT}/notifications/{about_queue['id']}/read"
    assert (ana.post(read, {}).status, sam.post(read, {}).status) == (404, 200)


def test_a_page_for_agents_is_full_although_supervisors_have_more(
    ana: Api, services: MemoryServices
) -> None:
    for number in range(9):
        made = Notification(f"n_{number}", "demo", str(number), "info", number)
        services.notifications.add(replace(made, for_supervisors=number % 3 != 0), None)

    first = ok(ana.get(f"{BOT}/notifications", limit="2"))
    rest = ok(ana.get(f"{BOT}/notifications", limit="2", cursor=first["next"]))

    assert [each["message"] for each in first["items"] + rest["items"]] == ["6", "3", "0"]
    assert rest["next"] is None


def test_the_queues_say_which_of_them_nobody_could_serve(
    owner: Api, services: MemoryServices
) -> None:
    cy = person(services, "cy", queues=frozenset({"sales"}))

    def served() -> dict[str, bool]:
        items = ok(owner.get(f"{BOT}/queues"))["items"]
        return {each["name"]: each["served"] for each in items if each["name"] in QUEUES}

    assert served()["sales"]
    assert ok(owner.put(f"{BOT}/queues/sales", {"priority": 1}))["served"]
    admin(owner, cy, queues=["sales"], capacity=0)
    assert not served()["sales"]
    assert not ok(owner.put(f"{BOT}/queues/sales", {}))["served"]
