"""Admins write canned replies; agents read them."""

from tests.api.conversation_setup import BOT, ok
from tests.support.api import Api

GREETING = {"name": "greeting", "text": "Hello {user}, {agent} here."}


def write(admin: Api, name: str, text: str) -> None:
    ok(admin.put(f"{BOT}/replies/{name}", {"text": text}))


def test_an_agent_reads_a_canned_reply_that_an_admin_wrote(owner: Api, ana: Api) -> None:
    write(owner, "thanks", "Thank you!")
    write(owner, "greeting", GREETING["text"])

    items = ok(ana.get(f"{BOT}/replies"))["items"]

    assert items == [GREETING, {"name": "thanks", "text": "Thank you!"}]


def test_a_canned_reply_replaces_the_one_with_the_same_name(owner: Api, ana: Api) -> None:
    write(owner, "greeting", "Hi.")
    write(owner, "greeting", GREETING["text"])

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
