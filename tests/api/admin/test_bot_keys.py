"""Keys of a bot: creation, rotation with overlap, expiry and revocation."""

import logging
from typing import Any

import pytest

from chalicelib.domain.access import BOT_SCOPES, Scope
from chalicelib.usecases.records.bots import BotKey
from chalicelib.usecases.views import timestamp
from tests.api.conversation_setup import BOT, key, message, ok
from tests.support.api import Api
from tests.support.services import MemoryServices, process_with_cache

KEYS = f"{BOT}/keys"
MESSAGES = f"{BOT}/messages"
CONVERSATIONS = f"{BOT}/conversations"
MINUTE = 60


def made(owner: Api, **body: Any) -> Any:
    return ok(owner.post(KEYS, body))


def in_list(owner: Api, key_id: str) -> Any:
    found = [each for each in ok(owner.get(KEYS))["items"] if each["id"] == key_id]
    assert len(found) == 1
    return found[0]


def test_a_new_key_works_at_once_and_for_its_scopes_only(owner: Api) -> None:
    new = made(owner, name="Staging", scopes=["messages"])

    bot = owner.as_(new["key"])

    assert bot.post(MESSAGES, message()).status == 201
    refused = bot.get(CONVERSATIONS)
    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert "needs the scope read" in refused.json["detail"]


def test_a_key_has_the_scopes_of_a_bot_and_no_expiry_by_default(owner: Api) -> None:
    new = made(owner)

    assert (new["name"], new["expires_at"]) == (None, None)
    assert new["scopes"] == sorted(BOT_SCOPES)
    assert owner.as_(new["key"]).get(CONVERSATIONS).status == 200


def test_a_secret_is_shown_once(owner: Api, services: MemoryServices) -> None:
    new = made(owner, name="Staging")
    secret = new.pop("key").rpartition("_")[2]

    assert in_list(owner, new["id"]) == new
    assert len(secret) >= 43, "256 bits"
    stored = services.administration.key("demo", new["id"])
    assert stored is not None
    assert secret not in repr(stored)


def test_the_newest_key_comes_first(owner: Api, services: MemoryServices) -> None:
    names = ["one", "two", "three"]
    for name in names:
        services.clock.advance(1)
        made(owner, name=name)

    listed = [each["name"] for each in ok(owner.get(KEYS))["items"]]

    assert listed == ["three", "two", "one", None]


def test_a_key_expires_at_its_time(owner: Api, services: MemoryServices) -> None:
    end = timestamp(services.clock.now() + 1000)
    new = made(owner, expires_at=end)
    bot = owner.as_(new["key"])

    before = bot.get(CONVERSATIONS).status
    services.clock.advance(1000)

    assert new["expires_at"] == end
    assert (before, bot.get(CONVERSATIONS).status) == (200, 401)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["admin"]},
        {"scopes": None},
        {"name": ""},
        {"name": "x" * 65},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00"},
        {"expires_at": 1},
        {"expires_at": "9999-12-31T23:59:59-23:59"},
        {"id": "mine"},
        {"secret": "mine"},
    ],
)
def test_an_invalid_key_is_not_created(wrong: dict[str, Any], owner: Api) -> None:
    assert owner.post(KEYS, wrong).status == 400
    assert len(ok(owner.get(KEYS))["items"]) == 1


def test_a_repeated_creation_makes_a_key_with_a_new_secret(owner: Api) -> None:
    first, again = (owner.post(KEYS, {}, Idempotency_Key="k").json for _ in range(2))

    assert first["key"] != again["key"]


# Rotation


def test_both_keys_work_during_the_overlap_and_the_new_one_after_it(
    owner: Api, services: MemoryServices
) -> None:
    old = made(owner, name="Live", scopes=["read"])
    new = ok(owner.post(f"{KEYS}/{old['id']}/rotate", {"overlap_s": MINUTE}))
    bots = [owner.as_(each["key"]) for each in (old, new)]

    during = [bot.get(CONVERSATIONS).status for bot in bots]
    services.clock.advance(MINUTE * 1000)
    after = [bot.get(CONVERSATIONS).status for bot in bots]

    assert (during, after) == ([200, 200], [401, 200])
    assert (new["name"], new["scopes"]) == ("Live", ["read"])
    assert new["replaces"]["expires_at"] == in_list(owner, old["id"])["expires_at"]


