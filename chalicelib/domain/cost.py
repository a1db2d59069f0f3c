"""What a number of handoffs has cost, estimated: measured units and calls at dated list prices."""

from dataclasses import dataclass

from chalicelib.domain.report import Tally

PRICES_OF = "2026-11"
REGION = "us-east-1"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars a million, but `gigabyte_second`; on demand, without the free tier."""

    read: float = 0.125
    write: float = 0.625
    request: float = 3.50
    push: float = 1.00
    run: float = 0.20
    gigabyte_second: float = 0.0000133334
    queue: float = 0.50
    topic: float = 0.50


@dataclass(frozen=True, slots=True)
class Usage:
    """What one entry costs: capacity units with those of the indexes and the reactions, requests to
    the API, frames to agents, runs of functions, calls of SQS and of SNS. Units are measured
    (docs/benchmarks.md), and a test holds them to it; `seconds` of a run is an assumption."""

    reads: float
    writes: float
    pushes: float
    requests: float = 1
    runs: float = 2
    queue: float = 0
    topic: float = 0
    seconds: float = 0.06
    gigabytes: float = 0.25


MESSAGE = Usage(reads=12, writes=4, pushes=1, queue=1.5, runs=2.5)
"""Half of the messages are an agent's, which the bot's server is told."""
MOVE = Usage(reads=12, writes=11, pushes=1, queue=3, topic=0.5, runs=3)
"""A change of who may speak; one frame to each of the bot's agents."""


def estimate(tally: Tally, agents: int, prices: Prices | None = None) -> dict[str, float]:
    """US dollars by service, for what was said and done from the requests to the returns. `agents`
    are all taken to have been online; what the bot handled alone is not in it."""
    prices = prices or Prices()
    messages, moves = tally.get("messages", 0), tally.get("moves", 0)
    used = ((MESSAGE, messages, 1), (MOVE, moves, agents))
    parts = dict.fromkeys(("dynamodb", "api_gateway", "websocket", "lambda", "sqs", "sns"), 0.0)
    for usage, times, receivers in used:
        for service, dollars in _of(usage, receivers, prices).items():
            parts[service] += times * dollars
    return parts


def _of(usage: Usage, receivers: int, prices: Prices) -> dict[str, float]:
    compute = usage.seconds * usage.gigabytes * prices.gigabyte_second
    return {
        "dynamodb": (usage.reads * prices.read + usage.writes * prices.write) / MILLION,
        "api_gateway": usage.requests * prices.request / MILLION,
        "websocket": usage.pushes * receivers * prices.push / MILLION,
        "lambda": usage.runs * (prices.run / MILLION + compute),
        "sqs": usage.queue * prices.queue / MILLION,
        "sns": usage.topic * prices.topic / MILLION,
    }
