"""An address names exactly one conversation, or the answer says why it does not."""

import pytest

from tests.api.conversation_setup import BOT, begun, id_of, log, message, ok, one, person
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices


def pause(bot: Api, **more: object) -> ApiAnswer:
    return bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-1", **more})


def lookup(caller: Api, **query: str) -> ApiAnswer:
    return caller.get(f"{BOT}/conversations/lookup", **query)


def everything(bot: Api) -> list[object]:
    items: list[object] = ok(bot.get(f"{BOT}/conversations"))["items"]
    return items


# Pausing without a thread


def test_an_address_without_messages_creates_the_conversation_without_a_thread(bot: Api) -> None:
    head = ok(pause(bot))

    assert (head["status"], head["thread"], head["last_seq"]) == ("waiting", None, 1)
    said = ok(bot.post(f"{BOT}/messages", message()))
    assert (said["conversation_id"], said["disposition"]) == (head["id"], "waiting")


@pytest.mark.parametrize("thread", [None, "t-1"])
def test_the_users_only_conversation_is_found_with_or_without_a_thread(
    thread: str | None, bot: Api
) -> None:
    path = begun(bot, thread=thread)

    head = ok(pause(bot))

    assert head["id"] == id_of(path)
    assert len(everything(bot)) == 1


def test_an_ambiguous_address_is_refused_and_changes_nothing(bot: Api) -> None:
    paths = [begun(bot, thread=thread) for thread in (None, "t-1", "t-2")]
    before = everything(bot)

    refused = pause(bot)

    assert (refused.status, refused.json["code"]) == (409, "ambiguous_address")
    assert sorted(c["id"] for c in refused.json["candidates"]) == sorted(map(id_of, paths))
    assert {c["thread"] for c in refused.json["candidates"]} == {None, "t-1", "t-2"}
    assert everything(bot) == before


def test_a_candidate_can_be_paused_by_its_id(bot: Api) -> None:
    for thread in ("t-1", "t-2"):
        begun(bot, thread=thread)
    chosen = pause(bot).json["candidates"][0]["id"]

    assert ok(bot.post(f"{one(chosen)}/pause", {}))["id"] == chosen


# With a thread


def test_with_a_thread_exactly_that_address_is_meant(bot: Api) -> None:
    others = [begun(bot, thread=thread) for thread in (None, "t-1")]

    head = ok(pause(bot, thread="t-2"))

    assert (head["thread"], head["status"]) == ("t-2", "waiting")
    assert [bot.get(path).json["status"] for path in others] == ["bot", "bot"]


@pytest.mark.parametrize("user", ["u-1", {"id": "u-1"}, {"id": "u-1", "name": "Zed"}])
def test_a_user_is_an_id_or_an_object_with_one(user: object, bot: Api) -> None:
    path = begun(bot, thread="t-1")

    head = ok(pause(bot, user=user, thread="t-1"))

    assert head["id"] == id_of(path)
    assert head["user_name"] == ("Zed" if isinstance(user, dict) and "name" in user else None)


def test_channels_users_and_bots_are_kept_apart(bot: Api, other_bot: Api) -> None:
    path = begun(bot)

    elsewhere = [
        ok(pause(bot, channel="telegram")),
        ok(pause(bot, user="u-2")),
        ok(other_bot.post("/bots/other/pause", {"channel": "web", "user": "u-1"})),
    ]

    assert len({id_of(path), *(head["id"] for head in elsewhere)}) == 4
    assert bot.get(path).json["status"] == "bot"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"channel": "a", "user": "bc"}, {"channel": "ab", "user": "c"}),
        ({"user": "u#1"}, {"user": "u%231"}),
        ({"user": "u", "thread": "x#y"}, {"user": "u#x", "thread": "y"}),
        ({"user": "é"}, {"user": "e\u0301"}),
        ({"user": "156085638552453280"}, {"user": "156085638552453281"}),
        ({"user": "Zed"}, {"user": "zed"}),
    ],
)
def test_addresses_that_look_alike_are_two(
    first: dict[str, str], second: dict[str, str], bot: Api
) -> None:
    one_id, other_id = (ok(pause(bot, **address))["id"] for address in (first, second))

    assert one_id != other_id


def test_a_thread_id_is_never_taken_for_a_conversation_id(bot: Api) -> None:
    victim = id_of(begun(bot, user={"id": "u-9"}))
    begun(bot, thread=victim)

    paused = ok(pause(bot, thread=victim))

    assert paused["id"] != victim
    assert bot.get(one(victim)).json["status"] == "bot"
    assert bot.get(one("t-1")).status == 404


# Looking up


def test_a_lookup_finds_the_exact_thread_or_the_only_conversation(bot: Api, ana: Api) -> None:
    path = begun(bot, thread="t-1")

    for caller in (bot, ana):
        assert lookup(caller, channel="web", user="u-1").json["id"] == id_of(path)
        assert lookup(caller, channel="web", user="u-1", thread="t-1").json["id"] == id_of(path)
        assert lookup(caller, channel="web", user="u-1", thread="t-2").status == 404


