"""Admins write canned replies and macros of the team, and each person their own."""

import pytest

from tests.api.conversation_setup import BOT, ok, person
from tests.support.api import Api
from tests.support.services import MemoryServices

PLAIN: dict[str, object] = {"tags": [], "outcome": None, "queue": None}
GREETING = {"name": "greeting", "text": "Hello {user}, {agent} here.", **PLAIN}
REFUND = {"text": "It is on its way.", "tags": ["refund"], "outcome": "resolved"}


def write(admin: Api, name: str, text: str) -> None:
    ok(admin.put(f"{BOT}/replies/{name}", {"text": text}))


def test_an_agent_reads_a_canned_reply_that_an_admin_wrote(owner: Api, ana: Api) -> None:
    write(owner, "thanks", "Thank you!")
    write(owner, "greeting", str(GREETING["text"]))

    items = ok(ana.get(f"{BOT}/replies"))["items"]

    assert items == [GREETING, {"name": "thanks", "text": "Thank you!", **PLAIN}]


def test_a_canned_reply_replaces_the_one_with_the_same_name(owner: Api, ana: Api) -> None:
    write(owner, "greeting", "Hi.")
    write(owner, "greeting", str(GREETING["text"]))

    assert ok(ana.get(f"{BOT}/replies"))["items"] == [GREETING]


def test_removing_a_canned_reply_is_idempotent(owner: Api, ana: Api) -> None:
    write(owner, "greeting", "Hi.")

    for _ in range(2):
        assert owner.send("DELETE", f"{BOT}/replies/greeting").status == 204
    assert ok(ana.get(f"{BOT}/replies"))["items"] == []


def test_canned_replies_of_another_bot_are_separate(owner: Api, ana: Api) -> None:
    ok(owner.put("/bots/other/replies/greeting", {"text": "Hi."}))

    assert ok(ana.get(f"{BOT}/replies"))["items"] == []
    assert ana.get("/bots/other/replies").status == 404


def test_a_reply_name_may_contain_any_characters(owner: Api) -> None:
    for name in ("a%23b%2Fc", "Gr%C3%BC%C3%9Fe", "Q%23sales"):
        write(owner, name, "Hi.")

    names = [reply["name"] for reply in ok(owner.get(f"{BOT}/replies"))["items"]]

    assert names == ["Grüße", "Q#sales", "a#b/c"]
    assert "Q#sales" not in [queue["name"] for queue in ok(owner.get(f"{BOT}/queues"))["items"]]


def test_a_reply_that_is_empty_or_too_long_is_refused_and_changes_nothing(owner: Api) -> None:
    for name, text in (("n" * 65, "Hi."), ("n", ""), ("n", "x" * 10_001)):
        answer = owner.put(f"{BOT}/replies/{name}", {"text": text})
        assert (answer.status, answer.json["code"]) == (400, "invalid_request")

    assert ok(owner.get(f"{BOT}/replies"))["items"] == []


def test_a_macro_comes_back_with_what_it_does(owner: Api, ana: Api) -> None:
    ok(owner.put(f"{BOT}/queues/billing", {}))
    ok(owner.put(f"{BOT}/replies/refund", REFUND))
    ok(owner.put(f"{BOT}/replies/to-billing", {"tags": ["b", "b"], "queue": "billing"}))

    assert ok(ana.get(f"{BOT}/replies"))["items"] == [
        {"name": "refund", **REFUND, "queue": None},
        {"name": "to-billing", "text": "", "tags": ["b"], "outcome": None, "queue": "billing"},
    ]


@pytest.mark.parametrize(
    ("macro", "field"),
    [
        ({}, "text"),
        ({"text": "Hi.", "outcome": "expired"}, "outcome"),
        ({"text": "Hi.", "queue": "nowhere"}, "queue"),
        ({"outcome": "resolved", "queue": "billing"}, "queue"),
        ({"tags": ["t"] * 11}, "tags"),
    ],
)
def test_a_macro_that_cannot_be_applied_is_refused(
    macro: dict[str, object], field: str, owner: Api, ana: Api
) -> None:
    for refused in (
        owner.put(f"{BOT}/replies/m", macro),
        ana.put(f"{BOT}/me/replies/m", macro),
    ):
        assert (refused.status, refused.json["errors"][0]["field"]) == (400, field)

    assert ok(ana.get(f"{BOT}/replies"))["items"] == ok(ana.get(f"{BOT}/me/replies"))["items"] == []


def test_a_canned_reply_of_ones_own_is_seen_by_nobody_else(owner: Api, ana: Api, bo: Api) -> None:
    write(owner, "refund", "Of the team.")
    ok(ana.put(f"{BOT}/me/replies/refund", REFUND))

    assert ok(ana.get(f"{BOT}/me/replies"))["items"] == [
        {"name": "refund", **REFUND, "queue": None}
    ]
    for other in (bo, owner):
        assert ok(other.get(f"{BOT}/me/replies"))["items"] == []
    assert [each["text"] for each in ok(ana.get(f"{BOT}/replies"))["items"]] == ["Of the team."]
    assert bo.send("DELETE", f"{BOT}/me/replies/refund").status == 204
    assert len(ok(ana.get(f"{BOT}/me/replies"))["items"]) == 1
    assert ana.send("DELETE", f"{BOT}/me/replies/refund").status == 204
    assert ok(ana.get(f"{BOT}/me/replies"))["items"] == []


def test_a_person_keeps_at_most_two_hundred_canned_replies(ana: Api) -> None:
    for number in range(200):
        ok(ana.put(f"{BOT}/me/replies/r{number}", {"text": "Hi."}))

    assert ana.put(f"{BOT}/me/replies/more", {"text": "Hi."}).json["code"] == "conflict"
    assert ok(ana.put(f"{BOT}/me/replies/r7", {"text": "Hi!"}))["text"] == "Hi!"


def test_a_persons_canned_replies_are_deleted_with_their_membership_and_account(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    kept = services.administration.canned_replies
    for path in (f"{BOT}/agents", "/api/v1/people"):
        who = person(services, "kim")
        ok(bot.login("kim").put(f"{BOT}/me/replies/mine", {"text": "Mine."}))
        ok(owner.put(f"{BOT}/me/replies/mine", {"text": "The owner's."}))
        assert len(kept("demo", who)) == 1

        assert owner.send("DELETE", f"{path}/{who}").status == 204
        assert kept("demo", who) == []
    assert len(kept("demo", ok(owner.get("/auth/me"))["id"])) == 1
