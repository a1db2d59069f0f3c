"""Lists of conversations: order, pages, cursors and visibility."""

import base64
import json
from itertools import chain
from typing import Any

import pytest

from tests.api.conversation_setup import BOT, begun, id_of, log, ok, online, owned, person, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

LIST = f"{BOT}/conversations"
MINUTE = 60_000


def pages(caller: Api, path: str, **query: str) -> list[list[Any]]:
    found, cursor = [], None
    while True:
        page = ok(caller.get(path, **query, **({"cursor": cursor} if cursor else {})))
        found.append(page["items"])
        cursor = page["next"]
        if cursor is None:
            return found


def users(caller: Api, **query: str) -> list[str]:
    return [head["user"] for page in pages(caller, LIST, **query) for head in page]


# Order and filters


def test_the_latest_activity_comes_first(services: MemoryServices, bot: Api) -> None:
    for user in ("a", "b", "c"):
        begun(bot, user={"id": user})
        services.clock.advance(MINUTE)
    begun(bot, user={"id": "a"})

    assert users(bot) == ["a", "c", "b"]


def test_paused_ones_come_by_priority_and_longest_wait(services: MemoryServices, bot: Api) -> None:
    for user, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5)):
        ok(bot.post(f"{begun(bot, user={'id': user})}/pause", {"priority": priority}))
        services.clock.advance(MINUTE)

    assert users(bot, status="waiting") == ["b", "d", "a", "c"]


def test_filters_choose_by_status_queue_owner_and_name(bot: Api, ana: Api) -> None:
    begun(bot, user={"id": "with-bot", "name": "Zoe"})
    waiting(bot, "billing", user={"id": "waits", "name": "zed"})
    owned(bot, ana)
    me = online(ana)

    assert users(bot, status="bot") == ["with-bot"]
    assert users(bot, status="waiting") == users(bot, queue="billing") == ["waits"]
    assert users(bot, status="agent") == users(ana, owner="me") == ["u-1"]
    assert users(bot, owner=me) == users(bot, owner="ana@example.test") == ["u-1"]
    assert users(bot, owner="none", status="waiting") == ["waits"]
    assert sorted(users(bot, name="Z")) == ["waits", "with-bot"]
    assert users(bot, name="zo", status="waiting") == users(bot, owner="nobody") == []


def test_the_conversations_of_one_user_come_from_all_channels_page_by_page(bot: Api) -> None:
    begun(bot, user={"id": "zed"})
    begun(bot, user={"id": "zed"}, channel="telegram")
    begun(bot, user={"id": "zed"}, thread="order-7")
    begun(bot, user={"id": "somebody else"})

    first = ok(bot.get(LIST, user="zed", limit="2"))
    second = ok(bot.get(LIST, user="zed", limit="2", cursor=first["next"]))

    found = [*first["items"], *second["items"]]
    places = {(each["channel"], each["thread"]) for each in found}
    assert places == {("web", None), ("telegram", None), ("web", "order-7")}
    assert (len(first["items"]), second["next"]) == (2, None)
    assert users(bot, user="zed", status="waiting") == users(bot, user="nobody") == []


@pytest.mark.parametrize("status", ["", "BOT", "paused", "waiting,agent", "'"])
def test_an_unknown_status_is_refused(status: str, bot: Api) -> None:
    assert bot.get(LIST, status=status).status == 400


def test_an_agent_sees_their_queues_the_unqueued_their_own_and_the_bots(
    services: MemoryServices, bot: Api, sam: Api
) -> None:
    who = person(services, "quinn", queues=frozenset({"sales"}))
    quinn = bot.login("quinn")
    online(quinn)
    for user, queue in (("s", "sales"), ("b", "billing"), ("u", None), ("own", "billing")):
        waiting(bot, queue, user={"id": user})
    begun(bot, user={"id": "bot"})
    own = ok(bot.get(LIST + "/lookup", channel="web", user="own"))["id"]
    ok(sam.post(f"{LIST}/{own}/transfer", {"agent": who}))

    assert sorted(users(quinn)) == ["bot", "own", "s", "u"]
    assert sorted(users(quinn, status="waiting")) == ["s", "u"]
    assert sorted(users(sam)) == sorted(users(bot)) == ["b", "bot", "own", "s", "u"]


