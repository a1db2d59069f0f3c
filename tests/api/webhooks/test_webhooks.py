"""A bot's webhook: settings, test calls, secret rotation, deliveries and replays."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.usecases.webhooks.signing import sign
from chalicelib.usecases.webhooks.worker import deliver
from tests.api.conversation_setup import BOT, id_of, ok, owned, waiting
from tests.support.api import Api
from tests.support.fakes import FakeWebhookClient, PostedWebhook
from tests.support.services import MemoryServices

WEBHOOK = f"{BOT}/webhook"
DELIVERIES = f"{BOT}/deliveries"
URL = "https://bot.example.test/hook"
GONE = "The webhook answered 410 Gone."


def put(owner: Api, url: str = URL, **more: str) -> Any:
    return ok(owner.put(WEBHOOK, {"url": url, **more}))


def signed_by(request: PostedWebhook, secret: str) -> bool:
    headers: Mapping[str, str] = request.headers
    seconds = int(headers["webhook-timestamp"])
    expected = sign([secret], headers["webhook-id"], seconds, request.body)
    return expected in headers["webhook-signature"].split()


def answered(bot: Api, ana: Api, services: MemoryServices, *script: int | None) -> str:
    """The id of a conversation that Ana has, of which the webhook is told, and answers so."""
    conversation_id = id_of(owned(bot, ana))
    services.webhook_client = FakeWebhookClient(script)
    services.clock.advance(1)
    deliver(services, "demo", conversation_id, "receipt")
    return conversation_id


def listed(owner: Api, **query: str) -> list[Any]:
    items: list[Any] = ok(owner.get(DELIVERIES, **query))["items"]
    return items


# Setting it


def test_a_new_webhook_gets_a_secret_that_is_shown_once(
    owner: Api, services: MemoryServices
) -> None:
    assert owner.get(WEBHOOK).status == 404

    made = owner.put(WEBHOOK, {"url": URL})
    again = owner.put(WEBHOOK, {"url": URL + "2"})

    assert (made.status, again.status) == (201, 200)
    assert made.json["secret"].startswith("whsec_")
    assert again.json["secret"] is None
    assert "secret" not in owner.get(WEBHOOK).json
    assert owner.get(WEBHOOK).json["url"] == URL + "2"


def test_a_webhook_of_an_unknown_format_is_refused(owner: Api) -> None:
    refused = owner.put(WEBHOOK, {"url": URL, "format": "telegram"})

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "format")
    assert owner.get(WEBHOOK).status == 404


def test_webhook_and_settings_do_not_overwrite_each_other(owner: Api) -> None:
    wanted = {"leave_words": ["/end"], "default_locale": "es", "texts": {}}
    ok(owner.put(f"{BOT}/settings", wanted))
    put(owner)
    ok(owner.put(f"{BOT}/settings", {**wanted, "leave_words": ["/stop"]}))

    assert ok(owner.get(WEBHOOK))["url"] == URL
    assert ok(owner.get(f"{BOT}/settings"))["leave_words"] == ["/stop"]


def test_entries_from_before_the_webhook_are_not_delivered(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    conversation_id = id_of(owned(bot, ana))
    services.clock.advance(1)
    put(owner)

    deliver(services, "demo", conversation_id, "receipt")

    assert services.webhook_client.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "ftp://bot.example.test",
        "https://user:secret@bot.example.test",
        "https://bot.example.test:22/",
        "https://nowhere.invalid/",
        "https://0x7f.1/",
        "javascript:alert(1)",
        "x" * 2001,
    ],
)
def test_an_unreachable_or_forbidden_url_is_refused_and_named(url: str, owner: Api) -> None:
    answer = owner.put(WEBHOOK, {"url": url})

    assert (answer.status, answer.json["errors"][0]["field"]) in ((400, "url"), (400, ""))
    assert owner.get(WEBHOOK).status == 404


def test_a_removed_webhook_is_not_called(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)

    removed = [owner.send("DELETE", WEBHOOK).status for _ in range(2)]
    answered(bot, ana, services)

    assert removed == [204, 204]
    assert services.webhook_client.requests == []


def test_an_entry_that_met_410_waits_only_once_in_the_log_of_deliveries(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    def statuses(outcome: str) -> list[object]:
        listed = ok(owner.get(f"{BOT}/deliveries", status=outcome))["items"]
        return [(each["seq"], each["http_status"]) for each in listed if each["seq"] == first]

    put(owner)
    conversation_id = answered(bot, ana, services, 410)
    (first,) = {each["seq"] for each in ok(owner.get(f"{BOT}/deliveries"))["items"]}
    deliver(services, "demo", conversation_id, "receipt")
    assert (statuses("pending"), statuses("failed")) == ([(first, 410)], [])

    services.clock.advance(1000)
    put(owner)
    services.webhook_client = FakeWebhookClient(otherwise=410)
    deliver(services, "demo", conversation_id, "receipt")
    deliver(services, "demo", conversation_id, "receipt")

    assert (statuses("pending"), statuses("failed")) == ([(first, 410)], [(first, 410)])


def test_a_webhook_that_410_disabled_delivers_its_backlog_when_it_is_enabled_again(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)
    conversation_id = answered(bot, ana, services, 410)
    off = owner.get(WEBHOOK).json["switched_off"]
    deliver(services, "demo", conversation_id, "receipt")
    told_while_off = len(services.webhook_client.requests)

    services.clock.advance(1)
    on = put(owner)

    assert (off, on["switched_off"], told_while_off) == (GONE, None, 1)
    woken = [queued.conversation_id for queued in services.webhook_queue.waiting()]
    assert woken == [conversation_id]
    deliver(services, "demo", conversation_id, "receipt")
    assert [json.loads(r.body)["type"] for r in services.webhook_client.requests] == [
        "handoff.requested",
        "handoff.requested",
        "handoff.claimed",
    ]
    assert [d["status"] for d in listed(owner)] == ["delivered", "delivered", "failed"]


# Its secret


def test_every_call_is_signed_by_both_secrets_during_the_overlap(
    owner: Api, services: MemoryServices
) -> None:
    old = put(owner)["secret"]
    turned = ok(owner.post(f"{WEBHOOK}/rotate", {"overlap_s": 60}))

    ok(owner.post(f"{WEBHOOK}/test", {}))
    services.clock.advance(60 * 1000)
    ok(owner.post(f"{WEBHOOK}/test", {}))

    during, after = services.webhook_client.requests
    new = turned["secret"]
    assert [signed_by(during, each) for each in (old, new)] == [True, True]
    assert [signed_by(after, each) for each in (old, new)] == [False, True]
    assert len(turned["older_secrets_until"]) == 1
    assert ok(owner.get(WEBHOOK))["older_secrets_until"] == []


def test_a_rotation_without_overlap_ends_the_old_secret_at_once(
    owner: Api, services: MemoryServices
) -> None:
    old = put(owner)["secret"]
    ok(owner.post(f"{WEBHOOK}/rotate", {"overlap_s": 0}))

    ok(owner.post(f"{WEBHOOK}/test", {}))

    assert not signed_by(services.webhook_client.requests[0], old)


def test_at_most_four_older_secrets_are_good_at_a_time(owner: Api) -> None:
    put(owner)

    statuses = [owner.post(f"{WEBHOOK}/rotate", {"overlap_s": 60}).status for _ in range(5)]

    assert statuses == [201, 201, 201, 201, 409]
    assert owner.post(f"{WEBHOOK}/rotate", {"overlap_s": 0}).status == 201


# Trying it


@pytest.mark.parametrize(
    ("answer", "expected"), [(204, (True, 204)), (500, (False, 500)), (302, (False, 302))]
)
def test_a_webhook_test_reports_the_status_of_the_servers_answer(
    answer: int, expected: tuple[bool, int], owner: Api, services: MemoryServices
) -> None:
    put(owner)
    services.webhook_client = FakeWebhookClient([answer])

    tried = ok(owner.post(f"{WEBHOOK}/test", {}))

    assert (tried["succeeded"], tried["http_status"]) == expected
    assert tried["error"] is None
    assert json.loads(services.webhook_client.requests[0].body)["type"] == "webhook.test"


def test_a_webhook_test_reports_why_the_server_was_not_reached(
    owner: Api, services: MemoryServices
) -> None:
    put(owner)
    services.webhook_client = FakeWebhookClient([None])

    tried = ok(owner.post(f"{WEBHOOK}/test", {}))

    assert (tried["succeeded"], tried["http_status"], tried["error"]) == (False, None, URL)


def test_a_webhook_is_tested_before_it_is_saved(owner: Api, services: MemoryServices) -> None:
    tried = ok(owner.post(f"{WEBHOOK}/test", {"url": URL}))

    assert (tried["succeeded"], tried["signed_with"]) == (True, "temporary")
    assert services.webhook_client.requests[0].url == URL
    assert owner.get(WEBHOOK).status == 404


def test_a_change_of_a_webhook_is_tested_with_its_own_secret_and_stores_nothing(
    owner: Api, services: MemoryServices
) -> None:
    secret, before = put(owner)["secret"], ok(owner.get(WEBHOOK))
    other = "https://other.example.test/hook"

    tried = ok(owner.post(f"{WEBHOOK}/test", {"url": other, "events": ["agent.message"]}))

    (sent,) = services.webhook_client.requests
    assert (sent.url, signed_by(sent, secret), tried["signed_with"]) == (other, True, "stored")
    assert ok(owner.get(WEBHOOK)) == before


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        (f"{WEBHOOK}/test", {"url": "ftp://bot.example.test"}, 400, "url"),
        (f"{WEBHOOK}/test", {"events": ["note.added"]}, 400, "url"),
        (f"{WEBHOOK}/test", {"url": URL, "format": "xml"}, 400, "format"),
        (f"{WEBHOOK}/test", {"url": URL, "events": ["note.added"]}, 400, "events"),
        (f"{WEBHOOK}s/new/test", {"url": URL, "events": ["note.lost"]}, 400, "events"),
        (f"{WEBHOOK}s/new/test", {}, 404, None),
        (f"{WEBHOOK}s/w_none/test", {"url": URL}, 404, None),
    ],
)
def test_settings_that_could_not_be_saved_are_not_tested(
    path: str,
    body: dict[str, object],
    status: int,
    field: str | None,
    owner: Api,
    services: MemoryServices,
) -> None:
    refused = owner.post(path, body)

    assert refused.status == status
    assert [each["field"] for each in refused.json.get("errors", [])] == [field] * bool(field)
    assert services.webhook_client.requests == []


def test_another_webhook_is_tested_before_it_is_added(owner: Api, services: MemoryServices) -> None:
    body = {"url": URL, "events": ["note.added", "handoff.*"]}

    assert ok(owner.post(f"{WEBHOOK}s/new/test", body))["signed_with"] == "temporary"
    assert ok(owner.get(f"{WEBHOOK}s"))["items"] == []


# Deliveries


def test_deliveries_are_listed_newest_first_with_their_outcome(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)
    conversation_id = answered(bot, ana, services, 500)
    services.clock.advance(10_000)
    pending = listed(owner)
    deliver(services, "demo", conversation_id, "receipt")

    claimed, requested, failed = listed(owner)

    assert [(d["seq"], d["attempt"], d["status"]) for d in pending] == [(2, 1, "pending")]
    assert [d["status"] for d in (claimed, requested, failed)] == [
        "delivered",
        "delivered",
        "failed",
    ]
    assert (failed["http_status"], failed["type"]) == (500, "handoff.requested")
    assert failed["webhook_id"] == requested["webhook_id"] == f"{conversation_id}:2"


def test_deliveries_are_listed_in_pages_and_filtered_by_outcome(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)
    conversation_id = answered(bot, ana, services, 500)
    for _ in range(3):
        services.clock.advance(7 * 3600 * 1000)
        owner = owner.login("owner")
        services.webhook_client = FakeWebhookClient([503])
        deliver(services, "demo", conversation_id, "receipt")

    whole = [d["id"] for d in listed(owner)]
    first = ok(owner.get(DELIVERIES, limit="3"))
    second = ok(owner.get(DELIVERIES, limit="3", cursor=first["next"]))

    assert [d["id"] for d in (*first["items"], *second["items"])] == whole
    assert (len(whole), second["next"]) == (4, None)
    assert [d["status"] for d in listed(owner, status="pending")] == ["pending"]
    assert len(listed(owner, status="failed")) == 3
    failed = ok(owner.get(DELIVERIES, status="failed", limit="1"))
    assert failed["items"][0]["id"] == whole[1]
    assert owner.get(DELIVERIES, limit="3", cursor=failed["next"]).status == 400
    assert listed(owner, status="dead") == listed(owner, status="delivered") == []
    assert owner.get(DELIVERIES, status="lost").status == 400


def test_a_dead_delivery_is_replayed_with_its_own_id(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)
    conversation_id = answered(bot, ana, services, 500)
    for _ in range(7):
        services.clock.advance(1)
        services.webhook_client = FakeWebhookClient([500, 410])
        deliver(services, "demo", conversation_id, "receipt")
    (dead,) = listed(owner, status="dead")
    refused = owner.post(f"{DELIVERIES}/{dead['id']}/replay", {})
    put(owner)
    services.clock.advance(1)

    again = ok(owner.post(f"{DELIVERIES}/{dead['id']}/replay", {}))

    assert (refused.status, GONE in refused.json["detail"]) == (409, True)
    first, _, second = services.webhook_client.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == dead["webhook_id"]
    assert first.body == second.body
    assert (again["status"], again["attempt"], again["seq"]) == ("delivered", 0, dead["seq"])
    (_, pending, gone, *_) = listed(owner)
    assert [d["status"] for d in (pending, gone)] == ["pending", "dead"]


def test_a_failed_replay_is_reported_and_not_retried(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)
    answered(bot, ana, services)
    delivery = listed(owner)[0]
    services.webhook_client = FakeWebhookClient([None])
    services.clock.advance(1)

    again = ok(owner.post(f"{DELIVERIES}/{delivery['id']}/replay", {}))

    assert (again["status"], again["error"]) == ("failed", URL)
    assert listed(owner)[0] == again


def test_another_bots_delivery_is_not_there(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)
    answered(bot, ana, services)
    delivery = listed(owner)[0]

    answer = owner.post(f"/bots/other/deliveries/{delivery['id']}/replay", {})

    assert answer.status == 404
    assert len(services.webhook_client.requests) == 2


# Twice


def test_a_replay_with_an_idempotency_key_is_sent_once(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    put(owner)
    answered(bot, ana, services)
    path = f"{DELIVERIES}/{listed(owner)[0]['id']}/replay"

    first, again = (owner.post(path, {}, Idempotency_Key="k-1") for _ in range(2))
    sent = len(services.webhook_client.requests)
    other = owner.post(path, {}, Idempotency_Key="k-2")

    assert (first.status, again.status, again.text) == (201, 201, first.text)
    assert (sent, other.status, len(services.webhook_client.requests)) == (3, 201, 4)


def test_a_webhook_test_with_an_idempotency_key_runs_once(
    owner: Api, bot: Api, services: MemoryServices
) -> None:
    put(owner)

    first, again = (owner.post(f"{WEBHOOK}/test", {}, Idempotency_Key="k-1") for _ in range(2))
    others = [
        owner.post(f"{WEBHOOK}/test", b" {}", Idempotency_Key="k-1"),
        owner.post(f"{waiting(bot)}/claim", {}, Idempotency_Key="k-1"),
    ]

    assert (first.status, again.text) == (200, first.text)
    assert [(each.status, each.json["code"]) for each in others] == [
        (422, "idempotency_mismatch")
    ] * 2
    assert len(services.webhook_client.requests) == 1


def test_a_refused_replay_can_be_repeated_with_its_idempotency_key(
    owner: Api, services: MemoryServices
) -> None:
    refused = owner.post(f"{WEBHOOK}/test", {}, Idempotency_Key="k-1")
    put(owner)

    assert refused.status == 404
    assert owner.post(f"{WEBHOOK}/test", {}, Idempotency_Key="k-1").status == 200


# Secrets


def test_a_webhooks_secrets_are_in_no_answer_no_log_line_and_no_call(
    owner: Api, bot: Api, ana: Api, services: MemoryServices, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = [put(owner)["secret"], ok(owner.post(f"{WEBHOOK}/rotate", {}))["secret"]]
    answered(bot, ana, services)
    ok(owner.post(f"{WEBHOOK}/test", {}))

    shown = [owner.get(path).text for path in (WEBHOOK, DELIVERIES, f"{BOT}/settings")]
    logged = [repr(record.__dict__) for record in caplog.records]
    sent = [repr(request) for request in services.webhook_client.requests]

    events = [record.message for record in caplog.records if record.name == "baton.audit"]
    assert events == ["webhook_set", "webhook_rotated", "webhook_tested"]
    for secret in secrets:
        assert not [text for text in (*shown, *logged, *sent) if secret in text]


def test_concurrent_rotations_keep_every_secret(owner: Api, services: MemoryServices) -> None:
    put(owner)
    read = services.administration.webhook("demo")
    assert read
    ok(owner.post(f"{WEBHOOK}/rotate", {}))

    changed = services.administration.update_webhook("demo", read, replace(read, secrets=("x",)))

    assert changed is False
