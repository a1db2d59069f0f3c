"""The simulation of a large day obeys the laws of queueing, and finds hot keys."""

import pytest

from bench.cost.handoff_run import PARTS, Usage
from bench.scale.hot_keys import READS, WRITES, hottest, throttled
from bench.scale.row_units import PartUsage, kind
from bench.scale.simulation import BUSIEST, Scenario, SimulatedDay, simulate

SMALL = Scenario(conversations=40_000, agents=45, bots=4, seconds=900)
"""About four thousand handoffs, and slightly too few agents."""


@pytest.fixture(scope="module")
def day() -> SimulatedDay:
    return simulate(SMALL)


def test_every_handoff_is_assigned_once_and_ends_once(day: SimulatedDay) -> None:
    requested = sum(day.requested)

    assert 3_500 < requested < 4_500
    assert sum(day.returned) == sum(line.ended for line in day.queues) == requested
    assert sum(len(line.waited) for line in day.queues) == requested
    assert all(not line.waiting and line.busy == 0 for line in day.queues)


def test_some_users_wait_and_no_wait_is_negative(day: SimulatedDay) -> None:
    waited = [each for line in day.queues for each in line.waited]

    assert max(waited) > 60
    assert min(waited) == 0


@pytest.mark.parametrize("bot", range(SMALL.bots))
def test_littles_law_holds_for_waiting_and_active_handoffs(day: SimulatedDay, bot: int) -> None:
    line = day.queues[bot]

    assert line.area_waiting == pytest.approx(sum(line.waited), rel=1e-6)
    assert line.area_busy == pytest.approx(line.talked, rel=1e-6)


def test_the_busiest_bot_has_its_share(day: SimulatedDay) -> None:
    assert len(day.queues[BUSIEST].waited) / sum(day.requested) == pytest.approx(
        SMALL.busiest_share, abs=0.03
    )


def test_the_same_seed_gives_the_same_day(day: SimulatedDay) -> None:
    again = simulate(SMALL)

    assert again.requested == day.requested
    assert [line.waited for line in again.queues] == [line.waited for line in day.queues]


def test_a_planted_hot_key_is_found(day: SimulatedDay) -> None:
    def figures(part: str, _: int) -> PartUsage:
        planted = 50_000.0 if part == PARTS[-1] else 0.0
        return PartUsage(Usage(), {"index board, of a bot": 1.0}, {"one row for all": planted})

    found = hottest(day, figures, containers=10)

    assert (found[0].place, found[0].what) == ("one row for all", "write")
    assert found[0].factor > 1
    assert found[0].minutes > 0
    assert found[0].shards > 1
    assert all(each.factor < 1 for each in found[1:])


def test_demand_over_the_limit_waits_for_later_minutes() -> None:
    late = throttled("row", "write", [WRITES, 2 * WRITES, 2 * WRITES, 0, 0, 0])

    assert (late.minutes, late.behind, late.factor) == (2, 120, 2)
    assert throttled("row", "read", [READS] * 9).behind == 0


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (("B#demo#C#c_1", "HEAD"), "a conversation"),
        (("B#demo#S", None), "connections of a bot"),
        (("B#demo#R", "Q#2026-01-01#"), "report counters of a bot"),
        (("B#demo", "META"), "row of a bot"),
        (("B#demo", "LOAD#p"), "load of an agent"),
        (("B#demo", None), "members and queues of a bot"),
        (("board B#demo#I#0", None), "index board, of a bot"),
        (("due DUE#0", None), "index due, of all"),
        (("A#p", "PRESENCE"), "a person"),
    ],
)
def test_each_place_has_the_name_of_its_kind(place: tuple[str, str | None], name: str) -> None:
    assert kind(place) == name
