"""Multiplies counted usage by AWS's list prices."""

from bench.cost.handoff_run import Usage
from chalicelib.domain.cost import GIGABYTES, MILLION, SECONDS
from chalicelib.domain.prices import Prices

PRICES = Prices()
LOG_KILOBYTES = 1
"""Assumed size of one invocation's log: our line and Lambda's three."""
SERVICES = ("REST API", "WebSocket", "Lambda", "DynamoDB", "SQS", "SNS", "logs")


def dollars(used: Usage, prices: Prices = PRICES) -> dict[str, float]:
    """The cost in USD by service."""
    compute = SECONDS * GIGABYTES * prices.gigabyte_second
    amounts = (
        used.requests * prices.request / MILLION,
        used.frames * prices.push / MILLION,
        used.runs * (prices.run / MILLION + compute),
        (used.read * prices.read + used.write * prices.write) / MILLION,
        used.queue * prices.queue / MILLION,
        used.topic * prices.topic / MILLION,
        used.runs * LOG_KILOBYTES * prices.log_gigabyte / MILLION,
    )
    return dict(zip(SERVICES, amounts, strict=True))


def sum_of(used: Usage) -> float:
    return sum(dollars(used).values())
