"""Bots, keys, people and members."""

from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Role, Scope
from chalicelib.domain.conversation.commands import PauseAndClaim
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.ports.conversations import Query
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import Webhook
from tests.contract.store_setup import ADDRESS, ANA, BOT, CID, act, at_once, member
from tests.support.engines import Stores

HOOK = Webhook(
    "https://example.test/hook?a=b", ("whsec_a", "whsec_b"), active_since=7, disabled_reason="gone"
)
PERSON = Person("p_1", "ana@example.test", "Ana", "$argon2id$x", 3, is_owner=True, disabled=True)
ONLINE = Presence(PresenceStatus.ONLINE, 1_767_225_600_123)


def test_unknown_bots_keys_and_people_are_not_found(stores: Stores) -> None:
    directory = stores.directory

    assert directory.bot_and_key(BOT, "k") == (None, None)
    assert directory.bot_and_member(BOT, "p") == (None, None, None)
    assert directory.bot(BOT) is None
    assert directory.person("p") is None
    assert directory.members(BOT) == directory.roster(BOT) == []
    assert directory.bots_of_person("p") == directory.bot_ids() == []
    assert directory.presence("p") == Presence()


@pytest.mark.parametrize("webhook", [None, HOOK, Webhook("http://x", ())])
def test_a_bot_comes_back_as_it_was_added(stores: Stores, webhook: Webhook | None) -> None:
    bot = Bot(BOT, "Demo 🎉", webhook)

    stores.directory.put_bot(bot)

    assert stores.directory.bot(BOT) == bot
    assert stores.directory.bot_ids() == [BOT]


