"""The names of the metrics."""

from enum import StrEnum


class Metric(StrEnum):
    """Baton's own CloudWatch metrics, beside those that AWS records."""

    HANDOFFS_WAITING = "HandoffsWaiting"
    OLDEST_WAIT = "OldestWait"
    TIME_TO_CLAIM = "TimeToClaim"
    SOCKETS = "Sockets"
    CONFLICTS_RETRIED = "ConflictsRetried"
    DELIVERIES_DEAD = "DeliveriesDead"
    DELIVERY_AGE = "DeliveryAge"
    LEAKS = "Leaks"
    SWEEPS = "Sweeps"
    DEADLINES_FAILED = "DeadlinesFailed"
