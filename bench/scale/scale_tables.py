"""Ten million conversations a day and ten thousand agents: what gives first, and what it costs."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bench.cost.handoff_run import PARTS, SAID_WITH_BOT, Used, total
from bench.cost.pricing import dollars
from bench.output import Cell, Table, progress
from bench.scale import row_units
from bench.scale.hot_keys import Hot, hottest
from bench.scale.row_units import Figures
from bench.scale.simulation import CURVE, HOT, Day, Line, Scenario, a_second, play, relative
from chalicelib.domain.cost import SECONDS

SHOWN = 10
PEAK = CURVE.index(max(CURVE))
POSTS, CONNECTS, TABLE, RUNS_AT_ONCE, FIFO = 10_000, 500, 40_000, 1_000, 300
"""Defaults of one account and region, a second but for `RUNS_AT_ONCE`; see docs/scale.md."""
WEBHOOK_SECONDS, SLOTS = 0.3, 5
"""Assumed of a bot's server; deliveries in flight per bot (`adapters/dynamodb/deliveries.py`)."""
STREAM_SHARD = 1_000
ENOUGH = 0.5
QUEUES = 50
"""Of the busiest bot, where its agents are told by queue."""
CONVERSATION_LIFE = 110 * 60
"""Seconds after which a console opens a new connection."""
HEADS = 10_000_000
ENTRY_OF_INDEX = 100
"""Bytes that DynamoDB adds to each item of an index."""


def measure() -> Iterator[Table]:
    scenario = Scenario()
    with progress(f"Handoffs with {row_units.FEW} and {row_units.MORE} agents online"):
        figures = row_units.count()
    with progress(f"{scenario.conversations * scenario.handed_off:,.0f} handoffs of a day"):
        day = play(scenario)
    yield from shown(day, figures)


def shown(day: Day, figures: Figures) -> Iterator[Table]:
    yield waits(day)
    yield keys(hottest(day, figures, round(peak(day, figures).runs * SECONDS)))
    yield quotas(day, figures)
    yield fan_out(day)
    yield indexes(day, row_units.sizes())
    yield costs(day, figures)


def waits(day: Day) -> Table:
    hot, *others = day.lines
    rows = [_waited("the busiest bot", [hot], day), _waited("all others", others, day)]
    scenario = day.scenario
    return Table(
        "A day of handoffs",
        ("bots", "handoffs", "p50 wait s", "p95 wait s", "longest s", "busy %", "L / λW"),
        rows,
        f"{scenario.conversations:,} conversations, {scenario.handed_off:.0%} handed off,"
        f" {scenario.agents:,} agents at the peak with {scenario.slots} talks at once of"
        f" {scenario.seconds:.0f} s; {scenario.bots} bots, the busiest has {scenario.hot:.0%}."
        f" At most {day.most_open:,} are talked to at once. L / λW is Little's law, held against"
        " the areas under the curves. Seed 1.",
    )


def _waited(name: str, lines: list[Line], day: Day) -> list[Cell]:
    waited = sorted(each for line in lines for each in line.waited)
    there = sum(map(relative, range(len(CURVE)))) * 3600
    bots = range(len(day.lines))[:1] if lines[0] is day.lines[HOT] else range(1, len(day.lines))
    offered = sum(day.scenario.agents_of(bot) for bot in bots) * there * day.scenario.slots
    law = sum(line.area_waiting for line in lines) / (sum(waited) or 1)
    busy = 100 * sum(line.talked for line in lines) / offered
    at = [waited[min(len(waited) - 1, int(len(waited) * part))] for part in (0.5, 0.95, 1)]
    return [name, len(waited), *(f"{each:.0f}" for each in at), f"{busy:.0f}", f"{law:.3f}"]


def keys(found: list[Hot]) -> Table:
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
        "What heats first, of the busiest bot",
        (
            "place",
            "units",
            "peak a second",
            "limit",
            "peak / limit",
            "minutes above",
            "minutes late at worst",
            "shards",
        ),
        rows,
        "Shards: so that each is used to 70 % at the peak. In the counted handoff each message"
        " comes a minute after the one before, so each moves its head in `recent`: the dearest"
        " case.",
    )


class Quota(NamedTuple):
    name: str
    peak: float
    default: float
    ask: str


def peak(day: Day, figures: Figures) -> Used:
    """What a second of the busiest hour uses, of all bots together."""
    scenario = day.scenario
    conversations = a_second(scenario, PEAK)
    used = Used()
    for bot in (HOT, HOT + 1):
        online = scenario.agents_of(bot)
        share = scenario.share(bot) if bot == HOT else 1 - scenario.hot
        used += _of_conversations(scenario, figures, online) * (conversations * share)
    return used


def _of_conversations(scenario: Scenario, figures: Figures, online: int) -> Used:
    """The average conversation: what the bot does alone, and the handoff of those that have one."""
    alone = figures(PARTS[0], online).used * (scenario.said_with_bot / SAID_WITH_BOT)
    handoff = total(figures(part, online).used for part in PARTS[1:])
    return alone + handoff * scenario.handed_off


