"""Keys that speak for people: routes by the person who is named, and what the log then says."""

from typing import Any

import pytest

from chalicelib.domain.access import Role, Scope
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.accounts.on_behalf import HEADER
from tests.api.calls import BOTH, IN_A_BOT, ROWS, Resource, filled, staged
from tests.api.conversation_setup import BOT, key, log, ok, online, person, waiting
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

ANA, SAM = "ana@example.test", "sam@example.test"
MINUTE = 60 * 1000


class Desk:
    """An integration with a key whose only scope is `agents`."""

    def __init__(self, services: MemoryServices, bot: Api) -> None:
        self._api = bot.as_(key(services, "desk", Scope.AGENTS))

    def send(self, by: str | None, method: str, path: str, body: Any = None) -> ApiAnswer:
        named = {"Baton_On_Behalf_Of": by} if by is not None else {}
        return self._api.send(method, path, body, **named)

    def post(self, by: str | None, path: str, body: Any) -> ApiAnswer:
        return self.send(by, "POST", path, body)


@pytest.fixture
def desk(services: MemoryServices, bot: Api) -> Desk:
    person(services, "ada", Role.ADMIN)
    return Desk(services, bot)


@pytest.mark.parametrize(
    ("named", "role"), [("ana", "agent"), ("sam", "supervisor"), ("ada", "supervisor")]
)
@pytest.mark.parametrize("resource", IN_A_BOT)
def test_a_call_for_a_person_may_do_what_their_role_may_but_no_more_than_a_supervisor(
    resource: Resource, named: str, role: str, desk: Desk, bot: Api, ana: Api
) -> None:
    (method, path), row = resource, ROWS[resource]
    ids = staged(bot, ana, row.at)

    answer = desk.send(
        f"{named}@example.test", method, filled(path, ids.of(path)), row.body_from(role)
    )

    if role in row.may:
        assert answer.status in (200, 201, 202, 204, 302, 303, 409), answer.text
    else:
        assert answer.status == 403, answer.text


@pytest.mark.parametrize("by", [None, "", "nobody@example.test", "owner@example.test", "p_none"])
@pytest.mark.parametrize("resource", [each for each in IN_A_BOT if ROWS[each].may & BOTH])
def test_a_call_that_names_no_person_of_the_bot_is_refused_and_the_header_is_named(
    resource: Resource, by: str | None, desk: Desk
) -> None:
    method, path = resource

    refused = desk.send(by, method, filled(path, "c_none"), ROWS[resource].body)

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, HEADER)
    assert HEADER in refused.json["detail"]


def test_the_header_is_refused_with_any_other_key_or_token(bot: Api, sam: Api) -> None:
    answers = [
        each.send("GET", f"{BOT}/agents", None, Baton_On_Behalf_Of=ANA) for each in (bot, sam)
    ]

    assert [each.status for each in answers] == [403, 403]
    assert all(HEADER in each.json["detail"] for each in answers)


def test_a_new_key_speaks_for_nobody_unless_it_is_asked_for(owner: Api) -> None:
    made = ok(owner.post(f"{BOT}/keys", {"name": "Bot"}))
    desk = ok(owner.post(f"{BOT}/keys", {"name": "Desk", "scopes": ["agents"]}))

    assert sorted(made["scopes"]) == ["handoffs", "messages", "read"]
    assert desk["scopes"] == ["agents"]


def test_the_log_names_the_person_and_the_audit_trail_names_both(
    desk: Desk, bot: Api, owner: Api
) -> None:
    path = waiting(bot)
    ok(desk.post(ANA, f"{path}/claim", {}))
    ok(desk.post(person_id(ANA), f"{path}/messages", {"text": "Hello."}))
    ok(desk.send(ANA, "GET", f"{path}/entries"))

    said = log(owner, path)[-1]
    read = [
        each
        for each in ok(owner.get(f"{BOT}/audit"))["items"]
        if each["action"] == "transcript_read" and each["key"]
    ]
    assert (said["from"], said["author"]["id"], said["text"]) == ("agent", person_id(ANA), "Hello.")
    assert [(each["actor"], each["key"]) for each in read] == [(person_id(ANA), "desk")]


def test_queues_and_capacity_of_the_person_hold(
    services: MemoryServices, desk: Desk, bot: Api, ana: Api
) -> None:
    full = person(services, "fay", capacity=0)
    services.directory.put_queue("demo", Queue("billing"))
    elsewhere, open_to_all = waiting(bot, "billing"), waiting(bot, user={"id": "u-2"})
    taken = waiting(bot, user={"id": "u-3"})
    ok(ana.post(f"{taken}/claim", {}))

    assert desk.post("fay@example.test", f"{open_to_all}/claim", {}).json["code"] == "at_capacity"
    assert desk.post(full, f"{elsewhere}/claim", {}).status == 404
    assert desk.post(SAM, f"{taken}/messages", {"text": "Mine?"}).status == 409


def test_a_call_is_a_sign_of_life_and_may_set_the_presence(
    services: MemoryServices, desk: Desk, ana: Api
) -> None:
    online(ana)
    services.clock.advance(5 * MINUTE)
    ok(desk.send(ANA, "GET", f"{BOT}/agents"))
    seen = services.directory.presence(person_id(ANA)).seen_at
    away = ok(desk.send(ANA, "PUT", "/agents/me/status", {"status": "away"}))

    assert seen == services.clock.now()
    assert away == {"id": person_id(ANA), "status": "away"}
    assert (
        desk.send("zed@example.test", "PUT", "/agents/me/status", {"status": "away"}).status == 400
    )
    assert desk.send(ANA, "GET", "/agents/me").status == 401


def test_a_person_who_no_longer_serves_the_bot_cannot_be_named(
    services: MemoryServices, desk: Desk
) -> None:
    ok(desk.send(ANA, "GET", f"{BOT}/agents"))
    services.administration.remove_member("demo", person_id(ANA))

    assert desk.send(ANA, "GET", f"{BOT}/agents").status == 400
