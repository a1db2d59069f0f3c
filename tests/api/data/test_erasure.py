"""An admin erases a user: nothing of them is shown at once, and nothing is stored soon after."""

from typing import Any

import pytest

from chalicelib.usecases.privacy import erase
from tests.api.conversation_setup import BOT, begun, id_of, log, message, ok, waiting
from tests.api.data.canary import CANARY, come_back, everything_shown, live, react_to_all
from tests.api.data.canary import erase as erase_canary
from tests.support.api import Api
from tests.support.services import MemoryServices

MINUTE = 60_000


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices("https://bot.test/")


def sweep(services: MemoryServices) -> int:
    services.clock.advance(MINUTE)
    return erase.sweep(services, services.clock.now() + MINUTE)


def stored(services: MemoryServices) -> str:
    rows = {name: value for name, value in vars(services.memory).items() if name != "lock"}
    return repr(rows)


def test_nothing_of_an_erased_user_is_shown_or_stored_anywhere(
    services: MemoryServices, bot: Api, ana: Api, owner: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ids = live(services, bot, ana)
    before = ok(bot.get(f"{BOT}/conversations/{ids[0]}"))
    assert CANARY in stored(services)

    order = erase_canary(owner)

    assert order["conversations"] == 2
    for answer in everything_shown(bot, owner, ids):
        assert CANARY not in answer.text.replace(f"web/u-{CANARY}/export", "")
    entries = log(ana, f"{BOT}/conversations/{ids[0]}")
    assert [e["kind"] for e in entries] == ["erased", "returned"]
    assert entries[0]["seq"] == before["last_seq"] + 1
    assert entries[1]["payload"]["outcome"] == "cancelled"
    head = ok(bot.get(f"{BOT}/conversations/{ids[0]}"))
    assert (head["user"], head["thread"], head["status"]) == ("", None, "bot")
    assert (head["last_seq"], head["epoch"]) == (before["last_seq"] + 2, before["epoch"] + 1)

    posted = len(services.webhook_client.requests)
    react_to_all(services, ids, after=before["last_seq"])
    assert sweep(services) == 2

    assert CANARY not in stored(services)
    assert CANARY not in repr(services.webhook_queue.__dict__)
    assert CANARY not in repr(services.topic.__dict__)
    assert CANARY not in repr([post.body for post in services.webhook_client.requests[posted:]])
    assert CANARY not in caplog.text + repr([vars(record) for record in caplog.records])
    assert services.memory.erasures == {}


def test_an_entry_in_flight_is_neither_pushed_nor_sent_to_the_webhook_after_the_erasure(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    path = waiting(bot)
    ok(ana.post(f"{path}/claim", {}))
    ok(ana.post(f"{path}/messages", {"text": CANARY}))

    ok_202(owner.send("DELETE", f"{BOT}/users/web/u-1"))
    react_to_all(services, [id_of(path)])

    bodies = [post.body.decode() for post in services.webhook_client.requests]
    assert [CANARY in each for each in bodies] == [False]
    assert "conversation.returned" in bodies[0]
    assert CANARY not in repr(services.sockets.__dict__)


def test_a_user_who_comes_back_goes_on_in_the_same_conversation_with_a_new_log(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    path = begun(bot, user={"id": "u-1", "name": "Lena"}, thread="t-1")
    ok_202(owner.send("DELETE", f"{BOT}/users/web/u-1"))
    assert ok(bot.get(f"{BOT}/conversations"))["items"] == []

    again = ok(bot.post(f"{BOT}/messages", message(thread="t-1", text="Me again")))
    sweep(services)

    assert (again["conversation_id"], again["seq"]) == (id_of(path), 3)
    assert [e["kind"] for e in log(bot, path)] == ["erased", "message"]
    head = ok(bot.get(path))
    assert (head["user"], head["thread"], head["user_name"]) == ("u-1", "t-1", None)
    assert ok(bot.get(f"{BOT}/conversations/lookup", channel="web", user="u-1")) == head
    assert [each["id"] for each in ok(bot.get(f"{BOT}/conversations"))["items"]] == [id_of(path)]


def test_a_user_who_came_back_is_erased_again(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    path = begun(bot)
    for _ in range(2):
        ok_202(owner.send("DELETE", f"{BOT}/users/web/u-1"))
        begun(bot)
    sweep(services)

    assert [e["kind"] for e in log(bot, path)] == ["erased", "message"]
    assert len(services.memory.threads["demo", id_of(path)].entries) == 2


def test_a_message_during_the_sweep_is_neither_lost_nor_erased(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    ids = live(services, bot, ana)
    erase_canary(owner)
    back = come_back(bot)

    sweep(services)

    entries = log(bot, f"{BOT}/conversations/{ids[0]}")
    assert [(e["kind"], e["text"]) for e in entries][-1] == ("message", "I am back")
    assert entries[-1]["seq"] == back["seq"]


def test_the_sweep_hides_what_the_call_could_not(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    paths = [begun(bot, thread=f"t-{n}", text=CANARY) for n in range(3)]
    order = slow_erase(services, owner)
    hidden = [path for path in paths if log(bot, path)[0]["kind"] == "erased"]
    assert (order["conversations"], len(hidden)) == (3, 1)

    sweep(services)

    assert all(log(bot, path)[0]["kind"] == "erased" for path in paths)
    assert CANARY not in stored(services)


def test_a_command_that_names_an_erased_conversation_by_its_id_is_refused(
    bot: Api, ana: Api, owner: Api
) -> None:
    path = begun(bot)
    ok_202(owner.send("DELETE", f"{BOT}/users/web/u-1"))

    answers = [
        bot.post(f"{path}/messages", {"from": "user", "text": "Hi"}),
        bot.post(f"{path}/pause", {"reason": "help"}),
        ana.post(f"{path}/notes", {"text": "Look."}),
        ana.put(f"{path}/tags", {"tags": ["vip"]}),
    ]

    assert [(a.status, a.json["code"]) for a in answers] == [(409, "conflict")] * 4
    assert [e["kind"] for e in log(bot, path)] == ["erased"]


def test_a_repeated_key_shows_the_head_as_it_is_after_the_erasure(bot: Api, owner: Api) -> None:
    path = begun(bot, user={"id": "u-1", "name": CANARY})
    first = ok(bot.post(f"{path}/pause", {"reason": CANARY}, **{"Idempotency-Key": "k"}))
    assert CANARY in str(first)
    ok_202(owner.send("DELETE", f"{BOT}/users/web/u-1"))

    again = bot.post(f"{path}/pause", {"reason": CANARY}, **{"Idempotency-Key": "k"})

    assert again.status == 200
    assert CANARY not in again.text


def test_a_user_of_whom_nothing_is_stored_is_not_found(bot: Api, owner: Api) -> None:
    begun(bot)

    for channel, user in (("web", "u-9"), ("sms", "u-1")):
        assert owner.send("DELETE", f"{BOT}/users/{channel}/{user}").status == 404
    ok_202(owner.send("DELETE", f"{BOT}/users/web/u-1"))
    assert owner.send("DELETE", f"{BOT}/users/web/u-1").status == 404


def test_an_erasure_is_in_the_audit_trail_without_the_users_id(bot: Api, owner: Api) -> None:
    begun(bot, user={"id": "+15550100"})

    order = ok_202(owner.send("DELETE", f"{BOT}/users/web/%2B15550100"))

    (event,) = ok(owner.get(f"{BOT}/audit"))["items"]
    assert event["action"] == "user_erased"
    assert event["facts"] == {"conversations": "1", "erasure": order["erasure"]}
    assert "15550100" not in str(event)


def slow_erase(services: MemoryServices, owner: Api) -> Any:
    """As if hiding one conversation took longer than the call has."""
    limit = erase.HIDE_MS
    commit = services.conversations.commit

    class SlowConversations(type(services.conversations)):  # type: ignore[misc]
        def commit(self, commit_: Any) -> None:
            commit(commit_)
            services.clock.advance(limit + 1)

    slow = SlowConversations(services.memory, services.clock)
    quick, services.conversations = services.conversations, slow
    try:
        return ok_202(owner.send("DELETE", f"{BOT}/users/web/u-1"))
    finally:
        services.conversations = quick


def ok_202(answer: Any) -> Any:
    assert answer.status == 202, answer.text
    return answer.json
