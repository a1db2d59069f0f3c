"""Several webhooks of one bot: its channel, and others that are told what happens."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import CHANNEL
from chalicelib.usecases.recovery import recover
from chalicelib.usecases.webhooks.event_types import DEFAULT_EVENTS, EVENTS
from chalicelib.usecases.webhooks.worker import GONE_REASON, WAITS, deliver
from tests.api.conversation_setup import BOT, begun, id_of, ok, owned
from tests.support.api import Api
from tests.support.fakes import FakeWebhookClient
from tests.support.services import MemoryServices

WEBHOOKS = f"{BOT}/webhooks"
BOT_URL, CRM_URL = "https://bot.example.test/hook", "https://crm.example.test/hook"
MINUTE = 60 * 1000


class Receivers(FakeWebhookClient):
    """Answers by the URL that is called; 200 where nothing else is said."""

    def __init__(self, statuses: Mapping[str, int]) -> None:
        super().__init__()
        self._statuses = statuses

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        super().post(url, headers, body)
        return self._statuses.get(url, 200)

    def told(self, url: str) -> list[Any]:
        return [json.loads(each.body) for each in self.requests if each.url == url]

    def types(self, url: str) -> list[str]:
        return [each["type"] for each in self.told(url)]


@pytest.fixture
def receivers(services: MemoryServices) -> Receivers:
    return answering(services)


def answering(services: MemoryServices, **statuses: int) -> Receivers:
    """`bot` and `crm` name the URL."""
    urls = {"bot": BOT_URL, "crm": CRM_URL}
    receivers = Receivers({urls[name]: status for name, status in statuses.items()})
    services.webhook_client = receivers
    return receivers


def add(owner: Api, url: str = CRM_URL, **more: object) -> Any:
    return ok(owner.post(WEBHOOKS, {"url": url, **more}))


def both(owner: Api, *events: str) -> str:
    """The bot's channel and one more webhook; returns the id of the latter."""
    add(owner, BOT_URL, channel=True)
    return str(add(owner, events=events)["id"])


def follow(services: MemoryServices, path: str) -> None:
    """Runs the reactions to all entries of the conversation."""
    for entry in services.conversations.entries_after("demo", id_of(path), 0, 100):
        react(services, CommittedEntry("demo", id_of(path), entry))


def work(services: MemoryServices) -> None:
    """Lets the worker handle all messages that are visible now."""
    while queued := services.webhook_queue.receive():
        place = (queued.bot, queued.conversation_id, queued.receipt, queued.times_received)
        if deliver(services, *place, queued.webhook):
            services.webhook_queue.done(queued.receipt)


# Administration


def test_a_webhook_is_added_listed_changed_and_removed_beside_the_channel(
    owner: Api, services: MemoryServices
) -> None:
    channel, crm = add(owner, BOT_URL, channel=True), add(owner)
    path = f"{WEBHOOKS}/{crm['id']}"
    changed = ok(owner.put(path, {"url": CRM_URL + "2", "events": ["note.added"]}))
    turned = ok(owner.post(f"{path}/rotate", {}))

    listed = ok(owner.get(WEBHOOKS))["items"]
    assert [(each["id"], each["channel"]) for each in listed] == [
        (CHANNEL, True),
        (crm["id"], False),
    ]
    assert (channel["events"], crm["events"]) == ([*DEFAULT_EVENTS], [*DEFAULT_EVENTS])
    assert (changed["url"], changed["events"]) == (CRM_URL + "2", ["note.added"])
    assert len({channel["secret"], crm["secret"], turned["secret"]}) == 3
    assert "secret" not in listed[1]
    assert owner.send("DELETE", path).status == 204
    assert owner.get(path).status == 404
    assert ok(owner.get(f"{BOT}/webhook"))["url"] == BOT_URL


def test_the_channels_webhook_is_the_one_of_the_old_routes(owner: Api) -> None:
    ok(owner.put(f"{BOT}/webhook", {"url": BOT_URL}))
    ok(owner.put(f"{WEBHOOKS}/{CHANNEL}", {"url": CRM_URL, "events": ["agent.message"]}))
    ok(owner.put(f"{BOT}/webhook", {"url": BOT_URL}))

    assert ok(owner.get(f"{BOT}/webhook")) == ok(owner.get(f"{WEBHOOKS}/{CHANNEL}"))
    assert ok(owner.get(f"{BOT}/webhook"))["events"] == ["agent.message"]
    again = owner.post(WEBHOOKS, {"url": CRM_URL, "channel": True})
    assert (again.status, "channel" in again.json["detail"]) == (409, True)


