"""Who could take a conversation."""

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
def test_who_has_not_been_heard_of_for_eleven_minutes_is_offline(
    status: PresenceStatus, silent_for: int, believed: bool
) -> None:
    presence = Presence(status, NOW - silent_for)

    assert presence.at(NOW) == (status if believed else PresenceStatus.OFFLINE)


def test_who_said_that_they_leave_is_offline_at_once() -> None:
    assert Presence(PresenceStatus.OFFLINE, NOW).at(NOW) is PresenceStatus.OFFLINE


def test_who_was_never_heard_of_is_offline() -> None:
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
def test_who_is_online_and_has_room_is_free(member: Member, free: bool) -> None:
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
def test_agents_serve_their_queues_and_the_unqueued_and_supervisors_all(
    member: Member, queue: str | None, serves: bool
) -> None:
    assert member.serves(queue) is serves


def test_somebody_is_free_for_a_queue_only_if_they_serve_it_and_are_free() -> None:
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
def test_of_the_queues_that_take_over_the_first_that_is_open_and_has_somebody_online_serves(
    members: list[Member], served: str | None
) -> None:
    found = first_served(LINE, members, NOW)

    assert (found.name if found else None) == served


def test_what_has_no_queue_is_served_by_anybody() -> None:
    assert first_served([Queue("")], [person(queues=())], NOW)
    assert not first_served([Queue("")], [], NOW)
