"""Ten million conversations a day and ten thousand agents: which limits are exceeded, and the
cost."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bench.cost.handoff_run import MESSAGES_WITH_BOT, PARTS, Usage, total
from bench.cost.pricing import dollars
from bench.output import Cell, Table, progress
from bench.scale import row_units
from bench.scale.hot_keys import HotKey, hottest
from bench.scale.row_units import Figures
from bench.scale.simulation import (
    BUSIEST,
    CURVE,
    BotQueue,
    Scenario,
    SimulatedDay,
    a_second,
    relative,
    simulate,
)
from chalicelib.usecases.reports.cost_estimate import SECONDS

SHOWN = 10
PEAK = CURVE.index(max(CURVE))
POSTS, CONNECTS, TABLE, RUNS_AT_ONCE, FIFO = 10_000, 500, 40_000, 1_000, 300
"""AWS defaults for one account and region, per second except `RUNS_AT_ONCE`; see docs/scale.md."""
WEBHOOK_SECONDS, SLOTS = 0.3, 5
"""The assumed time of a webhook call, and the concurrent deliveries per bot
(`adapters/dynamodb/deliveries.py`)."""
STREAM_SHARD = 1_000
ENOUGH = 0.5
QUEUES = 50
"""The busiest bot's queues, if pushes go by queue."""
CONVERSATION_LIFE = 110 * 60
"""Seconds after which a console replaces its connection."""
HEADS = 10_000_000
ENTRY_OF_INDEX = 100
"""Bytes that DynamoDB adds to each item of an index."""


def measure() -> Iterator[Table]:
    scenario = Scenario()
    with progress(f"Handoffs with {row_units.FEW} and {row_units.MORE} agents online"):
        figures = row_units.count()
    with progress(f"{scenario.conversations * scenario.handed_off:,.0f} handoffs of a day"):
        day = simulate(scenario)
    yield from shown(day, figures)


def shown(day: SimulatedDay, figures: Figures) -> Iterator[Table]:
    yield waits(day)
    yield keys(hottest(day, figures, round(peak(day, figures).runs * SECONDS)))
    yield quotas(day, figures)
    yield fan_out(day)
    yield indexes(day, row_units.sizes())
    yield costs(day, figures)


def waits(day: SimulatedDay) -> Table:
    busiest, *others = day.queues
    rows = [_waited("the busiest bot", [busiest], day), _waited("all others", others, day)]
    scenario = day.scenario
    return Table(
        "A day of handoffs",
        ("bots", "handoffs", "p50 wait s", "p95 wait s", "longest s", "busy %", "L / λW"),
        rows,
        f"{scenario.conversations:,} conversations, {scenario.handed_off:.0%} handed off,"
        f" {scenario.agents:,} agents at the peak, each with {scenario.slots} handoffs at once of"
        f" {scenario.seconds:.0f} s; {scenario.bots} bots, the busiest has"
        f" {scenario.busiest_share:.0%}. At most {day.most_open:,} handoffs are active at once."
        " L / λW is 1 if Little's law holds in the simulation. Seed 1.",
    )


def _waited(name: str, lines: list[BotQueue], day: SimulatedDay) -> list[Cell]:
    waited = sorted(each for line in lines for each in line.waited)
    there = sum(map(relative, range(len(CURVE)))) * 3600
    bots = (
        range(len(day.queues))[:1] if lines[0] is day.queues[BUSIEST] else range(1, len(day.queues))
    )
    offered = sum(day.scenario.agents_of(bot) for bot in bots) * there * day.scenario.slots
    law = sum(line.area_waiting for line in lines) / (sum(waited) or 1)
    busy = 100 * sum(line.talked for line in lines) / offered
    at = [waited[min(len(waited) - 1, int(len(waited) * part))] for part in (0.5, 0.95, 1)]
    return [name, len(waited), *(f"{each:.0f}" for each in at), f"{busy:.0f}", f"{law:.3f}"]


def keys(found: list[HotKey]) -> Table:
    rows: list[list[Cell]] = [
        [
            each.place,
            each.what,
            f"{each.peak:,.0f}",
            f"{each.limit:,.0f}",
            f"{each.factor:.2f}",
            each.minutes,
            f"{each.behind / 60:,.0f}",
            each.shards,
        ]
        for each in found[:SHOWN]
    ]
    return Table(
        "Hot keys of the busiest bot",
        (
            "place",
            "units",
            "peak a second",
            "limit",
            "peak / limit",
            "minutes above",
            "longest delay, minutes",
            "shards",
        ),
        rows,
        "Shards: the number with which each is used to 70 % at the peak. In the counted handoff,"
        " messages are over a minute apart, so each one moves its head in `recent`, which is the"
        " most expensive case.",
    )


class Quota(NamedTuple):
    name: str
    peak: float
    default: float
    ask: str


def peak(day: SimulatedDay, figures: Figures) -> Usage:
    """The usage of all bots in one second of the busiest hour."""
    scenario = day.scenario
    conversations = a_second(scenario, PEAK)
    used = Usage()
    for bot in (BUSIEST, BUSIEST + 1):
        online = scenario.agents_of(bot)
        share = scenario.share(bot) if bot == BUSIEST else 1 - scenario.busiest_share
        used += _of_conversations(scenario, figures, online) * (conversations * share)
    return used