def test_a_bot_has_at_most_five_webhooks_beside_its_channel(owner: Api) -> None:
    both(owner)
    statuses = [owner.post(WEBHOOKS, {"url": CRM_URL}).status for _ in range(5)]

    assert statuses == [201, 201, 201, 201, 409]


@pytest.mark.parametrize("events", [["note.read"], ["agent.message", "typing"]])
def test_an_unknown_event_is_refused_with_those_that_exist(owner: Api, events: list[str]) -> None:
    refused = owner.post(WEBHOOKS, {"url": CRM_URL, "events": events})

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "events")
    assert events[-1] in refused.json["detail"]
    assert all(name in refused.json["detail"] for name in EVENTS)
    assert ok(owner.get(WEBHOOKS))["items"] == []


def test_the_channel_keeps_the_event_that_users_wait_for(owner: Api) -> None:
    add(owner, BOT_URL, channel=True)

    refused = owner.put(f"{WEBHOOKS}/{CHANNEL}", {"url": BOT_URL, "events": ["handoff.*"]})

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "events")
    assert "agent.message" in ok(owner.get(f"{BOT}/webhook"))["events"]


# Events


def test_each_webhook_receives_the_events_that_it_has_asked_for(
    owner: Api, bot: Api, ana: Api, services: MemoryServices, receivers: Receivers
) -> None:
    others = ["note.added", "tags.changed", "conversation.rated"]
    wanted = ["user.message", "bot.message", *others, "handoff.*"]
    both(owner, *wanted)
    path = begun(bot)
    ok(bot.post(f"{path}/messages", {"from": "bot", "text": "Hi."}))
    ok(bot.post(f"{path}/pause", {}))
    ok(ana.post(f"{path}/claim", {}))
    ok(ana.post(f"{path}/messages", {"text": "Hello."}))
    ok(ana.post(f"{path}/notes", {"text": "Called before."}))
    ok(ana.put(f"{path}/tags", {"tags": ["vip"]}))
    handoff_id = ok(bot.get(path))["handoff"]["id"]
    ok(bot.post(f"{path}/unpause", {}))
    ok(bot.post(f"{BOT}/handoffs/{handoff_id}/rating", {"score": 5}))
    follow(services, path)
    work(services)

    handoffs = ["handoff.requested", "handoff.claimed"]
    ends = "conversation.returned"
    assert receivers.types(BOT_URL) == [*handoffs, "agent.message", ends]
    assert receivers.types(CRM_URL) == [
        "user.message",
        "bot.message",
        *handoffs,
        *others,
    ]
    assert receivers.told(CRM_URL)[0]["data"]["entry"]["text"] == "Hello"


def test_an_erasure_is_told_with_ids_only(
    owner: Api, bot: Api, services: MemoryServices, receivers: Receivers
) -> None:
    both(owner, "conversation.erased")
    path = begun(bot, user={"id": "u-zed", "name": "Zed"})
    assert owner.send("DELETE", f"{BOT}/users/web/u-zed").status == 202
    follow(services, path)
    work(services)

    (told,) = receivers.told(CRM_URL)
    assert told["type"] == "conversation.erased"
    assert told["data"] == {"conversation_id": id_of(path), "epoch": 1, "seq": 2}
    assert receivers.types(BOT_URL) == []


def test_a_webhook_receives_a_type_only_from_its_subscription_on(
    owner: Api, bot: Api, services: MemoryServices, receivers: Receivers
) -> None:
    crm = both(owner, "tags.changed")
    path = begun(bot)
    ok(bot.put(f"{path}/tags", {"tags": ["vip"]}))
    services.clock.advance(1)
    ok(owner.put(f"{WEBHOOKS}/{crm}", {"url": CRM_URL, "events": ["user.message", "tags.changed"]}))
    ok(bot.post(f"{path}/messages", {"from": "user", "text": "Later."}))
    follow(services, path)
    work(services)

    assert receivers.types(CRM_URL) == ["tags.changed", "user.message"]


# Independence


