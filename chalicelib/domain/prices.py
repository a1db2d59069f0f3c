"""What AWS charges: the one list of prices, for the report's estimate and for docs/cost.md.

List prices on demand in us-east-1, without the free tier, as published copies of AWS' own price
pages gave them by `PRICES_OF`; AWS' pages were not read by a machine. Where they come from:
API Gateway, DynamoDB: awsforengineers.com (2025-05), airbyte.com (2025-07, after the cut of
November 2024). Lambda on arm64, SNS, SQS, CloudWatch, Secrets Manager: as known, to be checked
against https://aws.amazon.com/pricing/ before anybody signs anything.
"""

from msgspec import Struct

PRICES_OF = "2026-11"
REGION = "us-east-1"


class Prices(Struct, frozen=True):
    """US dollars: a million each of what has no unit in its name, else one of that unit; a
    `connection_minute` is priced by the million as well."""

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
    """A request of an HTTP API, which Chalice does not make."""
    log_gigabyte: float = 0.50
    """Taken in; a month of keeping it comes on top."""
    log_gigabyte_month: float = 0.03
    table_gigabyte_month: float = 0.25
    recovery_gigabyte_month: float = 0.20
    traffic_gigabyte: float = 0.09
    alarm_month: float = 0.10
    metric_month: float = 0.30
    secret_month: float = 0.40
    dashboard_month: float = 3.00
