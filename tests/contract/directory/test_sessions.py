"""People's sessions."""

from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.usecases.records.people import EndedSession, Person, Session
from tests.contract.store_setup import at_once
from tests.support.clock import START
from tests.support.engines import Stores

HOUR = 60 * 60 * 1000
SESSION = Session(
    "s-1", "p_1", 3, START, START + 1, START + 2 * HOUR, "r-1", "203.0.113.7", "Firefox 🦊"
)
OTHER = replace(SESSION, id="s-2", refresh_id="r-2")
PERSON = Person("p_1", "ana@example.test", "Ana", "hash", 3)


def test_a_session_comes_back_as_it_was_added(stores: Stores) -> None:
    stores.sessions.add(SESSION)

    assert stores.sessions.get("p_1", "s-1") == SESSION
    assert stores.sessions.get("p_2", "s-1") is None
    assert stores.sessions.get("p_1", "s-2") is None


def test_a_persons_sessions_are_listed_until_they_expire(stores: Stores) -> None:
    late = replace(OTHER, expires_at=START + 3 * HOUR)
    for session in (SESSION, late, replace(OTHER, person="p_2")):
        stores.sessions.add(session)

    found = stores.sessions.of_person("p_1")
    stores.clock.advance(2 * HOUR)

    assert sorted(each.id for each in found) == ["s-1", "s-2"]
    assert stores.sessions.of_person("p_1") == [late]
    assert stores.sessions.get("p_1", "s-1") is None


def test_only_one_of_several_requests_at_once_rotates_a_session(stores: Stores) -> None:
    stores.sessions.add(SESSION)
    rotated = [replace(SESSION, refresh_id=f"next-{n}", used_at=START + n) for n in range(6)]

    done = at_once([partial(stores.sessions.rotate, SESSION, each) for each in rotated])

    assert done.count(True) == 1
    assert done.count(False) == 5
    assert stores.sessions.get("p_1", "s-1") == rotated[done.index(True)]


def test_a_session_that_has_ended_is_not_rotated(stores: Stores) -> None:
    stores.sessions.add(SESSION)
    stores.sessions.end("p_1", ["s-1"], START + HOUR, START)

    assert stores.sessions.rotate(SESSION, replace(SESSION, refresh_id="r-9")) is False
    assert stores.sessions.of_person("p_1") == []


def test_the_person_of_an_ended_session_knows_it_until_its_tokens_have_expired(
    stores: Stores,
) -> None:
    stores.directory.put_person(PERSON)
    for session in (SESSION, OTHER):
        stores.sessions.add(session)

    stores.sessions.end("p_1", ["s-1"], START + 10, START)
    stores.sessions.end("p_1", ["s-2", "s-3"], START + 20, START + 9)
    before = stores.directory.person("p_1")
    stores.sessions.end("p_1", ["s-4"], START + 30, START + 10)

    first, *more = (
        EndedSession(f"s-{number}", START + until)
        for number, until in ((1, 10), (2, 20), (3, 20), (4, 30))
    )
    assert before == replace(PERSON, ended_sessions=frozenset({first, *more[:2]}))
    assert stores.directory.person("p_1") == replace(PERSON, ended_sessions=frozenset(more))
    assert stores.sessions.of_person("p_1") == []


@pytest.mark.parametrize("ids", [[], ["s-1"]])
def test_the_sessions_of_an_unknown_person_end_without_effect(
    ids: list[str], stores: Stores
) -> None:
    stores.sessions.end("nobody", ids, START + 10, START)

    assert stores.directory.person("nobody") is None
