"""Audit trails only grow; each bot and the installation has its own."""

from functools import partial

import pytest

from chalicelib.domain.access import Role
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey
from tests.contract.store_setup import BOT, at_once
from tests.support.clock import START
from tests.support.engines import Stores

DAY = 24 * 60 * 60 * 1000


def event(number: int, bot: str | None = BOT) -> AuditEvent:
    return AuditEvent(
        id=f"a_{START + number:013d}_x",
        bot=bot,
        at=START + number,
        action="key_created",
        actor="p_ana",
        object_id="k1",
        outcome="refused",
        session="s1",
        key="k0",
        source="192.0.2.1",
        facts={"scopes": "read"},
    )


def test_a_trail_shows_its_own_events_newest_first_in_pages(stores: Stores) -> None:
    trail = stores.audit_trail
    for number in range(5):
        trail.add(event(number))
    for number in (7, 8):
        trail.add(event(number, None))
    trail.add(event(9, "other"))

    first, position = trail.latest(BOT, None, 3)
    rest, end = trail.latest(BOT, position, 3)

    assert first + rest == [event(number) for number in (4, 3, 2, 1, 0)]
    assert end is None
    assert trail.latest(None, None, 10) == ([event(8, None), event(7, None)], None)


def test_the_same_event_is_stored_once_and_never_overwritten(stores: Stores) -> None:
    for _ in range(2):
        stores.audit_trail.add(event(1))

    assert stores.audit_trail.latest(BOT, None, 10)[0] == [event(1)]


def test_an_event_expires_after_400_days(stores: Stores) -> None:
    stores.audit_trail.add(event(1))

    stores.clock.advance(399 * DAY)
    assert stores.audit_trail.latest(BOT, None, 10)[0] == [event(1)]
    stores.clock.advance(2 * DAY)
    assert stores.audit_trail.latest(BOT, None, 10)[0] == []


def test_of_many_calls_with_one_mark_exactly_one_is_recorded(stores: Stores) -> None:
    add = stores.audit_trail.add_once

    at_once([partial(add, event(number), "today") for number in range(8)])
    add(event(20), "today")
    add(event(30), "tomorrow")

    assert len(stores.audit_trail.latest(BOT, None, 50)[0]) == 2


KEY = BotKey("k1", BOT, "hash")
ANA = Member("ana", "Ana", "ana@example.test", Role.AGENT)


def prepare(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo"))
    stores.directory.put_key(KEY)
    stores.directory.put_member(BOT, ANA)


CHANGES = {
    "rotate_key": lambda s, e: s.administration.rotate_key(KEY, 1, BotKey("k2", BOT, "h"), e),
    "delete_key": lambda s, e: s.administration.delete_key(BOT, "k1", e),
    "remove_member": lambda s, e: s.administration.remove_member(BOT, "ana", e),
    "create_bot": lambda s, e: s.administration.create_bot(Bot("shop", "Shop"), e),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_event_is_stored_with_its_change_and_not_without_it(name: str, stores: Stores) -> None:
    if name != "create_bot":
        assert CHANGES[name](stores, event(1)) is False
        assert stores.audit_trail.latest(BOT, None, 10)[0] == []
        prepare(stores)

    assert CHANGES[name](stores, event(2)) is True
    if name == "create_bot":
        assert CHANGES[name](stores, event(3)) is False

    assert stores.audit_trail.latest(BOT, None, 10)[0] == [event(2)]


def test_what_is_put_or_deleted_in_any_case_takes_its_event_along(stores: Stores) -> None:
    stores.directory.put_key(KEY, event(1))
    stores.directory.put_member(BOT, ANA, event(2))
    stores.administration.delete_bot(BOT, event(3))

    assert stores.audit_trail.latest(BOT, None, 10)[0] == [event(3), event(2), event(1)]
