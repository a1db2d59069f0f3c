"""What was counted, times the list of prices."""

from bench.cost.handoff_run import Used
from chalicelib.domain.cost import GIGABYTES, MILLION, SECONDS
from chalicelib.domain.prices import Prices

PRICES = Prices()
LOG_KILOBYTES = 1
"""Of one run: our line and Lambda's own three. Assumed."""
SERVICES = ("REST API", "WebSocket", "Lambda", "DynamoDB", "SQS", "SNS", "logs")


def dollars(used: Used, prices: Prices = PRICES) -> dict[str, float]:
    """By service."""
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


def sum_of(used: Used) -> float:
    return sum(dollars(used).values())
