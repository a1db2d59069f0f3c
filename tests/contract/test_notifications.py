"""Notifications, newest first, with their readers."""

from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.usecases.ports.conversations import CommitConflict, Query
from chalicelib.usecases.records.answers import IdempotencyKey, StoredAnswer
from chalicelib.usecases.records.notifications import Notification
from tests.contract.store_setup import ADDRESS, BOT, CID, DEMO, act, at_once, said
from tests.support.clock import START
from tests.support.engines import Stores

KEY = IdempotencyKey("k1", "key", "f")
DAY = 24 * 60 * 60 * 1000


def made(number: int) -> Notification:
    at = START + number
    return Notification(f"n_{at:013d}_x{number}", BOT, f"text {number}", "info", at)


def test_a_notification_comes_back_as_it_was_added(stores: Stores) -> None:
    full = replace(
        made(1), level="error", url="https://x/?a=b", conversation_id=CID, message="🎉 #:x"
    )
    stores.notifications.add(full, None)

    assert stores.notifications.latest(BOT, None, 9) == [full]
    assert stores.notifications.latest("other", None, 9) == []


def test_the_newest_notification_comes_first_page_by_page(stores: Stores) -> None:
    for n in (3, 1, 5, 2, 4):
        stores.notifications.add(made(n), None)

    first = stores.notifications.latest(BOT, None, 2)
    second = stores.notifications.latest(BOT, first[-1].id, 2)
    third = stores.notifications.latest(BOT, second[-1].id, 2)

    assert [first, second, third] == [[made(5), made(4)], [made(3), made(2)], [made(1)]]


def test_the_readers_of_a_notification_are_stored(stores: Stores) -> None:
    stores.notifications.add(made(1), None)
    people = [f"p{n}" for n in range(8)]

    read = partial(stores.notifications.mark_read, BOT, made(1).id, is_supervisor=False)
    answers = at_once([partial(read, person) for person in [*people, "p0"]])

    assert answers == [True] * 9
    assert stores.notifications.latest(BOT, None, 1)[0].read_by == frozenset(people)


def test_a_notification_that_is_not_there_cannot_be_read(stores: Stores) -> None:
    stores.notifications.add(made(1), None)

    read = partial(stores.notifications.mark_read, is_supervisor=True)
    assert not read(BOT, "n_unknown", "ana")
    assert not read("other", made(1).id, "ana")


def test_an_agent_cannot_read_a_notification_for_supervisors(stores: Stores) -> None:
    stores.notifications.add(replace(made(1), for_supervisors=True), None)

    read = partial(stores.notifications.mark_read, BOT, made(1).id)

    assert [read("ana", is_supervisor=False), read("sam", is_supervisor=True)] == [False, True]
    assert stores.notifications.latest(BOT, None, 1)[0].read_by == {"sam"}
    assert len(stores.notifications.latest(BOT, None, 9)) == 1


def test_a_key_names_the_notification_it_made(stores: Stores) -> None:
    assert stores.notifications.find_by_key(BOT, KEY) is None
    stores.notifications.add(made(1), KEY)

    assert stores.notifications.find_by_key(BOT, replace(KEY, fingerprint="g")) == ("f", made(1))
    assert stores.notifications.find_by_key("other", KEY) is None
    assert stores.notifications.find_by_key(BOT, replace(KEY, caller="k2")) is None


def test_a_key_makes_one_notification(stores: Stores) -> None:
    added = at_once([partial(stores.notifications.add, made(n), KEY) for n in range(16)])

    assert added.count(None) == 1
    assert sum(isinstance(outcome, CommitConflict) for outcome in added) == 15
    assert len(stores.notifications.latest(BOT, None, 99)) == 1


def test_a_key_can_be_used_anew_after_seven_days(stores: Stores) -> None:
    stores.notifications.add(made(1), KEY)
    stores.clock.advance(7 * DAY + 1000)

    assert stores.notifications.find_by_key(BOT, KEY) is None
    stores.notifications.add(made(2), KEY)

    assert stores.notifications.find_by_key(BOT, KEY) == ("f", made(2))


def test_a_key_that_has_made_a_notification_is_no_commands_any_more(stores: Stores) -> None:
    stores.notifications.add(made(1), KEY)

    with pytest.raises(CommitConflict):
        act(stores, DEMO, ADDRESS, said("hi"), KEY)

    assert stores.conversations.load(Query(BOT, CID, KEY)).by_key == StoredAnswer("f", None)
    assert stores.conversations.head(BOT, CID) is None


def test_a_key_that_a_command_has_used_makes_no_notification(stores: Stores) -> None:
    act(stores, DEMO, ADDRESS, said("hi"), KEY)

    with pytest.raises(CommitConflict):
        stores.notifications.add(made(1), KEY)

    assert stores.notifications.find_by_key(BOT, KEY) == ("f", None)
    assert stores.notifications.latest(BOT, None, 9) == []


@pytest.mark.parametrize("used", [True, False])
def test_a_notification_is_added_beside_an_unrelated_key(stores: Stores, used: bool) -> None:
    stores.notifications.add(made(1), KEY if used else None)
    stores.notifications.add(made(2), replace(KEY, key="other"))

    assert len(stores.notifications.latest(BOT, None, 9)) == 2
