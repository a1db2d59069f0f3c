"""The audit trail: who changed or read what, from where; never a secret or a text."""

from typing import Any

import pytest

from chalicelib.domain.access import Role
from chalicelib.usecases.accounts.authenticate import caller
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import OBJECTS, AuditAction, AuditOutcome
from tests.api.conversation_setup import BOT, id_of, ok, owned, person
from tests.support.api import Api
from tests.support.services import MemoryServices

DAY = 24 * 60 * 60 * 1000


def trail(admin: Api) -> list[dict[str, Any]]:
    return list(ok(admin.get(f"{BOT}/audit"))["items"])


@pytest.mark.parametrize("action", AuditAction)
def test_each_action_has_its_object(action: AuditAction) -> None:
    assert OBJECTS.get(action), "add the action to OBJECTS in usecases/records/audit.py"


def test_a_change_is_in_the_trail_with_its_actor_object_and_address(
    owner: Api, services: MemoryServices
) -> None:
    created = ok(owner.post(f"{BOT}/keys", {"name": "Staging", "scopes": ["read"]}))

    (event,) = trail(owner)

    me = ok(owner.get("/auth/me"))["id"]
    assert (event["action"], event["actor"], event["object"]) == (
        "key_created",
        me,
        created["id"],
    )
    assert (event["outcome"], event["facts"]) == ("done", {"scopes": "read"})
    assert event["address"] == "127.0.0.1"
    assert created["key"].rpartition("_")[2] not in str(services.memory.audit)


def test_reading_a_transcript_is_recorded_once_for_each_person_conversation_and_day(
    bot: Api, ana: Api, owner: Api, services: MemoryServices
) -> None:
    path = owned(bot, ana)

    for what in ("entries", "transcript", "entries"):
        ok_or_text(ana, f"{path}/{what}")
    ok_or_text(bot, f"{path}/entries")
    services.clock.advance(DAY)
    ok_or_text(bot.login("ana"), f"{path}/entries")

    reads = [event for event in trail(bot.login("owner")) if event["action"] == "transcript_read"]
    assert [event["object"] for event in reads] == [id_of(path)] * 2


def test_reading_the_notes_of_a_handoff_counts_as_reading_its_conversation(
    bot: Api, ana: Api, owner: Api
) -> None:
    path = owned(bot, ana)
    handoff = ok(bot.get(path))["handoff"]["id"]

    ok(bot.get(f"{BOT}/handoffs/{handoff}"))
    assert [event for event in trail(owner) if event["action"] == "transcript_read"] == []
    for _ in range(2):
        ok(ana.get(f"{BOT}/handoffs/{handoff}"))

    reads = [event for event in trail(owner) if event["action"] == "transcript_read"]
    assert [(each["object"], each["actor"]) for each in reads] == [(id_of(path), ana_id(ana))]


def ana_id(ana: Api) -> str:
    found: str = ok(ana.get("/auth/me"))["id"]
    return found


def ok_or_text(caller: Api, path: str) -> None:
    assert caller.get(path).status == 200


def test_an_agent_of_another_bot_and_a_supervisor_do_not_read_the_trail(
    services: MemoryServices, bot: Api, sam: Api, eve: Api
) -> None:
    person(services, "ada", Role.ADMIN)

    assert sam.get(f"{BOT}/audit").status == 403
    assert eve.get(f"{BOT}/audit").status == 404
    assert bot.get(f"{BOT}/audit").status == 403
    assert bot.login("ada").get(f"{BOT}/audit").status == 200
    assert bot.login("ada").get("/api/v1/audit").status == 403


def test_pages_of_the_trail_hold_each_event_once(owner: Api, services: MemoryServices) -> None:
    for number in range(5):
        services.clock.advance(1)
        ok(owner.put(f"{BOT}/replies/r{number}", {"text": "Hello."}))
    query, seen = {"limit": "2"}, list[str]()

    while True:
        page = ok(owner.get(f"{BOT}/audit", **query))
        seen += [event["object"] for event in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert seen == ["r4", "r3", "r2", "r1", "r0"]


def test_what_happens_to_bots_and_accounts_is_in_the_trail_of_the_installation(
    owner: Api, services: MemoryServices
) -> None:
    ok(owner.post("/api/v1/bots", {"id": "shop"}))
    services.clock.advance(1)
    audit.record_account(
        services, "p_x", AuditAction.LOGIN_FAILED, outcome=AuditOutcome.REFUSED, session="s1"
    )

    failed, created = ok(owner.get("/api/v1/audit"))["items"][:2]

    assert (failed["action"], failed["object"], failed["outcome"], failed["session"]) == (
        "login_failed",
        "p_x",
        "refused",
        "s1",
    )
    assert (created["action"], created["object"]) == ("bot_created", "shop")
    assert trail(owner) == []


def test_a_key_that_acts_is_named_beside_its_bot(services: MemoryServices, bot: Api) -> None:
    acting = caller(services, "demo", f"Bearer {bot.token}")

    audit.record(services, acting, AuditAction.SETTINGS_SET)

    (event,) = trail(bot.login("owner"))
    assert (event["actor"], event["key"]) == ("demo", "demo")
