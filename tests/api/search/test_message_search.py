"""People find conversations by words in messages, and by facts."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.usecases.privacy import erase
from chalicelib.usecases.privacy.erase import SETTLED_MS
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.views import timestamp
from tests.api.conversation_setup import BOT, begun, id_of, ok, owned, person, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

SECOND = 1000


def index(services: MemoryServices, *paths: str) -> None:
    """As the stream would, a second after each entry."""
    for path in paths:
        for entry in services.conversations.entries_after("demo", id_of(path), 0, 1000):
            react(services, CommittedEntry("demo", id_of(path), entry))
    services.clock.advance(SECOND)


def search(caller: Api, **query: str) -> list[Any]:
    found: list[Any] = ok(caller.get(f"{BOT}/search", **query))["items"]
    return found


def excerpts(items: Sequence[Any]) -> list[str]:
    return [
        "".join(f"[{p['text']}]" if p["hit"] else p["text"] for p in item["hit"]["excerpt"])
        for item in items
    ]


def said(bot: Api, services: MemoryServices, user: str, *texts: str) -> str:
    """The path of this user's conversation, in which they have written this."""
    path = ""
    for text in texts:
        path = begun(bot, user={"id": user}, text=text)
        services.clock.advance(SECOND)
    index(services, path)
    return path


