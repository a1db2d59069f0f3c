"""Chooses the members who may take a conversation."""

import pytest

from chalicelib.domain.access import Role
from chalicelib.domain.routing.hours import Hours
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus, first_served
from chalicelib.domain.routing.queues import Queue
from tests.domain.cast import NOW

ELEVEN_MINUTES = 11 * 60 * 1000


def person(
    role: Role = Role.AGENT,
    queues: tuple[str, ...] = ("sales",),
    status: PresenceStatus = PresenceStatus.ONLINE,
    capacity: int | None = None,
    owns: int = 0,
) -> Member:
    return Member(
        "cy", "Cy", "cy@x", role, frozenset(queues), capacity, owns, Presence(status, NOW)
    )


@pytest.mark.parametrize("status", [PresenceStatus.ONLINE, PresenceStatus.AWAY])
@pytest.mark.parametrize(
    ("silent_for", "believed"),
    [(0, True), (ELEVEN_MINUTES, True), (ELEVEN_MINUTES + 1, False)],
)
def test_a_person_without_a_sign_of_life_for_eleven_minutes_is_offline(
    status: PresenceStatus, silent_for: int, believed: bool
) -> None:
    presence = Presence(status, NOW - silent_for)

    assert presence.at(NOW) == (status if believed else PresenceStatus.OFFLINE)


def test_a_person_who_chooses_offline_is_offline_at_once() -> None:
    assert Presence(PresenceStatus.OFFLINE, NOW).at(NOW) is PresenceStatus.OFFLINE


def test_a_person_who_never_connected_is_offline() -> None:
    assert Presence().at(NOW) is PresenceStatus.OFFLINE


@pytest.mark.parametrize(
    ("member", "free"),
    [
        pytest.param(person(), True, id="no limit"),
        pytest.param(person(capacity=2, owns=1), True, id="room for one"),
        pytest.param(person(capacity=2, owns=2), False, id="full"),
        pytest.param(person(capacity=0), False, id="takes none"),
        pytest.param(person(status=PresenceStatus.AWAY), False, id="away"),
        pytest.param(person(status=PresenceStatus.OFFLINE), False, id="offline"),
    ],
)
def test_an_online_agent_below_their_capacity_is_free(member: Member, free: bool) -> None:
    assert member.is_free(NOW) is free


@pytest.mark.parametrize(
    ("member", "queue", "serves"),
    [
        (person(), "sales", True),
        (person(), "support", False),
        (person(), None, True),
        (person(queues=()), None, True),
        (person(queues=()), "sales", False),
        (person(Role.SUPERVISOR, ()), "sales", True),
        (person(Role.ADMIN, ()), "sales", True),
    ],
)
def test_agents_serve_their_queues_and_no_queue_and_supervisors_serve_all(
    member: Member, queue: str | None, serves: bool
) -> None:
    assert member.serves(queue) is serves


def test_a_member_is_free_for_a_queue_only_if_they_serve_it_and_are_free() -> None:
    assert person().is_free_for("sales", NOW)
    assert not person(queues=("support",)).is_free_for("sales", NOW)
    assert not person(capacity=1, owns=1).is_free_for("sales", NOW)


CLOSED = Hours("UTC", {})
LINE = [Queue("night", hours=CLOSED), Queue("sales"), Queue("support")]


@pytest.mark.parametrize(
    ("members", "served"),
    [
        pytest.param([person(queues=("night",))], None, id="only where it is closed"),
        pytest.param([person(queues=("support",))], "support", id="the last"),
        pytest.param([person(queues=("support", "sales"))], "sales", id="the first of two"),
        pytest.param([person(capacity=1, owns=1)], "sales", id="by somebody who has no room"),
        pytest.param([person(status=PresenceStatus.AWAY)], None, id="nobody is online"),
    ],
)
def test_the_first_open_queue_of_the_chain_with_a_member_online_serves(
    members: list[Member], served: str | None
) -> None:
    found = first_served(LINE, members, NOW)

    assert (found.name if found else None) == served


def test_every_member_serves_conversations_without_a_queue() -> None:
    assert first_served([Queue("")], [person(queues=())], NOW)
    assert not first_served([Queue("")], [], NOW)
