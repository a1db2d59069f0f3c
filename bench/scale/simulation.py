"""Simulates a day of handoffs, event by event: requests follow a daily curve, wait for an agent of
their bot, are handled, and end. No user gives up, so every handoff ends."""

import heapq
import math
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

HOURS, MINUTE = 24, 60.0
CURVE = (2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 7, 7, 7, 7, 7, 7, 7, 7, 6, 5, 4, 3)
"""The relative number of conversations that begin in each hour."""
BUSIEST = 0
"""The number of the busiest bot."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The size of the day. The busiest of the `bots` has the share `busiest_share` of
    conversations; the others have equal shares. An agent handles `slots` users at once, each for
    `seconds` on average. The number of agents online follows the curve; at the peak it is
    `agents`."""

    conversations: int = 10_000_000
    handed_off: float = 0.1
    agents: int = 10_000
    bots: int = 100
    busiest_share: float = 0.5
    slots: int = 2
    seconds: float = 900.0
    said_with_bot: int = 12
    said_with_person: int = 20
    seed: int = 1

    def share(self, bot: int) -> float:
        return self.busiest_share if bot == BUSIEST else (1 - self.busiest_share) / (self.bots - 1)

    def agents_of(self, bot: int) -> int:
        return max(1, round(self.agents * self.share(bot)))


def relative(hour: int) -> float:
    """The load of this hour, relative to the busiest hour."""
    return CURVE[hour % HOURS] / max(CURVE)


def a_second(scenario: Scenario, hour: int) -> float:
    """The number of conversations that begin per second in this hour."""
    return scenario.conversations * CURVE[hour] / sum(CURVE) / 3600


@dataclass
class BotQueue:
    """The waiting users of a bot and the number of handoffs in progress. The areas under both
    curves serve to check Little's law."""

    places: int
    waiting: deque[float] = field(default_factory=deque)
    busy: int = 0
    waited: "array[float]" = field(default_factory=lambda: array("d"))
    talked: float = 0
    ended: int = 0
    area_waiting: float = 0
    area_busy: float = 0
    seen: float = 0

    def advance(self, now: float) -> None:
        passed = now - self.seen
        self.area_waiting += passed * len(self.waiting)
        self.area_busy += passed * self.busy
        self.seen = now


@dataclass
class SimulatedDay:
    """The result. The lists have one count per minute, for all bots and for the busiest one."""

    scenario: Scenario
    queues: list[BotQueue]
    requested: list[int]
    returned: list[int]
    busiest_requested: list[int]
    busiest_returned: list[int]
    most_open: int = 0
    last: float = 0


def simulate(scenario: Scenario) -> SimulatedDay:
    """Simulates from second 0 until the last handoff has ended."""
    random = Random(scenario.seed)
    queues = [BotQueue(0) for _ in range(scenario.bots)]
    by_minute = [0] * ((HOURS + 8) * 60)
    day = SimulatedDay(scenario, queues, [*by_minute], [*by_minute], [*by_minute], [*by_minute])
    ends: list[tuple[float, int]] = []
    for now, bot in _events(scenario, random):
        _end_until(day, ends, random, now)
        if bot is None:
            _change_agents(day, ends, random, int(now // 3600), now)
        else:
            _count(day.requested, day.busiest_requested, bot, now)
            queues[bot].advance(now)
            queues[bot].waiting.append(now)
            _assign(day, ends, random, bot, now)
        day.most_open = max(day.most_open, len(ends))
    _end_until(day, ends, random, math.inf)
    return day


def _events(scenario: Scenario, random: Random) -> Iterator[tuple[float, int | None]]:
    """The time and the bot of each request; None is the hourly change of agents onqueue."""
    shares = [scenario.share(bot) for bot in range(scenario.bots)]
    bots = range(scenario.bots)
    for hour in range(HOURS):
        now, end = hour * 3600.0, (hour + 1) * 3600.0
        yield now, None
        rate = a_second(scenario, hour) * scenario.handed_off
        chosen = iter(random.choices(bots, shares, k=round(2 * rate * 3600) + 100))
        while (now := now + random.expovariate(rate)) < end:
            yield now, next(chosen)


def _change_agents(
    day: SimulatedDay, ends: list[tuple[float, int]], random: Random, hour: int, now: float
) -> None:
    """Changes the number of agents; those who leave first finish their handoffs."""
    for bot, queue in enumerate(day.queues):
        there = math.ceil(day.scenario.agents_of(bot) * relative(hour))
        queue.places = there * day.scenario.slots
        _assign(day, ends, random, bot, now)


def _assign(
    day: SimulatedDay, ends: list[tuple[float, int]], random: Random, bot: int, now: float
) -> None:
    """Assigns waiting users to free agents, the longest waiting first."""
    queue = day.queues[bot]
    queue.advance(now)
    while queue.waiting and queue.busy < queue.places:
        queue.waited.append(now - queue.waiting.popleft())
        queue.busy += 1
        talk = random.expovariate(1 / day.scenario.seconds)
        queue.talked += talk
        heapq.heappush(ends, (now + talk, bot))


def _end_until(
    day: SimulatedDay, ends: list[tuple[float, int]], random: Random, until: float
) -> None:
    while ends and ends[0][0] <= until:
        now, bot = heapq.heappop(ends)
        queue = day.queues[bot]
        queue.advance(now)
        queue.busy -= 1
        queue.ended += 1
        day.last = now
        _count(day.returned, day.busiest_returned, bot, now)
        _assign(day, ends, random, bot, now)


def _count(of_all: list[int], of_busiest: list[int], bot: int, now: float) -> None:
    minute = min(int(now // MINUTE), len(of_all) - 1)
    of_all[minute] += 1
    if bot == BUSIEST:
        of_busiest[minute] += 1
