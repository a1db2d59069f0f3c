"""What handoffs, gated messages, agents and an idle stack cost: counted, times list prices."""

from collections.abc import Iterator, Mapping

from bench.cost import handoff_run, pricing
from bench.cost.competitors import PEERS
from bench.cost.handoff_run import Used
from bench.cost.pricing import PRICES, dollars, sum_of
from bench.output import Cell, Table, progress
from chalicelib.domain.cost import GIGABYTES, MILLION, SECONDS
from chalicelib.domain.prices import PRICES_OF, REGION
from chalicelib.usecases.records.metrics import Metric
from infra.template.metrics import Names
from infra.template.monitoring import monitoring

ONLINE = (1, 5, 25)
FARTHER = (100, 1_000, 5_000)
"""Agents online that are not played: what they add is a line through the last two that are."""
THOUSAND = 1_000
WITH_BOT = 200_000
"""Messages: one conversation in ten is handed off, each has had twenty with the bot."""
MINUTES_OF_MONTH = 30 * 24 * 60
HEARTBEAT = 240
"""Seconds between two pings of a console (`chalicelib/console/connection/socket.js`)."""
POLLERS, POLL = 5, 20
"""Lambda asks an empty queue so many at a time, so many seconds each (AWS Lambda's guide, "Using
Lambda with Amazon SQS"); each answer counts as a call."""
STORED = 1.0
"""GB, to have a size: 10 million heads are 9 of them."""

Parts = Mapping[str, Used]


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
    yield _beside(sum_of(handed_off[ONLINE[1]] * THOUSAND), sum_of(with_agents * WITH_BOT))
    yield _agents(ping)
    yield _idle(minute)


def _used(parts: Parts) -> Table:
    rows = [_amounts(name, used) for name, used in parts.items()]
    return Table(
        f"Counted: one handoff, {ONLINE[1]} agents online",
        ("part", *Used.__slots__),
        [*rows, _amounts("all", handoff_run.total(parts.values()))],
        f"{handoff_run.SAID_WITH_BOT} messages between user and bot, the request, one agent who"
        f" reads and claims, {handoff_run.SAID_WITH_PERSON} messages between user and agent, the"
        " return.",
    )


def _amounts(name: str, used: Used) -> list[Cell]:
    return [name, *(f"{getattr(used, each):g}" for each in Used.__slots__)]


def _handed_off(parts: Parts) -> Used:
    """Without what the bot said before: that is priced with the gated messages."""
    return handoff_run.total(used for name, used in parts.items() if name != handoff_run.PARTS[0])


def _handoffs(played: Mapping[int, Used]) -> Table:
    rows = [_priced(f"{online}", used, THOUSAND) for online, used in played.items()]
    rows += [_priced(f"{online:,} *", _line(played, online), THOUSAND) for online in FARTHER]
    return Table(
        "USD for 1,000 handoffs, by the bot's agents online",
        ("agents online", *pricing.SERVICES, "together"),
        rows,
        "From the request to the return. * not played: the line through the last two that are.",
    )


def _line(played: Mapping[int, Used], online: int) -> Used:
    (near, first), (far, second) = list(played.items())[-2:]
    slope = (second + first * -1) * (1 / (far - near))
    return second + slope * (online - far)


def _messages(gate: Used, message: Used) -> Table:
    cheaper = PRICES.http_request - PRICES.request
    rows = [
        _priced("gate", gate, MILLION),
        _priced("message, gated by its answer", message, MILLION),
    ]
    both = _priced("gate, then message", gate + message, MILLION)
    without = [*both]
    without[0], without[1] = "the same by an HTTP API", f"{2 * PRICES.http_request:.2f}"
    without[-1] = f"{sum_of(gate + message) * MILLION + 2 * cheaper:.2f}"
    return Table(
        "USD for a million gated messages of users",
        ("call", *pricing.SERVICES, "together"),
        [*rows, both, without],
        "The bot answers by itself and no agent is online; with one and more, each message reads"
        " the bot's connections too (docs/scale.md). Chalice makes REST APIs: the last row is"
        " arithmetic.",
    )


