"""All that watches a stage, for the template."""

from infra.template.alarms import alarms
from infra.template.dashboard import dashboard
from infra.template.watched import Names, Resource, log_metrics


def watching(names: Names) -> dict[str, Resource]:
    """Resources by logical name: the alarms and their topic, the dashboard, the metrics that are
    read from the log."""
    return {**alarms(names), **dashboard(names), **log_metrics(names)}
