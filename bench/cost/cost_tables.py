"""The AWS cost of handoffs, gated messages, agents and an idle stack: counted usage times list
prices."""

from collections import Counter
from collections.abc import Iterator, Mapping

from bench.cost import handoff_run, pricing
from bench.cost.competitors import COMPETITORS
from bench.cost.handoff_run import Usage
from bench.cost.pricing import PRICES, dollars, sum_of
from bench.output import Cell, Table, progress
from chalicelib.domain.search.words import MOST_WORDS
from chalicelib.settings import WATCHING
from chalicelib.usecases.records.metrics import RECORDED
from chalicelib.usecases.reports.aws_prices import PRICES_OF, REGION
from chalicelib.usecases.reports.cost_estimate import (
    GIGABYTES,
    MILLION,
    SEARCHED_WORDS,
    SECONDS,
)
from infra.template.alarms import WATCHED
from infra.template.metrics import Names, Resource
from infra.template.monitoring import monitoring
from infra.template.names import FUNCTIONS
from infra.template.policies import SOURCES

ONLINE = (1, 5, 25)
EXTRAPOLATED = (100, 1_000, 5_000)
"""Numbers of agents that are not run but extrapolated from the last two that are."""
THOUSAND = 1_000
WITH_BOT = 200_000
"""Messages if one conversation in ten is handed off and each has twenty messages with the bot."""
MINUTES_OF_MONTH = 30 * 24 * 60
HEARTBEAT = 240
"""Seconds between two pings of a console (`chalicelib/console/connection/socket.js`)."""
POLLERS, POLL = 5, 20
"""The number of concurrent long polls with which Lambda reads an empty queue, and their seconds
(AWS Lambda's guide, "Using Lambda with Amazon SQS"). SQS charges each poll."""
STORED = 1.0
"""GB; an example. 10 million heads take 9 GB."""

WORDS = (5, SEARCHED_WORDS, MOST_WORDS)

Parts = Mapping[str, Usage]


def measure() -> Iterator[Table]:
    with progress(f"Handoffs with {', '.join(map(str, ONLINE))} agents online"):
        played = {online: handoff_run.handoff(online) for online in ONLINE}
    with progress("Gate, message, ping, minute"):
        gate, message = handoff_run.gate(), handoff_run.gated_message(0)
        with_agents = handoff_run.gated_message(ONLINE[1])
        ping, minute = handoff_run.ping(), handoff_run.idle_minute()
    yield _used(played[ONLINE[1]])
    handed_off = {online: _handed_off(parts) for online, parts in played.items()}
    yield _handoffs(handed_off)
    yield _messages(gate, message)
    yield _search()
    yield _beside(sum_of(handed_off[ONLINE[1]] * THOUSAND), sum_of(with_agents * WITH_BOT))
    yield _agents(ping)
    yield idle_stack(minute)


def _used(parts: Parts) -> Table:
    rows = [_amounts(name, used) for name, used in parts.items()]
    return Table(
        f"Counted: one handoff, {ONLINE[1]} agents online",
        ("part", *Usage.__slots__),
        [*rows, _amounts("all", handoff_run.total(parts.values()))],
        f"{handoff_run.MESSAGES_WITH_BOT} messages with the bot, the request, one agent opens and"
        f" claims the conversation, {handoff_run.MESSAGES_WITH_AGENT} messages with the agent, the"
        " return.",
    )


def _amounts(name: str, used: Usage) -> list[Cell]:
    return [name, *(f"{getattr(used, each):g}" for each in Usage.__slots__)]


def _handed_off(parts: Parts) -> Usage:
    """Without the messages before the request, which are priced as gated messages."""
    return handoff_run.total(used for name, used in parts.items() if name != handoff_run.PARTS[0])


def _handoffs(played: Mapping[int, Usage]) -> Table:
    rows = [_priced(f"{online}", used, THOUSAND) for online, used in played.items()]
    rows += [_priced(f"{online:,} *", _line(played, online), THOUSAND) for online in EXTRAPOLATED]
    return Table(
        "USD for 1,000 handoffs, by the bot's agents online",
        ("agents online", *pricing.SERVICES, "total"),
        rows,
        "From the request to the return. * extrapolated from the last two that were run.",
    )


def _line(played: Mapping[int, Usage], online: int) -> Usage:
    (near, first), (far, second) = list(played.items())[-2:]
    slope = (second + first * -1) * (1 / (far - near))
    return second + slope * (online - far)


def _messages(gate: Usage, message: Usage) -> Table:
    cheaper = PRICES.http_request - PRICES.request
    rows = [
        _priced("gate", gate, MILLION),
        _priced("message, gated by its answer", message, MILLION),
    ]
    both = _priced("gate, then message", gate + message, MILLION)
    without = [*both]
    without[0], without[1] = "the same with an HTTP API", f"{2 * PRICES.http_request:.2f}"
    without[-1] = f"{sum_of(gate + message) * MILLION + 2 * cheaper:.2f}"
    return Table(
        "USD for a million gated messages of users",
        ("call", *pricing.SERVICES, "total"),
        [*rows, both, without],
        "The bot answers alone and no agent is online. If agents are online, each message also"
        " reads the bot's connections (docs/scale.md). Chalice makes REST APIs, so the last row is"
        " computed.",
    )