def test_a_rotation_without_overlap_ends_the_old_key_at_once(owner: Api) -> None:
    old = made(owner)

    ok(owner.post(f"{KEYS}/{old['id']}/rotate", {"overlap_s": 0}))

    assert owner.as_(old["key"]).get(CONVERSATIONS).status == 401


def test_a_rotation_does_not_extend_the_old_keys_expiry(
    owner: Api, services: MemoryServices
) -> None:
    end = timestamp(services.clock.now() + 1000)
    old = made(owner, expires_at=end)

    new = ok(owner.post(f"{KEYS}/{old['id']}/rotate", {"overlap_s": MINUTE}))

    assert new["replaces"]["expires_at"] == end
    assert new["expires_at"] is None


def test_a_key_that_has_ended_is_not_rotated(owner: Api, services: MemoryServices) -> None:
    old = made(owner, expires_at=timestamp(services.clock.now() + 1000))
    services.clock.advance(1000)

    answer = owner.post(f"{KEYS}/{old['id']}/rotate", {})

    assert (answer.status, answer.json["code"]) == (409, "conflict")


# Revocation


def test_a_revoked_key_is_refused_within_five_seconds(owner: Api, services: MemoryServices) -> None:
    here, elsewhere = (Api(process_with_cache(services), owner.token) for _ in range(2))
    new = made(here)
    bots = [here.as_(new["key"]), elsewhere.as_(new["key"])]
    assert [bot.get(CONVERSATIONS).status for bot in bots] == [200, 200]

    assert here.send("DELETE", f"{KEYS}/{new['id']}").status == 204

    assert [bot.get(CONVERSATIONS).status for bot in bots] == [401, 200]
    services.clock.advance(5000)
    assert [bot.get(CONVERSATIONS).status for bot in bots] == [401, 401]
    assert [each["id"] for each in ok(owner.get(KEYS))["items"]] == ["demo"]


def test_a_key_is_revoked_once(owner: Api) -> None:
    new = made(owner)

    statuses = [owner.send("DELETE", f"{KEYS}/{new['id']}").status for _ in range(2)]

    assert statuses == [204, 404]


def test_another_bots_key_can_be_neither_revoked_nor_rotated(
    owner: Api, other_bot: Api, services: MemoryServices
) -> None:
    answers = [owner.send("DELETE", f"{KEYS}/other"), owner.post(f"{KEYS}/other/rotate", {})]

    assert [answer.status for answer in answers] == [404, 404]
    assert other_bot.get("/bots/other/conversations").status == 200
    assert len(services.administration.keys("other")) == 1


# What is told of it


def test_each_change_is_an_event_in_the_log_without_a_secret(
    owner: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    new = made(owner)
    newer = ok(owner.post(f"{KEYS}/{new['id']}/rotate", {}))
    owner.send("DELETE", f"{KEYS}/{newer['id']}")

    events = [record for record in caplog.records if record.name == "baton.audit"]
    assert [record.message for record in events] == ["key_created", "key_rotated", "key_revoked"]
    who = ok(owner.get("/auth/me"))["id"]
    assert {(record.__dict__["bot"], record.__dict__["by"]) for record in events} == {("demo", who)}
    logged = repr([record.__dict__ for record in caplog.records])
    assert [each for each in (new, newer) if each["key"].rpartition("_")[2] in logged] == []


def test_a_key_without_a_name_is_listed(owner: Api, services: MemoryServices) -> None:
    key(services, "old", Scope.READ)

    shown = in_list(owner, "old")

    assert (shown["name"], shown["created_at"]) == (None, None)


def test_a_key_with_an_expiry_that_cannot_be_written_does_not_hide_the_others(
    owner: Api, services: MemoryServices
) -> None:
    services.directory.put_key(BotKey("far", "demo", "x", BOT_SCOPES, expires_at=10**15))

    assert in_list(owner, "far")["expires_at"] == "9999-12-31T23:59:59.999Z"
