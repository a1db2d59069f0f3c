"""Finds hot keys: compares the busiest bot's demand on each row and partition, minute by minute,
with DynamoDB's limit for one partition. Demand over the limit waits for the following minutes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.cost.handoff_run import MESSAGES_WITH_AGENT, MESSAGES_WITH_BOT, PARTS
from bench.scale.row_units import Figures, UnitsByPlace
from bench.scale.simulation import BUSIEST, MINUTE, SimulatedDay, a_second, relative

READS, WRITES = 3_000, 1_000
"""Capacity units per second of one partition (DynamoDB's guide, "Best practices for partition
keys").
"""
TARGET_LOAD = 0.7
"""The share of the limit that a partition should use at the peak."""
CACHE_SECONDS = 5
"""Seconds for which a container caches a bot and its key (`adapters/cached_directory.py`)."""
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
"""Kinds of places with a separate key for each conversation, user or agent."""


@dataclass(frozen=True, slots=True)
class HotKey:
    """`peak` and `limit` are in units per second; `minutes` is the time over the limit. `behind` is
    the longest delay in seconds if the excess requests waited in a queue."""

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
        return max(1, -int(-self.factor // TARGET_LOAD))


def hottest(day: SimulatedDay, figures: Figures, containers: int) -> list[HotKey]:
    """The hottest keys first, without the kinds in `SPREAD`."""
    demand: dict[tuple[str, str], list[float]] = {}
    for minute in range(len(day.requested)):
        for what, units_by_place in zip(
            ("read", "write"), _minute(day, figures, minute), strict=True
        ):
            for place, units in units_by_place.items():
                series = demand.setdefault((place, what), [0.0] * len(day.requested))
                series[minute] = units / MINUTE
    found = [
        throttled(place, what, _cached(place, what, series, containers))
        for (place, what), series in demand.items()
        if place not in SPREAD
    ]
    return sorted(found, key=lambda each: -each.factor)


def throttled(place: str, what: str, demand: Sequence[float]) -> HotKey:
    """`demand` is in units per second, by minute."""
    limit = READS if what == "read" else WRITES
    waiting = worst = 0.0
    for units in demand:
        waiting = max(0.0, waiting + (units - limit) * MINUTE)
        worst = max(worst, waiting)
    above = sum(units > limit for units in demand)
    return HotKey(place, what, max(demand, default=0.0), limit, above, worst / limit)


def _cached(place: str, what: str, demand: Sequence[float], containers: int) -> Sequence[float]:
    most = containers / CACHE_SECONDS
    return [min(each, most) for each in demand] if place in CACHED and what == "read" else demand


def _minute(day: SimulatedDay, figures: Figures, minute: int) -> tuple[UnitsByPlace, UnitsByPlace]:
    """The busiest bot's units in one minute. All messages of a handoff are counted at its end."""
    scenario, hour = day.scenario, minute // 60
    online = round(scenario.agents_of(BUSIEST) * relative(hour))
    conversations = a_second(scenario, hour) * MINUTE * scenario.share(BUSIEST) if hour < 24 else 0
    times = dict.fromkeys(PARTS, float(day.busiest_returned[minute]))
    times["request"] = day.busiest_requested[minute]
    times["with the bot"] = conversations * scenario.said_with_bot / MESSAGES_WITH_BOT
    times["messages"] *= scenario.said_with_person / MESSAGES_WITH_AGENT
    parts = [(figures(part, online), count) for part, count in times.items()]
    return (
        _sum((each.read, count) for each, count in parts),
        _sum((each.written, count) for each, count in parts),
    )


def _sum(parts: Iterable[tuple[Mapping[str, float], float]]) -> UnitsByPlace:
    units: dict[str, float] = {}
    for units_by_place, times in parts:
        for place, amount in units_by_place.items():
            units[place] = units.get(place, 0) + amount * times
    return units