def test_a_bot_sees_its_own_conversations_only(bot: Api, other_bot: Api) -> None:
    begun(bot)

    assert ok(other_bot.get("/bots/other/conversations"))["items"] == []


# Pages


@pytest.mark.parametrize("query", [{}, {"status": "waiting"}, {"name": "z"}])
def test_pages_together_are_the_list_each_item_once(query: dict[str, str], bot: Api) -> None:
    for number in range(7):
        waiting(bot, user={"id": f"u-{number}", "name": f"Z{number}"})

    cut = pages(bot, LIST, **query, limit="3")

    assert [len(page) for page in cut if page] == [3, 3, 1]
    assert list(chain(*cut)) == ok(bot.get(LIST, **query))["items"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "", "x", "1e2", "٣", "9" * 30, "+5"])
@pytest.mark.parametrize("path", [LIST, f"{BOT}/notifications", "entries"])
def test_a_limit_is_a_whole_number_from_1_to_100(path: str, limit: str, bot: Api, ana: Api) -> None:
    where = f"{begun(bot)}/entries" if path == "entries" else path

    assert ana.get(where, limit=limit).status == 400
    assert ana.get(where, limit="1").status == ana.get(where, limit="100").status == 200


# Cursors


@pytest.fixture
def cursor(bot: Api, ana: Api) -> str:
    for user in ("a", "b"):
        begun(bot, user={"id": user})
    return str(ok(ana.get(LIST, limit="1"))["next"])


def test_a_cursor_that_was_tampered_with_is_refused(cursor: str, ana: Api) -> None:
    for place in range(len(cursor)):
        changed = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + changed + cursor[place + 1 :]
        assert ana.get(LIST, limit="1", cursor=forged).status == 400, place


@pytest.mark.parametrize(
    "made_up", ["", "x", "AAAA", "é", "=", "null", "../", "0", "A" * 5000, "%00", "\0"]
)
def test_a_cursor_that_was_made_up_is_refused(made_up: str, cursor: str, ana: Api) -> None:
    assert ana.get(LIST, limit="1", cursor=made_up).json["code"] == "invalid_request"
    assert ana.get(LIST, limit="1", cursor=cursor + made_up + "A").status == 400


@pytest.mark.parametrize("query", [{"status": "bot"}, {"name": "z"}, {"queue": "q"}, {"x": "y"}])
def test_a_cursor_is_good_for_its_own_query_only(
    query: dict[str, str], cursor: str, ana: Api
) -> None:
    assert ana.get(LIST, **query, cursor=cursor).status == 400
    assert ana.get(LIST, limit="2", cursor=cursor).status == 200


def test_a_cursor_is_good_for_its_own_list_and_bot_only(
    cursor: str, ana: Api, other_bot: Api
) -> None:
    assert ana.get(f"{BOT}/notifications", cursor=cursor).status == 400
    assert other_bot.get("/bots/other/conversations", cursor=cursor).status == 400


def test_a_cursor_does_not_widen_what_its_user_may_see(
    services: MemoryServices, bot: Api, sam: Api
) -> None:
    person(services, "quinn", queues=frozenset({"sales"}))
    for user in ("a", "b"):
        waiting(bot, "billing", user={"id": user})
    cursor = ok(sam.get(LIST, limit="1"))["next"]

    assert ok(bot.login("quinn").get(LIST, limit="1", cursor=cursor))["items"] == []


def test_a_cursor_tells_nothing_about_users_whom_its_reader_may_not_see(
    services: MemoryServices, bot: Api
) -> None:
    person(services, "quinn", queues=frozenset({"sales"}))
    for number in range(8):
        waiting(bot, "billing", user={"id": f"u-{number}", "name": f"Hidden {number}"})

    cursors = [
        ok(bot.login("quinn").get(LIST, limit="1", **query))["next"]
        for query in ({"name": "hid"}, {"status": "waiting"}, {})
    ]

    shown = [base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in cursors]
    assert [each for each in shown if b"hidden" in each or each[16:].isascii()] == []


# Entries


@pytest.fixture
def path(bot: Api) -> str:
    for number in range(1, 61):
        where = begun(bot, text=f"line {number}")
    return where


def seqs(caller: Api, path: str, **query: str) -> list[int]:
    return [entry["seq"] for entry in ok(caller.get(f"{path}/entries", **query))["items"]]