def quotas(day: Day, figures: Figures) -> Table:
    used, scenario = peak(day, figures), day.scenario
    webhook_queue = used.queue / 3
    found = (
        Quota("REST requests a second", used.requests, POSTS, "raise"),
        Quota("frames to agents a second", used.frames, POSTS, "see fan-out"),
        Quota(f"runs at once, of {SECONDS} s", used.runs * SECONDS, RUNS_AT_ONCE, "raise"),
        Quota("write units a second, table", used.write, TABLE, "raise; warm up"),
        Quota("read units a second, table", used.read, TABLE, "raise; first see what heats"),
        Quota("SQS FIFO sends a second", webhook_queue, FIFO, "high throughput"),
        Quota("stream shards, at 1,000 write units each", used.write / STREAM_SHARD, math.inf, ""),
        Quota(
            f"webhooks of the busiest bot, {WEBHOOK_SECONDS} s each, at once",
            webhook_queue * scenario.hot * WEBHOOK_SECONDS,
            SLOTS,
            "not a quota: our own",
        ),
        Quota("connections opened a second", scenario.agents / CONVERSATION_LIFE, CONNECTS, ""),
        Quota(
            f"the same, all back within {scenario.agents // CONNECTS} s",
            CONNECTS,
            CONNECTS,
            "consoles spread by chance",
        ),
    )
    rows: list[list[Cell]] = [[q.name, f"{q.peak:,.1f}", *_against(q)] for q in found]
    return Table(
        "The busiest hour against the defaults of an account",
        ("what", "peak", "default", "peak / default", "what to do"),
        rows,
        "Units are those of the code as it is, with every list of connections read whole.",
    )


def _against(quota: Quota) -> list[Cell]:
    """Nothing has to be done where half of it is enough."""
    if quota.default == math.inf:
        return ["", "", ""]
    part = quota.peak / quota.default
    return [f"{quota.default:,.0f}", f"{part:.2f}", quota.ask if part > ENOUGH else ""]


def fan_out(day: Day) -> Table:
    scenario, agents = day.scenario, day.scenario.agents_of(HOT)
    events = 3 * a_second(scenario, PEAK) * scenario.handed_off * scenario.hot
    each = 1.0 * agents
    found = (
        ("each event to each agent (as it is, without queues)", events * agents),
        (f"to the agents of its queue, of {QUEUES}", events * agents / QUEUES),
        ("at most one a second to each agent", min(events, 1.0) * each),
        ("both", min(events / QUEUES, 1.0) * each),
        (
            "as it is, were each agent in one queue only",
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
        f"{events:.1f} changes of who may speak a second, {agents:,} agents online. As it is, it"
        f" bites at {POSTS / agents:.1f} changes a second with so many agents; with 100 agents at"
        f" {POSTS / 100:.0f}.",
    )


def indexes(day: Day, sizes: Mapping[str, int]) -> Table:
    paused, handoffs = day.most_open, sum(day.requested)
    found = (
        ("board", paused, "paused heads only", "0.5 to 1 a page"),
        ("recent", HEADS, "every head", "0.5 to 1 a page"),
        ("name", HEADS, "heads with a user's name", "0.5 to 1 a page"),
        ("due", paused, "heads that wait for a time", "0.5 a sweep and shard"),
        ("handoffs", handoffs, "every handoff; each day as many more", "0.5 to 1 a page"),
    )
    rows: list[list[Cell]] = [
        [name, items, sizes[name], _gigabytes(items * (sizes[name] + ENTRY_OF_INDEX)), what, read]
        for name, items, what, read in found
    ]
    return Table(
        f"Each index, with {HEADS / 1e6:.0f} million heads",
        ("index", "items", "bytes", "GB", "what is in it", "read units"),
        rows,
        "A query reads its page, whatever is behind it: no cost grows with the number of heads"
        " (slope 0 in docs/benchmarks.md). Sizes of one small head, 100 bytes an item added.",
    )


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.3f}"


def costs(day: Day, figures: Figures) -> Table:
    scenario = day.scenario
    rows: list[list[Cell]] = []
    for name, hot_online in (("as it is", None), ("were each bot's agents 50", 50)):
        used = Used()
        for bot, share in ((HOT, scenario.hot), (HOT + 1, 1 - scenario.hot)):
            online = hot_online or scenario.agents_of(bot)
            used += _of_conversations(scenario, figures, online) * (scenario.conversations * share)
        parts = [*dollars(used).values()]
        rows.append([name, *(f"{part:,.0f}" for part in (*parts, sum(parts)))])
    return Table(
        "USD a day, at list prices",
        ("agents told", *dollars(Used()), "together"),
        rows,
        "The second row is what a queue's audience in place of a bot's would come to.",
    )
