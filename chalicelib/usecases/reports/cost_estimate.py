"""Estimates the AWS cost of a number of handoffs: measured usage times list prices."""

from msgspec import Struct

from chalicelib.domain.report import Tally
from chalicelib.usecases.reports.aws_prices import AwsPrices

MILLION = 1_000_000
SECONDS, GIGABYTES = 0.06, 0.25
"""The assumed duration and memory of one function invocation; not measured on AWS yet."""


class EntryUsage(Struct, frozen=True):
    """The average usage of one entry with its reactions and its webhook: capacity units (with
    indexes), API requests, frames, function invocations (`runs`), SQS calls (`queue`) and SNS calls
    (`topic`). `reads_each` and `frames_each` are added for each agent of the bot.

    `make cost` counts these figures, and tests/budgets/test_cost.py compares them with the count.
    """

    reads: float
    writes: float
    requests: float
    frames: float
    runs: float
    queue: float
    topic: float = 0
    reads_each: float = 0
    frames_each: float = 0


MESSAGE = EntryUsage(reads=13.5, writes=8.7, requests=0.5, frames=2.5, runs=2.5, queue=1.5)
"""Half of the messages come from an agent, by frame, and are delivered to the bot's webhook."""
SEARCHED_WORDS = 12
"""The different words of an average message; not measured at anybody's yet."""
INDEXED = EntryUsage(reads=2, writes=SEARCHED_WORDS, requests=0, frames=0, runs=0, queue=0)
"""A message costs this more if its words are indexed for search."""
OWNERSHIP_CHANGE = EntryUsage(
    reads=24,
    writes=20,
    requests=1 / 3,
    frames=7 / 3,
    runs=10 / 3,
    queue=3,
    topic=1 / 3,
    reads_each=1.1,
    frames_each=1,
)
"""The average of a request by the bot, a claim by an agent who opens the conversation, and a
return."""


def estimate_cost(
    tally: Tally, agents: int, prices: AwsPrices | None = None, *, is_searched: bool = False
) -> dict[str, float]:
    """The cost in US dollars by service, from the requests to the returns. It assumes that all
    `agents` were online, and leaves out messages that the bot handled alone. `is_searched`: the
    words of messages are indexed."""
    prices = prices or AwsPrices()
    parts = dict.fromkeys(("dynamodb", "api_gateway", "websocket", "lambda", "sqs", "sns"), 0.0)
    counted = [(MESSAGE, "messages"), (OWNERSHIP_CHANGE, "moves")]
    for usage, count in [*counted, *([(INDEXED, "messages")] if is_searched else [])]:
        for service, dollars in _cost_of(usage, agents, prices).items():
            parts[service] += tally.get(count, 0) * dollars
    return parts


def _cost_of(usage: EntryUsage, agents: int, prices: AwsPrices) -> dict[str, float]:
    compute = SECONDS * GIGABYTES * prices.gigabyte_second
    reads = usage.reads + agents * usage.reads_each
    frames = usage.frames + agents * usage.frames_each
    return {
        "dynamodb": (reads * prices.read + usage.writes * prices.write) / MILLION,
        "api_gateway": usage.requests * prices.request / MILLION,
        "websocket": frames * prices.push / MILLION,
        "lambda": usage.runs * (prices.run / MILLION + compute),
        "sqs": usage.queue * prices.queue / MILLION,
        "sns": usage.topic * prices.topic / MILLION,
    }