def _beside(handoffs: float, with_bot: float) -> Table:
    own = [
        ["Baton, handoffs alone", f"{handoffs:.2f}", f"as above, {ONLINE[1]} agents", "counted"],
        [
            "Baton, with what the bots do alone",
            f"{handoffs + with_bot:.2f}",
            f"and {WITH_BOT:,} messages of 10,000 conversations",
            "counted",
        ],
    ]
    return Table(
        "USD for 1,000 handoffs of 20 messages in a month, beside others",
        ("who", "USD", "basis", "source"),
        [*own, *(list(peer) for peer in PEERS)],
        "They sell seats, channels, support and an interface; Baton's figure is what AWS charges"
        " for running it, without the idle stack below. A transcription is somebody's copy of a"
        " price page (api-evangelist and others on GitHub), not the page.",
    )


def _agents(ping: Used) -> Table:
    pings = ping * (3600 / HEARTBEAT)
    minutes = 60 * PRICES.connection_minute / MILLION
    hour = sum_of(pings) + minutes
    rows = [
        ["connection, 60 minutes", f"{minutes:.6f}"],
        [f"pings, one in {HEARTBEAT} seconds", f"{sum_of(pings):.6f}"],
        ["an hour", f"{hour:.6f}"],
        ["160 hours a month", f"{160 * hour:.3f}"],
    ]
    return Table("USD for one agent's console", ("what", "USD"), rows)


def _idle(minute: Used) -> Table:
    month = minute * MINUTES_OF_MONTH
    polls = POLLERS * MINUTES_OF_MONTH * 60 / POLL * PRICES.queue / MILLION
    watched = monitoring(_names())
    alarms = sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in watched.values())
    swept, logs = dollars(month), month.runs * pricing.LOG_KILOBYTES / MILLION
    kept = swept["logs"] + logs * PRICES.log_gigabyte_month
    amounts: list[tuple[str, float]] = [
        (f"sweep: {month.runs:,.0f} runs of {SECONDS} s at {GIGABYTES} GB", swept["Lambda"]),
        (f"sweep: {month.read:,.0f} read units", swept["DynamoDB"]),
        (f"sweep: {logs:.3f} GB of log, kept a month", kept),
        (f"Lambda asks the queue {POLLERS * 60 / POLL:.0f} times a minute", polls),
        (f"{alarms} alarms", alarms * PRICES.alarm_month),
        (f"{len(Metric) + 2} metrics of our own", (len(Metric) + 2) * PRICES.metric_month),
        ("1 dashboard", PRICES.dashboard_month),
        ("1 secret", PRICES.secret_month),
        (f"{STORED:g} GB in the table", STORED * PRICES.table_gigabyte_month),
        (f"{STORED:g} GB of recovery to any second", STORED * PRICES.recovery_gigabyte_month),
    ]
    amounts.append(("together", sum(amount for _, amount in amounts)))
    return Table(
        "USD for a month in which nothing happens",
        ("what", "USD"),
        [[what, f"{amount:.2f}"] for what, amount in amounts],
        f"List prices of {PRICES_OF}, {REGION}, without the free tier. The sweep is counted with"
        " the two bots of the seed; each bot adds two queries a minute.",
    )


def _names() -> Names:
    functions = (
        "api_handler",
        "connect",
        "message",
        "disconnect",
        "on_change",
        "on_webhook_queue",
        "on_minute",
    )
    each = {name: name for name in functions}
    letters = {"webhooks": "w", "stream": "s"}
    return Names("prod", each, each, "table", "queue", letters, "baton", "api")


def _priced(name: str, used: Used, times: int) -> list[Cell]:
    parts = [*dollars(used * times).values()]
    digits = 3 if times == THOUSAND else 2
    return [name, *(f"{part:,.{digits}f}" for part in (*parts, sum(parts)))]
