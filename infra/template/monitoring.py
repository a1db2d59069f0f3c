"""All that watches a stage, for the template."""

from infra.template.alarms import TOPIC, alarms
from infra.template.dashboard import dashboard
from infra.template.metrics import Names, Resource, log_metrics

EMAIL = "AlarmEmail"
PARAMETERS: dict[str, Resource] = {
    EMAIL: {
        "Type": "String",
        "Default": "",
        "Description": "Who is told of alarms, once they have confirmed it; empty: nobody.",
    }
}
CONDITIONS: dict[str, Resource] = {
    "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [{"Ref": EMAIL}, ""]}]}
}


def watching(names: Names) -> dict[str, Resource]:
    """Resources by logical name: the alarms and their topic, the dashboard, the metrics that are
    read from the log."""
    return {**alarms(names), **_told(), **dashboard(names), **log_metrics(names)}


def _told() -> dict[str, Resource]:
    properties = {"TopicArn": {"Ref": TOPIC}, "Protocol": "email", "Endpoint": {"Ref": EMAIL}}
    return {
        "AlarmSubscription": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmEmail",
            "Properties": properties,
        }
    }
