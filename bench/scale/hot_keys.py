"""What heats first: the demand on each place of the busiest bot, minute by minute, against what one
place takes; what passes it waits, and is done when there is room."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.cost.handoff_run import PARTS, SAID_WITH_BOT, SAID_WITH_PERSON
from bench.scale.row_units import Figures, Heat
from bench.scale.simulation import HOT, MINUTE, Day, a_second, relative

READS, WRITES = 3_000, 1_000
"""Units a second of one partition (DynamoDB's guide, "Best practices for partition keys")."""
FILLED = 0.7
"""How far a partition should be used where shards are counted."""
REMEMBERED = 5
"""Seconds for which a container knows a bot and its key (`adapters/cached_directory.py`)."""
CACHED = frozenset({"row of a bot", "a bot's key"})
SPREAD = frozenset(
    {
        "a conversation",
        "rows of a user",
        "a person",
        "a connection",
        "load of an agent",
        "row of a member",
    }
)
"""One key for each of many."""


@dataclass(frozen=True, slots=True)
class Hot:
    """`peak` and `limit` in units a second; `minutes` above the limit; `behind` is how many seconds
    late the last in the line would be at the worst moment, if all waited their turn."""

    place: str
    what: str
    peak: float
    limit: float
    minutes: int
    behind: float

    @property
    def factor(self) -> float:
        return self.peak / self.limit

    @property
    def shards(self) -> int:
        return max(1, -int(-self.factor // FILLED))


def hottest(day: Day, figures: Figures, containers: int) -> list[Hot]:
    """The hottest first; without what is spread over many keys anyhow."""
    demand: dict[tuple[str, str], list[float]] = {}
    for minute in range(len(day.requested)):
        for what, heat in zip(("read", "write"), _minute(day, figures, minute), strict=True):
            for place, units in heat.items():
                series = demand.setdefault((place, what), [0.0] * len(day.requested))
                series[minute] = units / MINUTE
    found = [
        throttled(place, what, _remembered(place, what, series, containers))
        for (place, what), series in demand.items()
        if place not in SPREAD
    ]
    return sorted(found, key=lambda each: -each.factor)


def throttled(place: str, what: str, demand: Sequence[float]) -> Hot:
    """`demand` in units a second, by minute."""
    limit = READS if what == "read" else WRITES
    waiting = worst = 0.0
    for units in demand:
        waiting = max(0.0, waiting + (units - limit) * MINUTE)
        worst = max(worst, waiting)
    above = sum(units > limit for units in demand)
    return Hot(place, what, max(demand, default=0.0), limit, above, worst / limit)


def _remembered(place: str, what: str, demand: Sequence[float], containers: int) -> Sequence[float]:
    most = containers / REMEMBERED
    return [min(each, most) for each in demand] if place in CACHED and what == "read" else demand


def _minute(day: Day, figures: Figures, minute: int) -> tuple[Heat, Heat]:
    """Units of the busiest bot; what is said in a handoff is taken to be said at its end."""
    scenario, hour = day.scenario, minute // 60
    online = round(scenario.agents_of(HOT) * relative(hour))
    conversations = a_second(scenario, hour) * MINUTE * scenario.share(HOT) if hour < 24 else 0
    times = dict.fromkeys(PARTS, float(day.hot_returned[minute]))
    times["request"] = day.hot_requested[minute]
    times["with the bot"] = conversations * scenario.said_with_bot / SAID_WITH_BOT
    times["messages"] *= scenario.said_with_person / SAID_WITH_PERSON
    parts = [(figures(part, online), count) for part, count in times.items()]
    return (
        _sum((each.read, count) for each, count in parts),
        _sum((each.written, count) for each, count in parts),
    )


def _sum(parts: Iterable[tuple[Mapping[str, float], float]]) -> Heat:
    units: dict[str, float] = {}
    for heat, times in parts:
        for place, amount in heat.items():
            units[place] = units.get(place, 0) + amount * times
    return units