def _search() -> Table:
    counted = {words: handoff_run.indexed_message(words) for words in WORDS}
    of_handoff = handoff_run.MESSAGES_WITH_BOT + handoff_run.MESSAGES_WITH_AGENT
    return Table(
        "USD for the words of messages that are searched",
        ("different words", "read", "write", "a million messages", "1,000 handoffs"),
        [
            [
                f"{words}",
                f"{used.read:g}",
                f"{used.write:g}",
                f"{sum_of(used) * MILLION:.2f}",
                f"{sum_of(used) * THOUSAND * of_handoff:.3f}",
            ]
            for words, used in counted.items()
        ],
        "On top of the other tables, in which nothing is searched. A handoff has"
        f" {of_handoff} messages here, with those before it. An average message has about"
        f" {SEARCHED_WORDS} different words (assumed). Storage for 90 days costs about a fifth"
        " of it. The setting search_messages of a bot switches it off.",
    )


def _beside(handoffs: float, with_bot: float) -> Table:
    own = [
        ["Baton, handoffs only", f"{handoffs:.2f}", f"as above, {ONLINE[1]} agents", "counted"],
        [
            "Baton, with the bots' own messages",
            f"{handoffs + with_bot:.2f}",
            f"and {WITH_BOT:,} messages of 10,000 conversations",
            "counted",
        ],
    ]
    return Table(
        "USD for 1,000 handoffs of 20 messages in a month, and other products",
        ("who", "USD", "basis", "source"),
        [*own, *(list(each) for each in COMPETITORS)],
        "The others sell seats, channels, support and a user interface. Baton's figure is the AWS"
        " bill without the idle stack below. A transcription is another party's copy of the price"
        " page (api-evangelist and others on GitHub).",
    )


def _agents(ping: Usage) -> Table:
    pings = ping * (3600 / HEARTBEAT)
    minutes = 60 * PRICES.connection_minute / MILLION
    hour = sum_of(pings) + minutes
    rows = [
        ["connection, 60 minutes", f"{minutes:.6f}"],
        [f"one ping in {HEARTBEAT} seconds", f"{sum_of(pings):.6f}"],
        ["an hour", f"{hour:.6f}"],
        ["160 hours a month", f"{160 * hour:.3f}"],
    ]
    return Table("USD for one agent's console", ("what", "USD"), rows)


def idle_stack(minute: Usage) -> Table:
    """The monthly price of a stack without traffic, for each value of `Watching`."""
    month = minute * MINUTES_OF_MONTH
    queues = sum("ReceiveMessage" in each for of in SOURCES.values() for each in of.values())
    polls = queues * POLLERS * MINUTES_OF_MONTH * 60 / POLL * PRICES.queue / MILLION
    swept, logs = dollars(month), month.runs * pricing.LOG_KILOBYTES / MILLION
    kept = swept["logs"] + logs * PRICES.log_gigabyte_month
    always = [
        (f"sweep: {month.runs:,.0f} runs of {SECONDS} s at {GIGABYTES} GB", swept["Lambda"]),
        (f"sweep: {month.read:,.0f} read units", swept["DynamoDB"]),
        (f"sweep: {logs:.3f} GB of log, kept a month", kept),
        (f"Lambda polls {queues} queues {POLLERS * 60 / POLL:.0f} times a minute", polls),
        ("1 secret", PRICES.secret_month),
        (f"{STORED:g} GB in the table", STORED * PRICES.table_gigabyte_month),
        (f"{STORED:g} GB of point-in-time recovery", STORED * PRICES.recovery_gigabyte_month),
    ]
    rows = [(what, [amount] * len(WATCHING)) for what, amount in always]
    rows += _watched()
    columns = zip(*(amounts for _, amounts in rows), strict=True)
    rows.append(("total", [sum(column) for column in columns]))
    return Table(
        "USD for an idle stack, a month",
        ("what", *(f"Watching={each}" for each in WATCHING)),
        [[what, *(f"{amount:.2f}" for amount in amounts)] for what, amounts in rows],
        f"List prices of {PRICES_OF}, {REGION}, without the free tier. The sweep is counted with"
        " the two demo bots; each bot adds four queries a minute. Alarms, metrics and dashboards"
        " are counted in the template.",
    )


def _watched() -> list[tuple[str, list[float]]]:
    """Returns what CloudWatch charges for each value of the parameter `Watching`."""
    resources = monitoring(_names()).values()
    counts: dict[str, list[int]] = {"alarms": [], "custom metrics": [], "dashboards": []}
    for watching in WATCHING:
        there = Counter(each["Type"] for each in resources if _exists(each, watching))
        filtered = {
            transformation["MetricName"]
            for each in resources
            if each["Type"] == "AWS::Logs::MetricFilter" and _exists(each, watching)
            for transformation in each["Properties"]["MetricTransformations"]
        }
        counts["alarms"].append(there["AWS::CloudWatch::Alarm"])
        counts["custom metrics"].append(len(RECORDED[watching] | filtered))
        counts["dashboards"].append(there["AWS::CloudWatch::Dashboard"])
    prices = (PRICES.alarm_month, PRICES.metric_month, PRICES.dashboard_month)
    return [
        (f"{', '.join(map(str, numbers))} {what}", [number * price for number in numbers])
        for (what, numbers), price in zip(counts.items(), prices, strict=True)
    ]


def _exists(resource: Resource, watching: str) -> bool:
    condition = resource.get("Condition")
    return watching == "full" or (condition == WATCHED and watching != "off")


def _names() -> Names:
    each = {name: name for name in FUNCTIONS}
    letters = {"webhooks": "w", "stream": "s"}
    return Names("prod", each, each, "table", "queue", letters, "baton", "api", "topic", "sockets")


def _priced(name: str, used: Usage, times: int) -> list[Cell]:
    parts = [*dollars(used * times).values()]
    digits = 3 if times == THOUSAND else 2
    return [name, *(f"{part:,.{digits}f}" for part in (*parts, sum(parts)))]