def _of_conversations(scenario: Scenario, figures: Figures, online: int) -> Usage:
    """The average conversation: the bot's own messages, and its share of handoffs."""
    alone = figures(PARTS[0], online).used * (scenario.said_with_bot / MESSAGES_WITH_BOT)
    handoff = total(figures(part, online).used for part in PARTS[1:])
    return alone + handoff * scenario.handed_off


def quotas(day: SimulatedDay, figures: Figures) -> Table:
    used, scenario = peak(day, figures), day.scenario
    webhook_queue = used.queue / 3
    found = (
        Quota("REST requests a second", used.requests, POSTS, "raise"),
        Quota("frames to agents a second", used.frames, POSTS, "see fan-out"),
        Quota(f"concurrent runs of {SECONDS} s", used.runs * SECONDS, RUNS_AT_ONCE, "raise"),
        Quota("write units a second, table", used.write, TABLE, "raise; warm up"),
        Quota("read units a second, table", used.read, TABLE, "raise; see hot keys first"),
        Quota("SQS FIFO sends a second", webhook_queue, FIFO, "high throughput"),
        Quota("stream shards, at 1,000 write units each", used.write / STREAM_SHARD, math.inf, ""),
        Quota(
            f"concurrent webhooks of the busiest bot, {WEBHOOK_SECONDS} s each",
            webhook_queue * scenario.busiest_share * WEBHOOK_SECONDS,
            SLOTS,
            "our own limit, not a quota",
        ),
        Quota("connections opened a second", scenario.agents / CONVERSATION_LIFE, CONNECTS, ""),
        Quota(
            f"the same, all reconnect within {scenario.agents // CONNECTS} s",
            CONNECTS,
            CONNECTS,
            "consoles wait a random time",
        ),
    )
    rows: list[list[Cell]] = [[q.name, f"{q.peak:,.1f}", *_against(q)] for q in found]
    return Table(
        "The busiest hour compared with an account's default quotas",
        ("what", "peak", "default", "peak / default", "what to do"),
        rows,
        "Every list of connections is read completely, as the code does it now.",
    )


def _against(quota: Quota) -> list[Cell]:
    """No advice if half of the default is enough."""
    if quota.default == math.inf:
        return ["", "", ""]
    part = quota.peak / quota.default
    return [f"{quota.default:,.0f}", f"{part:.2f}", quota.ask if part > ENOUGH else ""]


def fan_out(day: SimulatedDay) -> Table:
    scenario, agents = day.scenario, day.scenario.agents_of(BUSIEST)
    events = 3 * a_second(scenario, PEAK) * scenario.handed_off * scenario.busiest_share
    each = 1.0 * agents
    found = (
        ("each event to each agent (now, without queues)", events * agents),
        (f"to the agents of its queue, of {QUEUES}", events * agents / QUEUES),
        ("at most one a second to each agent", min(events, 1.0) * each),
        ("both", min(events / QUEUES, 1.0) * each),
        (
            "now, if each agent were in one queue only",
            events * (agents + 2 * agents / QUEUES) / 3,
        ),
    )
    rows: list[list[Cell]] = [
        [how, f"{posts:,.0f}", f"{posts / POSTS:.2f}"] for how, posts in found
    ]
    return Table(
        "Fan-out of the busiest bot",
        ("strategy", "frames a second", "of the account's 10,000"),
        rows,
        f"{events:.1f} ownership changes a second, {agents:,} agents online. The quota is reached"
        f" at {POSTS / agents:.1f} changes a second with so many agents, and at {POSTS / 100:.0f}"
        " with 100 agents.",
    )


def indexes(day: SimulatedDay, sizes: Mapping[str, int]) -> Table:
    paused, handoffs = day.most_open, sum(day.requested)
    found = (
        ("board", paused, "paused conversations", "0.5 to 1 a page"),
        ("recent", HEADS, "all conversations", "0.5 to 1 a page"),
        ("name", HEADS, "conversations with a user's name", "0.5 to 1 a page"),
        ("due", paused, "conversations with a timer", "0.5 a sweep and shard"),
        ("handoffs", handoffs, "all handoffs; grows daily", "0.5 to 1 a page"),
    )
    rows: list[list[Cell]] = [
        [name, items, sizes[name], _gigabytes(items * (sizes[name] + ENTRY_OF_INDEX)), what, read]
        for name, items, what, read in found
    ]
    return Table(
        f"Each index with {HEADS / 1e6:.0f} million conversations",
        ("index", "items", "bytes", "GB", "content", "read units"),
        rows,
        "A query reads one page, however many items follow, so no cost grows with the number of"
        " conversations (slope 0 in docs/benchmarks.md). Sizes are those of one small head plus 100"
        " bytes an item.",
    )


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.3f}"


def costs(day: SimulatedDay, figures: Figures) -> Table:
    scenario = day.scenario
    rows: list[list[Cell]] = []
    for name, busiest_online in (("now", None), ("if each bot had 50 agents", 50)):
        used = Usage()
        for bot, share in (
            (BUSIEST, scenario.busiest_share),
            (BUSIEST + 1, 1 - scenario.busiest_share),
        ):
            online = busiest_online or scenario.agents_of(bot)
            used += _of_conversations(scenario, figures, online) * (scenario.conversations * share)
        parts = [*dollars(used).values()]
        rows.append([name, *(f"{part:,.0f}" for part in (*parts, sum(parts)))])
    return Table(
        "USD a day, at list prices",
        ("pushes", *dollars(Usage()), "total"),
        rows,
        "The second row shows the effect of pushing to a queue's agents instead of to all agents.",
    )
