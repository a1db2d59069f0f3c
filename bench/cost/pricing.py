"""Multiplies counted usage by AWS's list prices."""

from bench.cost.handoff_run import Usage
from chalicelib.usecases.reports.aws_prices import AwsPrices
from chalicelib.usecases.reports.cost_estimate import GIGABYTES, MILLION, SECONDS

PRICES = AwsPrices()
LOG_KILOBYTES = 1
"""Assumed size of one invocation's log: our line and Lambda's three."""
SERVICES = ("REST API", "WebSocket", "Lambda", "DynamoDB", "SQS", "SNS", "logs")


def dollars(used: Usage, prices: AwsPrices = PRICES) -> dict[str, float]:
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
