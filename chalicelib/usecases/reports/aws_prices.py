"""AWS's list prices, for the report's cost estimate and for `make cost`.

They are on-demand prices in us-east-1 without the free tier, as of `PRICES_OF`. They were copied
from other sites, not from AWS's own pages. API Gateway and DynamoDB: awsforengineers.com (2025-05)
and airbyte.com (2025-07, after the price cut of November 2024). Lambda on arm64, SNS, SQS,
CloudWatch and Secrets Manager: from memory. Check them at https://aws.amazon.com/pricing/ before
you rely on them.
"""

from msgspec import Struct

PRICES_OF = "2026-11"
REGION = "us-east-1"


class AwsPrices(Struct, frozen=True):
    """Prices in US dollars. A field with a unit in its name is the price of one unit; the others,
    and `connection_minute`, are prices per million."""

    read: float = 0.125
    write: float = 0.625
    request: float = 3.50
    push: float = 1.00
    run: float = 0.20
    gigabyte_second: float = 0.0000133334
    queue: float = 0.50
    topic: float = 0.50
    connection_minute: float = 0.25
    schedule: float = 1.00
    http_request: float = 1.00
    """A request to an HTTP API. Chalice makes REST APIs, so this is only for comparison."""
    log_gigabyte: float = 0.50
    """For ingestion; storage is `log_gigabyte_month`."""
    log_gigabyte_month: float = 0.03
    table_gigabyte_month: float = 0.25
    recovery_gigabyte_month: float = 0.20
    traffic_gigabyte: float = 0.09
    alarm_month: float = 0.10
    metric_month: float = 0.30
    secret_month: float = 0.40
    dashboard_month: float = 3.00