def test_entries_are_the_latest_fifty_ascending(bot: Api, path: str) -> None:
    assert seqs(bot, path) == list(range(11, 61))
    assert seqs(bot, path, limit="2") == [59, 60]


def test_entries_after_a_seq_go_on_from_there(bot: Api, path: str) -> None:
    assert seqs(bot, path, after="0", limit="3") == [1, 2, 3]
    assert seqs(bot, path, after="58") == [59, 60]
    assert seqs(bot, path, after="60") == seqs(bot, path, after="999999999999") == []


def test_entries_before_a_seq_are_the_last_ones_there(bot: Api, path: str) -> None:
    assert seqs(bot, path, before="4") == [1, 2, 3]
    assert seqs(bot, path, before="60", limit="2") == [58, 59]
    assert seqs(bot, path, before="1") == seqs(bot, path, before="0") == []


@pytest.mark.parametrize("place", ["-1", "x", "", "1.0", "1" * 13, "0" * 20 + "9" * 5000])
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_place_in_the_log_is_a_whole_number(side: str, place: str, bot: Api) -> None:
    assert bot.get(f"{begun(bot)}/entries", **{side: place}).status == 400


def test_a_log_is_asked_for_in_one_direction(bot: Api) -> None:
    assert bot.get(f"{begun(bot)}/entries", after="1", before="2").status == 400


def test_a_page_of_entries_ends_at_512_kb_and_the_next_goes_on_from_there(bot: Api) -> None:
    for _ in range(40):
        where = begun(bot, type="blob", text=None, payload={"x": "x" * 16_000})

    forward, backward = seqs(bot, where, after="0", limit="100"), seqs(bot, where, limit="100")

    assert forward == list(range(1, len(forward) + 1))
    assert backward == list(range(41 - len(backward), 41))
    assert len(forward) == len(backward) == 32
    assert seqs(bot, where, after=str(forward[-1]))[0] == forward[-1] + 1


def test_a_bot_never_sees_notes_and_a_page_of_notes_is_not_the_end(bot: Api, ana: Api) -> None:
    where = begun(bot)
    for number in range(3):
        ok(ana.post(f"{where}/notes", {"text": f"SECRET-{number}"}))
    begun(bot, text="After the notes.")

    assert [entry["kind"] for entry in log(ana, where)] == ["message", *["note"] * 3, "message"]
    assert seqs(bot, where, after="1", limit="2") == [5]
    assert seqs(bot, where, before="5", limit="2") == [1]
    assert "SECRET" not in bot.get(f"{where}/entries").text
    assert "SECRET" not in bot.get(where).text


def test_a_page_of_notifications_ends_at_512_kb_and_loses_none(bot: Api, ana: Api) -> None:
    for _ in range(100):
        ok(
            bot.post(
                f"{BOT}/notifications", {"message": "😀" * 1000, "url": "http://" + "😀" * 1990}
            )
        )

    cut = pages(ana, f"{BOT}/notifications", limit="100")

    everything = list(chain(*cut))
    largest = max(len(json.dumps(page, ensure_ascii=False).encode()) for page in cut)
    assert largest < 520 * 1024
    assert len({item["id"] for item in everything}) == len(everything) == 100


def test_ids_in_a_list_are_those_of_the_heads(bot: Api) -> None:
    where = begun(bot)

    assert ok(bot.get(LIST))["items"] == [bot.get(where).json]
    assert ok(bot.get(LIST))["items"][0]["id"] == id_of(where)


@pytest.mark.parametrize(
    ("name", "searches"),
    [
        ("José Peña", ["jose\u0301", "JOSÉ PEN\u0303", "josé"]),
        ("Jose\u0301 Pen\u0303a", ["José", "JOSÉ PEÑA"]),
        ("Große", ["grosse", "GROSS"]),
        ("🤖\ufe0f Bot", ["🤖", "🤖 bot"]),
    ],
)
def test_a_name_is_found_however_its_characters_are_written(
    name: str, searches: list[str], bot: Api
) -> None:
    path = begun(bot, user={"id": "u-1", "name": name})

    for searched in searches:
        found = ok(bot.get(f"{BOT}/conversations", name=searched))["items"]
        assert [head["id"] for head in found] == [id_of(path)], searched