def test_a_bot_that_is_added_again_is_changed(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo", HOOK))
    stores.directory.put_bot(Bot(BOT, "Demo 2"))

    assert stores.directory.bot(BOT) == Bot(BOT, "Demo 2")
    assert stores.directory.bot_ids() == [BOT]


@pytest.mark.parametrize(
    "key",
    [
        BotKey("k1", BOT, "hash"),
        BotKey("k1", BOT, "hash", frozenset({Scope.READ}), 5),
        BotKey("k1", BOT, "hash", frozenset()),
    ],
)
def test_a_key_comes_back_as_it_was_added(stores: Stores, key: BotKey) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo"))
    stores.directory.put_key(key)

    assert stores.directory.bot_and_key(BOT, "k1") == (Bot(BOT, "Demo"), key)


def test_another_bots_key_is_known_as_such(stores: Stores) -> None:
    stores.directory.put_bot(Bot("other", "Other"))
    stores.directory.put_key(BotKey("k1", BOT, "hash"))

    bot, key = stores.directory.bot_and_key("other", "k1")

    assert bot == Bot("other", "Other")
    assert key == BotKey("k1", BOT, "hash")


def test_a_person_comes_back_as_they_were_added(stores: Stores) -> None:
    stores.directory.put_person(PERSON)

    assert stores.directory.person("p_1") == PERSON


def test_a_member_is_found_with_bot_and_person_but_without_presence_and_load(
    stores: Stores,
) -> None:
    place = Member("p_1", "Ana", "a@b", Role.SUPERVISOR, frozenset({"x", "y#"}), 4)
    stores.directory.put_bot(Bot(BOT, "Demo"))
    stores.directory.put_person(PERSON)
    stores.directory.put_member(BOT, place)
    stores.directory.set_presence("p_1", ONLINE)

    found = stores.directory.bot_and_member(BOT, "p_1")

    assert found == (Bot(BOT, "Demo"), PERSON, place)


def test_members_come_with_presence_and_load(stores: Stores) -> None:
    for person in ("ana", "bo", "cy"):
        stores.directory.put_member(BOT, member(person))
    stores.directory.put_member("other", member("eve"))
    stores.directory.set_presence("bo", ONLINE)
    act(stores, ANA, ADDRESS, PauseAndClaim())

    found = sorted(stores.directory.members(BOT), key=lambda each: each.person)

    assert found == [
        replace(member("ana"), open=1, busy_at=stores.clock.now()),
        replace(member("bo"), presence=ONLINE),
        member("cy"),
    ]
    roster = sorted(stores.directory.roster(BOT), key=lambda each: each.person)
    assert roster == [member("ana"), member("bo"), member("cy")]


def test_a_member_that_is_changed_keeps_their_load(stores: Stores) -> None:
    stores.directory.put_member(BOT, member("ana"))
    act(stores, ANA, ADDRESS, PauseAndClaim())

    stores.directory.put_member(BOT, replace(member("ana", capacity=9), open=5))

    loaded = stores.conversations.load(Query(BOT, CID, agent="ana"))
    assert loaded.agent == replace(member("ana", capacity=9), open=1, busy_at=stores.clock.now())


def test_a_person_belongs_to_the_bots_they_were_added_to(stores: Stores) -> None:
    for bot in (BOT, "other#1"):
        stores.directory.put_member(bot, member("ana"))
    stores.directory.put_member("third", member("bo"))

    assert sorted(stores.directory.bots_of_person("ana")) == sorted([BOT, "other#1"])


def test_all_bots_are_listed(stores: Stores) -> None:
    for n in range(5):
        stores.directory.put_bot(Bot(f"b{n}", "x"))

    assert sorted(stores.directory.bot_ids()) == [f"b{n}" for n in range(5)]


def test_the_last_presence_is_stored(stores: Stores) -> None:
    for status in PresenceStatus:
        stores.directory.set_presence("ana", Presence(status, 5))

    assert stores.directory.presence("ana") == Presence(PresenceStatus.OFFLINE, 5)


def test_a_sign_of_life_keeps_the_status_that_was_chosen(stores: Stores) -> None:
    for status in PresenceStatus:
        stores.directory.set_presence("ana", Presence(status, 5, gone_at=6))

        stores.directory.record_sign_of_life("ana", 7)

        assert stores.directory.presence("ana") == Presence(status, 7)


def test_the_first_sign_of_life_shows_a_person_as_online(stores: Stores) -> None:
    stores.directory.record_sign_of_life("ana", 7)

    assert stores.directory.presence("ana") == Presence(PresenceStatus.ONLINE, 7)


def test_a_disconnect_keeps_the_status_that_was_chosen(stores: Stores) -> None:
    stores.directory.set_presence("ana", Presence(PresenceStatus.AWAY, 5))

    stores.directory.record_disconnect("ana", 5, 9)

    assert stores.directory.presence("ana") == Presence(PresenceStatus.AWAY, 5, gone_at=9)


def test_a_disconnect_that_is_older_than_a_sign_of_life_has_no_effect(stores: Stores) -> None:
    stores.directory.set_presence("ana", Presence(PresenceStatus.AWAY, 5))
    stores.directory.record_sign_of_life("ana", 7)

    stores.directory.record_disconnect("ana", 5, 9)
    stores.directory.record_disconnect("bo", 0, 9)

    assert stores.directory.presence("ana") == Presence(PresenceStatus.AWAY, 7)
    assert stores.directory.presence("bo") == Presence()


def test_a_choice_is_not_lost_among_concurrent_signs_of_life(stores: Stores) -> None:
    stores.directory.set_presence("ana", ONLINE)
    signs = [partial(stores.directory.record_sign_of_life, "ana", 7) for _ in range(8)]
    choice = partial(stores.directory.set_presence, "ana", Presence(PresenceStatus.AWAY, 7))

    at_once([*signs[:4], choice, *signs[4:]])

    assert stores.directory.presence("ana") == Presence(PresenceStatus.AWAY, 7)


def test_every_end_of_sessions_raises_the_token_version(stores: Stores) -> None:
    stores.directory.put_person(PERSON)

    at_once([partial(stores.directory.end_sessions, "p_1") for _ in range(8)])

    assert stores.directory.person("p_1") == replace(PERSON, token_version=11)


def test_ending_the_sessions_of_an_unknown_person_has_no_effect(stores: Stores) -> None:
    stores.directory.end_sessions("nobody")

    assert stores.directory.person("nobody") is None


def test_people_are_read_in_one_call_and_unknown_ones_are_left_out(
    stores: Stores,
) -> None:
    others = [replace(PERSON, id=f"p_{n}", email=f"{n}@example.test") for n in range(3)]
    for person in others:
        stores.directory.put_person(person)

    found = stores.directory.people(["p_0", "nobody", "p_2"])

    assert sorted(person.id for person in found) == ["p_0", "p_2"]
