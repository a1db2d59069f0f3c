"""What a number of handoffs has cost, estimated: measured units and calls at dated list prices."""

from msgspec import Struct

from chalicelib.domain.prices import Prices
from chalicelib.domain.report import Tally

MILLION = 1_000_000
SECONDS, GIGABYTES = 0.06, 0.25
"""Of one run of a function, and of its memory: assumptions, until it has run on AWS."""


class Usage(Struct, frozen=True):
    """What one entry costs: capacity units with those of the indexes, the reactions and the
    webhook, requests to the API, frames, runs of functions, calls of SQS and of SNS; `reads_each`
    and `frames_each` come on top for each agent of the bot. Counted (docs/cost.md), and a test
    holds them to it."""

    reads: float
    writes: float
    requests: float
    frames: float
    runs: float
    queue: float
    topic: float = 0
    reads_each: float = 0
    frames_each: float = 0


MESSAGE = Usage(reads=13.5, writes=7.7, requests=0.5, frames=2.5, runs=2.5, queue=1.5)
"""Half of the messages are an agent's, by a frame, and the bot's server is told of them."""
MOVE = Usage(
    reads=24,
    writes=19,
    requests=1 / 3,
    frames=7 / 3,
    runs=10 / 3,
    queue=3,
    topic=1 / 3,
    reads_each=1.1,
    frames_each=1,
)
"""A change of who may speak, asked for by the bot, made and ended by an agent who looks first."""


def estimate(tally: Tally, agents: int, prices: Prices | None = None) -> dict[str, float]:
    """US dollars by service, for what was said and done from the requests to the returns. `agents`
    are all taken to have been online; what the bot handled alone is not in it."""
    prices = prices or Prices()
    parts = dict.fromkeys(("dynamodb", "api_gateway", "websocket", "lambda", "sqs", "sns"), 0.0)
    for usage, of in ((MESSAGE, "messages"), (MOVE, "moves")):
        for service, dollars in _of(usage, agents, prices).items():
            parts[service] += tally.get(of, 0) * dollars
    return parts


def _of(usage: Usage, agents: int, prices: Prices) -> dict[str, float]:
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
