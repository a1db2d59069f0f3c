"""WebSocket connections, watches and tickets."""

from functools import partial

from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.connections import PersonState, SocketConnection, SocketTicket
from chalicelib.usecases.records.people import Person, Session
from tests.contract.store_setup import BOT, CID, at_once
from tests.support.clock import START
from tests.support.engines import Stores

MINUTE = 60_000
TICKET = SocketTicket("hash", "ana", 2, START + 30_123)
OPEN = SocketConnection("L0SM9cOFvHcCIhw=", "ana", 2, (BOT, "other"), START, START + 120 * MINUTE)


def test_a_ticket_works_once(stores: Stores) -> None:
    stores.connections.add_ticket(TICKET)

    assert stores.connections.use_ticket("hash", START) == TICKET
    assert stores.connections.use_ticket("hash", START) is None


def test_an_unknown_ticket_is_not_accepted(stores: Stores) -> None:
    assert stores.connections.use_ticket("hash", START) is None


def test_a_ticket_works_until_the_millisecond_of_its_expiry(stores: Stores) -> None:
    stores.connections.add_ticket(TICKET)
    stores.connections.add_ticket(replace(TICKET, hash="late"))

    assert stores.connections.use_ticket("late", TICKET.expires_at) is None
    assert stores.connections.use_ticket("hash", TICKET.expires_at - 1) == TICKET


def test_exactly_one_of_16_concurrent_uses_of_a_ticket_succeeds(stores: Stores) -> None:
    stores.connections.add_ticket(TICKET)

    used = at_once([partial(stores.connections.use_ticket, "hash", START) for _ in range(16)])

    assert used.count(TICKET) == 1
    assert used.count(None) == 15


def test_an_open_connection_is_found_by_id_and_by_each_of_its_bots(stores: Stores) -> None:
    stores.connections.put(OPEN)

    assert stores.connections.get(OPEN.id) == OPEN
    assert stores.connections.of_bot(BOT) == stores.connections.of_bot("other") == [OPEN]
    assert stores.connections.of_bot("third") == []


def test_the_connections_of_a_person_are_found(stores: Stores) -> None:
    late, bos = replace(OPEN, id="late", bots=()), replace(OPEN, id="bo's", person="ana#S")
    for each in (OPEN, late, bos):
        stores.connections.put(each)

    found = stores.connections.of_person("ana")
    stores.connections.remove(OPEN)

    assert sorted(found, key=lambda each: each.id) == [OPEN, late]
    assert stores.connections.of_person("ana") == [late]
    stores.clock.advance(OPEN.expires_at - START + 1000)
    assert stores.connections.of_person("ana") == []


def test_the_state_of_a_person_has_all_that_is_stored_under_them(stores: Stores) -> None:
    ana = Person("ana", "ana@example.test", "Ana", "hash", token_version=2)
    seen = Presence(PresenceStatus.AWAY, START)
    stores.directory.put_person(ana)
    stores.directory.put_bot(Bot(BOT, "Demo"))
    stores.directory.put_member(BOT, Member("ana", "Ana", ana.email, Role.AGENT))
    stores.directory.set_presence("ana", seen)
    stores.sessions.add(Session("s_1", "ana", 2, START, START, START + MINUTE, "r"))
    stores.connections.put(OPEN)

    assert stores.directory.person_state("ana") == PersonState(ana, seen, (BOT,), (OPEN,))
    assert stores.directory.person_state("bo") == PersonState(None, Presence(), (), ())


def test_open_connections_are_found_by_their_ids(stores: Stores) -> None:
    more = [replace(OPEN, id=f"s-{number}") for number in range(120)]
    for connection in (OPEN, *more):
        stores.connections.put(connection)

    found = stores.connections.get_all([OPEN.id, "none", *(each.id for each in more)])

    assert {each.id for each in found} == {OPEN.id, *(each.id for each in more)}
    assert stores.connections.get_all([]) == []


