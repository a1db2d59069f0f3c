"""The names of the metrics."""

from collections.abc import Mapping
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


RECORDED: Mapping[str, frozenset[Metric]] = {
    "full": frozenset(Metric),
    "basic": frozenset({Metric.OLDEST_WAIT, Metric.SWEEPS}),
    "off": frozenset(),
}
"""The metrics that an installation records, by how closely it is watched. CloudWatch charges for
each of them."""
