"""What a number of handoffs has cost, estimated: measured units and calls at dated list prices."""

from dataclasses import dataclass

from chalicelib.domain.prices import Prices
from chalicelib.domain.report import Tally

MILLION = 1_000_000
SECONDS, GIGABYTES = 0.06, 0.25
"""Of one run of a function, and of its memory: assumptions, until it has run on AWS."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one entry costs: capacity units with those of the indexes and the reactions, requests to
    the API, frames to agents, runs of functions, calls of SQS and of SNS. Units are measured
    (docs/benchmarks.md), and a test holds them to it."""

    reads: float
    writes: float
    pushes: float
    requests: float = 1
    runs: float = 2
    queue: float = 0
    topic: float = 0


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
    compute = SECONDS * GIGABYTES * prices.gigabyte_second
    return {
        "dynamodb": (usage.reads * prices.read + usage.writes * prices.write) / MILLION,
        "api_gateway": usage.requests * prices.request / MILLION,
        "websocket": usage.pushes * receivers * prices.push / MILLION,
        "lambda": usage.runs * (prices.run / MILLION + compute),
        "sqs": usage.queue * prices.queue / MILLION,
        "sns": usage.topic * prices.topic / MILLION,
    }