def test_a_connection_of_a_person_without_bots_is_found_by_id(stores: Stores) -> None:
    connection = replace(OPEN, bots=())
    stores.connections.put(connection)

    assert stores.connections.get(OPEN.id) == connection
    stores.connections.remove(connection)
    assert stores.connections.get(OPEN.id) is None


def test_a_connection_may_hear_of_very_many_bots(stores: Stores) -> None:
    connection = replace(OPEN, bots=tuple(f"b{n}" for n in range(130)))
    stores.connections.put(connection)

    assert stores.connections.get(OPEN.id) == connection
    assert stores.connections.of_bot("b0") == stores.connections.of_bot("b129") == [connection]
    stores.connections.remove(connection)
    assert stores.connections.of_bot("b0") == stores.connections.of_bot("b129") == []


def test_a_closed_connection_is_forgotten_with_all_it_watched(stores: Stores) -> None:
    other = replace(OPEN, id="other")
    for connection in (OPEN, other):
        stores.connections.put(connection)
        for n in range(30):
            stores.connections.watch(BOT, f"c_{n}", connection)

    first = stores.connections.remove(OPEN)
    again = stores.connections.remove(OPEN)

    assert stores.connections.get(OPEN.id) is None
    assert stores.connections.of_bot(BOT) == [other]
    watchers = [stores.connections.watchers(BOT, f"c_{n}") for n in range(30)]
    assert watchers == [["other"]] * 30
    assert sorted(first) == sorted((BOT, f"c_{n}") for n in range(30))
    assert again == []


def test_a_connection_that_leaves_one_bot_stays_open_for_the_others(stores: Stores) -> None:
    stores.connections.put(OPEN)
    for bot in (BOT, "other"):
        stores.connections.watch(bot, CID, OPEN)
    left = replace(OPEN, bots=("other",))

    watched = [stores.connections.leave_bot(left, BOT) for _ in range(2)]

    assert watched == [[CID], []]
    assert stores.connections.get(OPEN.id) == left
    assert stores.connections.of_bot("other") == [left]
    assert stores.connections.of_bot(BOT) == []
    watchers = [stores.connections.watchers(bot, CID) for bot in (BOT, "other")]
    assert watchers == [[], [OPEN.id]]


def test_watchers_are_the_connections_with_the_conversation_open(stores: Stores) -> None:
    other = replace(OPEN, id="other")
    new = [stores.connections.watch(BOT, CID, connection) for connection in (OPEN, other, other)]

    assert new == [True, True, False]
    assert sorted(stores.connections.watchers(BOT, CID)) == sorted([OPEN.id, "other"])
    assert stores.connections.watchers("other", CID) == []
    assert stores.connections.watchers(BOT, "c_other") == []


def test_an_unwatched_conversation_has_no_watcher(stores: Stores) -> None:
    stores.connections.watch(BOT, CID, OPEN)

    for _ in range(2):
        stores.connections.unwatch(BOT, CID, OPEN.id)

    assert stores.connections.watchers(BOT, CID) == []


def test_expired_rows_are_absent_even_before_dynamodb_removes_them(stores: Stores) -> None:
    stores.connections.put(OPEN)
    stores.connections.watch(BOT, CID, OPEN)
    stores.clock.advance(OPEN.expires_at - START + 1000)

    assert stores.connections.get(OPEN.id) is None
    assert stores.connections.of_bot(BOT) == []
    assert stores.connections.watchers(BOT, CID) == []


def test_a_connection_of_a_key_is_the_bots_and_no_persons(stores: Stores) -> None:
    listening = SocketConnection("k", "", 0, (BOT,), START, START + 60_000, key="k1")
    stores.connections.put(listening)

    assert stores.connections.of_bot(BOT) == [listening]
    assert stores.connections.of_person("") == []
    assert stores.connections.remove(listening) == []
    assert stores.connections.of_bot(BOT) == []
