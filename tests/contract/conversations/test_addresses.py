"""Conversations are found by address, whatever characters its ids contain."""

from itertools import product

from msgspec.structs import replace

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import Pause
from chalicelib.usecases.conversations.queries import PAUSED
from chalicelib.usecases.ports.conversations import BoardFilter, Query
from chalicelib.usecases.records.answers import IdempotencyKey, MessageKey
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person
from tests.contract.store_setup import ADDRESS, BOT, CID, DEMO, act, member, other, said
from tests.support.engines import Stores

UNUSUAL = (
    "#",
    "%",
    "%23",
    "a#b",
    "a%23b",
    "/",
    "~",
    "~" + "a" * 26,
    "C#c_x",
    "META",
    "🎉",
    "שלום",
    "\u202eevil",
    "é",
    "e\u0301",
    "O'Brien",
    '"; DROP',
    "123456789012345678",
    "0123456789012345678",
    "#" * 128,
    "#" * 127 + "%",
    "x" * 128,
    "é" * 64,
    " ",
    "none",
)


def test_a_users_conversations_are_found_all_threads_of_this_channel(stores: Stores) -> None:
    threads = [replace(ADDRESS, thread=thread) for thread in (None, "t1", "t2")]
    strangers = [replace(ADDRESS, channel="sms"), replace(ADDRESS, user="u2")]
    for place in threads + strangers:
        act(stores, DEMO, place, said("hi"))

    found = stores.conversations.ids_of_user(BOT, "web", "u1")

    assert sorted(found) == sorted(place.conversation_id for place in threads)


def test_a_threads_conversations_are_found_all_channels_and_users(stores: Stores) -> None:
    same = [ADDRESS, replace(ADDRESS, channel="sms"), replace(ADDRESS, user="u2")]
    for place in [*same, replace(ADDRESS, thread="t2"), replace(ADDRESS, thread=None)]:
        act(stores, DEMO, place, said("hi"))

    found = stores.conversations.ids_of_thread(BOT, "t1")

    assert sorted(found) == sorted(place.conversation_id for place in same)
    assert stores.conversations.ids_of_thread(BOT, "None") == []


def test_an_address_is_indexed_once(stores: Stores) -> None:
    for _ in range(3):
        act(stores, DEMO, ADDRESS, said("hi"))

    assert stores.conversations.ids_of_user(BOT, "web", "u1") == [CID]
    assert stores.conversations.ids_of_thread(BOT, "t1") == [CID]


def test_heads_come_in_the_order_asked_for_without_those_that_are_not_there(
    stores: Stores,
) -> None:
    places = [other(ADDRESS, n) for n in range(5)]
    for place in places:
        act(stores, DEMO, place, said("hi"))
    wanted = [place.conversation_id for place in reversed(places)]

    heads = stores.conversations.heads(BOT, [wanted[0], "c_unknown", *wanted[1:]])

    assert [head.id for head in heads] == wanted


def test_more_heads_than_fit_into_one_call_are_all_found(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("hi"))
    unknown = [f"c_{n}" for n in range(205)]

    assert [head.id for head in stores.conversations.heads(BOT, [*unknown, CID])] == [CID]
    assert stores.conversations.heads(BOT, []) == []


def test_unusual_ids_are_found_and_share_no_rows(stores: Stores) -> None:
    places = [Address(BOT, "web", unusual, unusual) for unusual in UNUSUAL]
    for place in places:
        act(stores, DEMO, place, said(place.user, message_id=place.user))

    for place in places:
        cid = place.conversation_id
        own, strange = (MessageKey(From.USER, each) for each in (place.user, place.user + "#"))
        loaded = stores.conversations.load(Query(BOT, cid, message=own))
        assert loaded.head
        assert loaded.head.address == place
        assert loaded.by_message
        assert loaded.by_message.seq == 1
        assert stores.conversations.load(Query(BOT, cid, message=strange)).by_message is None
        assert stores.conversations.ids_of_user(BOT, "web", place.user) == [cid]
        assert stores.conversations.ids_of_thread(BOT, place.user) == [cid]
        entry = stores.conversations.entries_after(BOT, cid, 0, 9)[0]
        assert (entry.record.text, entry.record.message_id) == (place.user, place.user)


def test_bots_with_unusual_ids_share_no_rows(stores: Stores) -> None:
    bots = [unusual for unusual in UNUSUAL if len(unusual.encode()) <= 32]
    for bot in bots:
        act(stores, replace(DEMO, bot=bot), Address(bot, "web", "u", "t"), Pause())
        stores.directory.put_bot(Bot(bot, f"named {bot}"))

    for bot in bots:
        cid = Address(bot, "web", "u", "t").conversation_id
        assert stores.conversations.ids_of_user(bot, "web", "u") == [cid]
        assert stores.conversations.ids_of_thread(bot, "t") == [cid]
        head = stores.conversations.head(bot, cid)
        assert head
        assert head.bot == bot
        assert stores.conversations.recent(bot, None, 9).conversation_ids == [cid]
        assert stores.conversations.board(bot, BoardFilter(PAUSED), None, 9).conversation_ids == [
            cid
        ]
        assert stores.directory.bot(bot) == Bot(bot, f"named {bot}")
    assert sorted(stores.directory.bot_ids()) == sorted(bots)


def test_callers_and_keys_with_unusual_ids_share_no_answers(stores: Stores) -> None:
    few = ("#", "a#b", "~", "#" * 128)
    keys = [IdempotencyKey(caller, key, f"{caller} {key}") for caller, key in product(few, few)]
    for n, key in enumerate(keys):
        act(stores, DEMO, other(ADDRESS, n), said("hi"), key)

    for key in keys:
        known = stores.conversations.load(Query(BOT, CID, key)).by_key
        assert known
        assert known.fingerprint == key.fingerprint


def test_people_and_keys_with_unusual_ids_come_back(stores: Stores) -> None:
    for unusual in UNUSUAL:
        person = Person(unusual, f"{unusual}@example.test", unusual, "hash")
        stores.directory.put_person(person)
        stores.directory.put_key(BotKey(unusual, BOT, "hash"))
        stores.directory.put_member(BOT, member(unusual))

        assert stores.directory.person(unusual) == person
        assert stores.directory.bot_and_key(BOT, unusual)[1] == BotKey(unusual, BOT, "hash")
        assert stores.directory.bots_of_person(unusual) == [BOT]
    assert {each.person for each in stores.directory.members(BOT)} == set(UNUSUAL)