def test_a_lookup_that_several_fit_names_them(bot: Api) -> None:
    paths = [begun(bot, thread=thread) for thread in ("t-1", "t-2")]

    refused = lookup(bot, channel="web", user="u-1")

    assert (refused.status, refused.json["code"]) == (409, "ambiguous_address")
    assert sorted(c["id"] for c in refused.json["candidates"]) == sorted(map(id_of, paths))


@pytest.mark.parametrize("name", ["O'Brien", "o'brien", "O'BRIEN"])
def test_a_name_is_one_in_upper_and_lower_case(name: str, bot: Api) -> None:
    path = begun(bot, user={"id": "u-1", "name": "O'Brien"})
    begun(bot, user={"id": "u-2", "name": "O'Brien-Smith"})

    assert lookup(bot, name=name).json["id"] == id_of(path)


def test_a_name_that_two_users_have_is_ambiguous(bot: Api) -> None:
    for user in ("u-1", "u-2"):
        begun(bot, user={"id": user, "name": "Zed"})

    refused = lookup(bot, name="zed")

    assert (refused.status, len(refused.json["candidates"])) == (409, 2)
    assert {c["name"] for c in refused.json["candidates"]} == {"Zed"}


def test_a_lookup_by_an_unknown_name_is_not_found(bot: Api) -> None:
    begun(bot, user={"id": "u-1", "name": "Zed"})
    begun(bot, user={"id": "u-2"})

    assert [lookup(bot, name=name).status for name in ("Ze", "Zed ", "' OR 1=1")] == [404] * 3


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"name": ""},
        {"channel": "web"},
        {"user": "u-1"},
        {"channel": "", "user": "u-1"},
        {"channel": "web", "user": "u-1", "name": "Zed"},
    ],
)
def test_a_lookup_of_nothing_in_particular_is_refused(query: dict[str, str], bot: Api) -> None:
    begun(bot)

    assert lookup(bot, **query).status == 400


def test_ambiguous_candidates_include_only_visible_conversations(
    services: MemoryServices, bot: Api
) -> None:
    person(services, "quinn", queues=frozenset({"sales"}))
    quinn = bot.login("quinn")
    seen = begun(bot, user={"id": "u-1", "name": "Zed"}, thread="t-1")
    hidden = begun(bot, user={"id": "u-1", "name": "Zed"}, thread="t-2")
    ok(bot.post(f"{hidden}/pause", {"queue": "billing"}))

    by_user, by_name = lookup(quinn, channel="web", user="u-1"), lookup(quinn, name="Zed")

    assert by_user.json["id"] == by_name.json["id"] == id_of(seen)
    assert lookup(bot, name="Zed").status == 409


def test_a_pause_by_address_changes_only_the_addressed_conversation(bot: Api) -> None:
    path = begun(bot, user={"id": "u-2"})
    before = log(bot, path)

    ok(pause(bot))

    assert log(bot, path) == before


# Messages without a thread


def test_a_message_without_a_thread_goes_where_the_pause_without_a_thread_went(
    bot: Api, ana: Api
) -> None:
    path = begun(bot, thread="t-1")
    paused = ok(bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-1"}))

    said = ok(bot.post(f"{BOT}/messages", message(message_id="m-1")))
    again = ok(bot.post(f"{BOT}/messages", message(message_id="m-1")))
    drafted = bot.post(f"{BOT}/messages", message(**{"from": "bot"}))

    assert paused["id"] == said["conversation_id"] == id_of(path)
    assert (said["thread"], said["disposition"], said["seq"]) == ("t-1", "waiting", 3)
    assert (again["repeated"], again["seq"]) == (True, 3)
    assert (drafted.status, drafted.json["code"]) == (409, "not_your_turn")
    assert len(ok(bot.get(f"{BOT}/conversations"))["items"]) == 1


def test_a_message_without_a_thread_stays_in_the_conversation_without_one(bot: Api) -> None:
    path = begun(bot)
    begun(bot, thread="t-1")

    said = ok(bot.post(f"{BOT}/messages", message()))

    assert (said["conversation_id"], said["thread"]) == (id_of(path), None)


def test_a_message_without_a_thread_is_not_lost_among_several_conversations(bot: Api) -> None:
    paths = {begun(bot, thread="t-1"), begun(bot, thread="t-2")}

    said = ok(bot.post(f"{BOT}/messages", message()))

    assert said["thread"] is None
    assert one(said["conversation_id"]) not in paths
    refused = bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-1"})
    assert (refused.status, refused.json["code"]) == (409, "ambiguous_address")


def test_the_only_conversation_is_that_of_the_same_channel_and_user(bot: Api) -> None:
    begun(bot, thread="t-1", channel="sms")
    begun(bot, thread="t-1", user={"id": "u-2"})

    said = bot.post(f"{BOT}/messages", message())

    assert (said.status, said.json["thread"], said.json["seq"]) == (201, None, 1)


def test_a_repeated_key_of_a_message_without_a_thread_has_its_first_answer(bot: Api) -> None:
    begun(bot, thread="t-1")
    first = bot.post(f"{BOT}/messages", message(), Idempotency_Key="k-1")
    begun(bot, thread="t-2")

    again = bot.post(f"{BOT}/messages", message(), Idempotency_Key="k-1")

    assert (again.status, again.text) == (first.status, first.text)
    assert first.json["thread"] == "t-1"