def test_the_latest_message_with_all_words_comes_first_with_its_place_and_an_excerpt(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    first = said(bot, services, "u-1", "I want a refund of order 4711", "a refund, please")
    second = said(bot, services, "u-2", "Mi orden 4711: ¡RÉFUND!")

    found = search(ana, q="réfund 4711")

    assert excerpts(found) == ["Mi orden [4711]: ¡[RÉFUND]!", "I want a [refund] of order [4711]"]
    assert [item["conversation"]["id"] for item in found] == [id_of(second), id_of(first)]
    assert [item["hit"]["seq"] for item in found] == [1, 1]
    assert [item["hit"]["from"] for item in found] == ["user", "user"]
    assert search(ana, q="refund xyzzy") == []


def test_pages_bring_every_hit_once(services: MemoryServices, bot: Api, ana: Api) -> None:
    said(bot, services, "u-1", *(f"the refund number{n} the" for n in range(7)))
    found, cursor = list[str](), dict[str, str]()

    for _ in range(4):
        page = ok(ana.get(f"{BOT}/search", q="the refund", limit="2", **cursor))
        found += excerpts(page["items"])
        cursor = {"cursor": page["next"]}

    assert page["next"] is None
    assert found == [f"[the] [refund] number{n} [the]" for n in range(6, -1, -1)]


def test_people_find_only_what_they_may_see(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    path = waiting(bot, "billing", text="secret plan")
    ok(owner.post(f"{path}/claim", {}))
    ok(owner.post(f"{path}/notes", {"text": "a secret note"}))
    index(services, path)
    person(services, "sal", queues=frozenset({"sales"}))
    outsider = bot.login("sal")

    assert excerpts(search(owner, q="secret")) == ["a [secret] note", "[secret] plan"]
    assert search(outsider, q="secret") == search(outsider) == []
    refused = bot.get(f"{BOT}/search", q="secret")
    assert (refused.status, refused.json["code"]) == (403, "forbidden")


def test_reasons_and_notes_are_found_and_each_day_of_searching_is_in_the_audit_trail(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/unpause", {"note": "Sent a voucher"}))
    index(services, path)

    assert excerpts(search(ana, q="refund")) == ["Wants a [refund]."]
    assert excerpts(search(ana, q="voucher")) == ["Sent a [voucher]"]
    trail = ok(owner.get(f"{BOT}/audit"))["items"]
    assert [e["action"] for e in trail].count("messages_searched") == 1
    assert "voucher" not in str(trail)


def test_filters_narrow_the_hits_and_list_conversations_without_words(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    plain = said(bot, services, "u-2", "hello world")
    services.clock.advance(60 * SECOND)
    middle = timestamp(services.clock.now())
    ended = owned(bot, owner, "billing")
    ok(owner.put(f"{ended}/tags", {"tags": ["vip"]}))
    ok(owner.post(f"{ended}/unpause", {"outcome": "rejected"}))
    index(services, ended)
    ids = {"ended": id_of(ended), "plain": id_of(plain)}
    me = ok(owner.get("/auth/me"))["id"]

    def found(**query: str) -> set[str]:
        return {item["conversation"]["id"] for item in search(owner, **query)}

    for q in ({"q": "hello"}, {}):
        assert found(**q) == set(ids.values())
        for fits in (
            {"queue": "billing"},
            {"agent": me},
            {"outcome": "rejected"},
            {"tag": "vip"},
            {"tag": "vip", "channel": "web", "status": "bot"},
        ):
            assert found(**q, **fits) == {ids["ended"]}, fits
        for nothing in ({"status": "agent"}, {"channel": "sms"}, {"outcome": "expired"}):
            assert found(**q, **nothing) == set(), nothing
        assert found(**q, **{"from": middle}) == {ids["ended"]}
        assert found(**q, to=middle) == {ids["plain"]}
        assert found(**q, to="2001-01-01T00:00:00Z") == set()
    assert search(owner, tag="vip")[0]["hit"] is None


def test_a_bot_may_switch_the_index_off(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    ok(owner.put(f"{BOT}/settings", {"search_messages": False}))
    said(bot, services, "u-1", "a refund")

    refused = ana.get(f"{BOT}/search", q="refund")

    assert refused.status == 403
    assert "search_messages" in refused.json["detail"]
    assert services.memory.words == {}
    assert len(search(ana)) == 1


def test_masked_text_is_indexed_masked(services: MemoryServices, bot: Api, owner: Api) -> None:
    ok(owner.put(f"{BOT}/settings", {"mask": ["card"]}))
    said(bot, services, "u-1", "my card 4111 1111 1111 1111")

    assert search(owner, q="4111") == []
    assert "4111" not in str(services.memory.words)
    assert excerpts(search(owner, q="card")) == ["my [card] [[card]]"]


def test_a_conversation_is_found_by_the_values_of_its_context_until_it_is_erased(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    path = begun(bot, text="Hi")
    context = {
        "order": "ÖRD-4711",
        "customer": {"id": 98765, "vip": True, "more": {"deep": "hidden1"}},
        "items": ["sku77", {"deep": "hidden2"}],
        "log": "hidden3 " * 9,
    }
    long = " ".join(f"word{number}" for number in range(60))
    ok(bot.post(f"{path}/pause", {"reason": long, "context": context}))
    ok(bot.send("PATCH", f"{path}/handoff", {"context": {"order": "B-0815"}}))
    index(services, path)

    for query in ("ord-4711", "98765", "SKU77 4711", "0815"):
        assert [item["conversation"]["id"] for item in search(ana, q=query)] == [id_of(path)], query
    for query in ("hidden1", "hidden2", "hidden3", "true", "471", "4711 0815"):
        assert search(ana, q=query) == [], query
    assert excerpts(search(ana, q="0815")) == ["B-[0815]"]

    assert owner.send("DELETE", f"{BOT}/users/web/u-1").status == 202
    assert search(ana, q="4711") == []
    services.clock.advance(SETTLED_MS)
    erase.sweep(services, services.clock.now() + SECOND)
    assert services.memory.words == {}


def test_an_entry_that_was_erased_before_its_reaction_ran_is_not_indexed(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    path = begun(bot, text="canary")
    entries = services.conversations.entries_after("demo", id_of(path), 0, 10)
    assert owner.send("DELETE", f"{BOT}/users/web/u-1").status == 202

    for entry in entries:
        react(services, CommittedEntry("demo", id_of(path), entry))

    assert services.memory.words == {}


@pytest.mark.parametrize(
    ("query", "field", "fact"),
    [
        ({"q": "a !"}, "q", "at least 2 letters or digits"),
        ({"q": "one two three four five six seven eight nine"}, "q", "at most 8 words, not 9"),
        ({"q": "x" * 201}, "q", "at most 200 characters"),
        ({"from": "yesterday"}, "from", "2026-01-31T08:00:00Z"),
        ({"to": "2026-01-31"}, "to", "2026-01-31T08:00:00Z"),
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "to", "after `from`"),
        ({"status": "open"}, "status", "bot, waiting or agent"),
        ({"outcome": "won"}, "outcome", "resolved"),
    ],
)
def test_a_wrong_search_is_refused_by_its_parameter(
    ana: Api, query: dict[str, str], field: str, fact: str
) -> None:
    answer = ana.get(f"{BOT}/search", **query)

    assert answer.status == 400
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert fact in answer.json["detail"]
