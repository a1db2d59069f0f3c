"""A day of handoffs, event by event: they come along a daily curve, wait for an agent of their bot,
are talked to, and end. Nobody gives up waiting: every handoff ends once."""

import heapq
import math
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

HOURS, MINUTE = 24, 60.0
CURVE = (2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 7, 7, 7, 7, 7, 7, 7, 7, 6, 5, 4, 3)
"""What share of a day's conversations begins in each hour, in proportion."""
HOT = 0
"""The number of the bot that has most."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`hot` is the share of the first of the `bots`; the others have alike. An agent talks to
    `slots` users at once, `seconds` to each on average; the roster follows the curve, and at its
    peak all `agents` are there."""

    conversations: int = 10_000_000
    handed_off: float = 0.1
    agents: int = 10_000
    bots: int = 100
    hot: float = 0.5
    slots: int = 2
    seconds: float = 900.0
    said_with_bot: int = 12
    said_with_person: int = 20
    seed: int = 1

    def share(self, bot: int) -> float:
        return self.hot if bot == HOT else (1 - self.hot) / (self.bots - 1)

    def agents_of(self, bot: int) -> int:
        return max(1, round(self.agents * self.share(bot)))


def relative(hour: int) -> float:
    """Of the busiest hour."""
    return CURVE[hour % HOURS] / max(CURVE)


def a_second(scenario: Scenario, hour: int) -> float:
    """Conversations that begin in a second of this hour."""
    return scenario.conversations * CURVE[hour] / sum(CURVE) / 3600


@dataclass
class Line:
    """Those of one bot who wait, and how many are being talked to. The areas are those under the
    curves of both, for Little's law."""

    places: int
    waiting: deque[float] = field(default_factory=deque)
    busy: int = 0
    waited: "array[float]" = field(default_factory=lambda: array("d"))
    talked: float = 0
    ended: int = 0
    area_waiting: float = 0
    area_busy: float = 0
    seen: float = 0

    def look(self, now: float) -> None:
        passed = now - self.seen
        self.area_waiting += passed * len(self.waiting)
        self.area_busy += passed * self.busy
        self.seen = now


@dataclass
class Day:
    """What has happened; the lists are by minute, of all bots and of the hot one."""

    scenario: Scenario
    lines: list[Line]
    requested: list[int]
    returned: list[int]
    hot_requested: list[int]
    hot_returned: list[int]
    most_open: int = 0
    last: float = 0


def play(scenario: Scenario) -> Day:
    """The first event is that of second 0; the day is over when the last handoff has ended."""
    random = Random(scenario.seed)
    lines = [Line(0) for _ in range(scenario.bots)]
    by_minute = [0] * ((HOURS + 8) * 60)
    day = Day(scenario, lines, [*by_minute], [*by_minute], [*by_minute], [*by_minute])
    ends: list[tuple[float, int]] = []
    for now, bot in _events(scenario, random):
        _end_until(day, ends, random, now)
        if bot is None:
            _roster(day, ends, random, int(now // 3600), now)
        else:
            _count(day.requested, day.hot_requested, bot, now)
            lines[bot].look(now)
            lines[bot].waiting.append(now)
            _take(day, ends, random, bot, now)
        day.most_open = max(day.most_open, len(ends))
    _end_until(day, ends, random, math.inf)
    return day


def _events(scenario: Scenario, random: Random) -> Iterator[tuple[float, int | None]]:
    """Requests, with their bot; None is the change of shift at each hour."""
    shares = [scenario.share(bot) for bot in range(scenario.bots)]
    bots = range(scenario.bots)
    for hour in range(HOURS):
        now, end = hour * 3600.0, (hour + 1) * 3600.0
        yield now, None
        rate = a_second(scenario, hour) * scenario.handed_off
        chosen = iter(random.choices(bots, shares, k=round(2 * rate * 3600) + 100))
        while (now := now + random.expovariate(rate)) < end:
            yield now, next(chosen)


def _roster(day: Day, ends: list[tuple[float, int]], random: Random, hour: int, now: float) -> None:
    """Whoever goes ends the talks they have."""
    for bot, line in enumerate(day.lines):
        there = math.ceil(day.scenario.agents_of(bot) * relative(hour))
        line.places = there * day.scenario.slots
        _take(day, ends, random, bot, now)


def _take(day: Day, ends: list[tuple[float, int]], random: Random, bot: int, now: float) -> None:
    """The longest waiting first, as long as somebody is free."""
    line = day.lines[bot]
    line.look(now)
    while line.waiting and line.busy < line.places:
        line.waited.append(now - line.waiting.popleft())
        line.busy += 1
        talk = random.expovariate(1 / day.scenario.seconds)
        line.talked += talk
        heapq.heappush(ends, (now + talk, bot))


def _end_until(day: Day, ends: list[tuple[float, int]], random: Random, until: float) -> None:
    while ends and ends[0][0] <= until:
        now, bot = heapq.heappop(ends)
        line = day.lines[bot]
        line.look(now)
        line.busy -= 1
        line.ended += 1
        day.last = now
        _count(day.returned, day.hot_returned, bot, now)
        _take(day, ends, random, bot, now)


def _count(of_all: list[int], of_hot: list[int], bot: int, now: float) -> None:
    minute = min(int(now // MINUTE), len(of_all) - 1)
    of_all[minute] += 1
    if bot == HOT:
        of_hot[minute] += 1