def test_a_dead_webhook_holds_up_neither_the_channel_nor_the_bot(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    receivers = answering(services, crm=500)
    crm = both(owner)
    path = owned(bot, ana)
    follow(services, path)
    for _ in range(len(WAITS) + 1):
        work(services)
        services.clock.advance(7 * 60 * MINUTE)

    assert receivers.types(BOT_URL) == ["handoff.requested", "handoff.claimed"]
    assert receivers.types(CRM_URL)[:8] == ["handoff.requested"] * 8
    assert (
        services.conversations.entries_after("demo", id_of(path), 1, 1)[0].is_undelivered is False
    )
    assert services.notifications.latest("demo", None, 9) == []
    (dead,) = services.webhook_queue.dead_letters
    assert (dead["webhook"], dead["seq"]) == (crm, 2)


def test_a_webhook_whose_slots_are_taken_delays_no_other_one(
    owner: Api, bot: Api, ana: Api, services: MemoryServices, receivers: Receivers
) -> None:
    crm = both(owner)
    for _ in range(5):
        services.deliveries.acquire_slot("demo", services.clock.now(), 75_000, crm)
    follow(services, owned(bot, ana))
    work(services)

    assert receivers.types(BOT_URL) == ["handoff.requested", "handoff.claimed"]
    assert receivers.types(CRM_URL) == []


def test_a_410_switches_off_one_webhook_and_its_backlog_follows_when_it_is_set_again(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    answering(services, crm=410)
    crm = both(owner)
    path = owned(bot, ana)
    follow(services, path)
    work(services)
    off = [each["switched_off"] for each in ok(owner.get(WEBHOOKS))["items"]]

    receivers = answering(services)
    services.clock.advance(1)
    ok(owner.put(f"{WEBHOOKS}/{crm}", {"url": CRM_URL}))
    work(services)

    assert off == [None, GONE_REASON]
    assert receivers.types(BOT_URL) == []
    assert receivers.types(CRM_URL) == ["handoff.requested", "handoff.claimed"]


def test_the_sweep_wakes_the_worker_for_the_webhook_whose_queue_message_was_lost(
    owner: Api, bot: Api, ana: Api, services: MemoryServices, receivers: Receivers
) -> None:
    crm = both(owner, "handoff.claimed", "note.added")
    path = owned(bot, ana)
    follow(services, path)
    for lost in services.webhook_queue.waiting():
        services.webhook_queue.done(lost.receipt)
    deliver(services, "demo", id_of(path), "receipt")
    services.clock.advance(2 * MINUTE)
    recover(services, services.clock.now() + MINUTE)

    assert {each.webhook for each in services.webhook_queue.waiting()} == {crm}
    work(services)
    assert receivers.types(CRM_URL) == ["handoff.claimed"]


# The log


def test_the_log_of_deliveries_names_the_webhook_and_a_replay_goes_to_it(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    answering(services, crm=500)
    crm = both(owner, "handoff.claimed")
    follow(services, owned(bot, ana))
    work(services)
    listed = ok(owner.get(f"{BOT}/deliveries"))["items"]
    (failed,) = [each for each in listed if each["webhook"] == crm]

    receivers = answering(services)
    services.clock.advance(1)
    again = ok(owner.post(f"{BOT}/deliveries/{failed['id']}/replay", {}))
    assert owner.send("DELETE", f"{WEBHOOKS}/{crm}").status == 204
    refused = owner.post(f"{BOT}/deliveries/{failed['id']}/replay", {})

    assert [(each["webhook"], each["status"]) for each in listed if each["webhook"] != crm] == [
        (CHANNEL, "delivered")
    ] * 2
    assert (failed["status"], again["status"], again["webhook"]) == ("pending", "delivered", crm)
    assert (receivers.types(CRM_URL), receivers.types(BOT_URL)) == (["handoff.claimed"], [])
    assert (refused.status, "removed" in refused.json["detail"]) == (409, True)


def test_a_delivery_shows_its_user_and_what_was_sent_until_the_user_is_erased(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    receivers = answering(services)
    crm = both(owner, "handoff.claimed")
    follow(services, owned(bot, ana))
    work(services)
    items = ok(owner.get(f"{BOT}/deliveries"))["items"]
    (listed,) = [each for each in items if each["webhook"] == crm]
    path = f"{BOT}/deliveries/{listed['id']}"

    found = ok(owner.get(path))

    assert {name: found[name] for name in listed} == listed
    assert (found["user"], found["channel"], found["user_name"]) == ("u-1", "web", None)
    assert found["body"] == receivers.told(CRM_URL)[0]
    assert owner.send("DELETE", f"{WEBHOOKS}/{crm}").status == 204
    assert ok(owner.get(path))["body"] is None
    assert owner.send("DELETE", f"{BOT}/users/web/u-1").status == 202
    assert owner.get(path).status == 404
