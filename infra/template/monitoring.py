"""All monitoring resources of the template."""

from chalicelib.settings import WATCHING
from infra.template.alarms import CONCURRENCY, TOPIC, WATCHED, WATCHED_FULLY, alarms
from infra.template.dashboard import dashboard
from infra.template.metrics import Names, Resource, log_metrics

EMAIL = "AlarmEmail"
PARAMETERS: dict[str, Resource] = {
    EMAIL: {
        "Type": "String",
        "Default": "",
        "Description": "The e-mail address that receives alarms. Empty: none.",
    },
    "Watching": {
        "Type": "String",
        "Default": "full",
        "AllowedValues": [*WATCHING],
        "Description": "full: all alarms, metrics and the dashboard. basic: the alarms that mean "
        "an outage. off: none of them.",
    },
    CONCURRENCY: {
        "Type": "Number",
        "Default": 1000,
        "MinValue": 1,
        "Description": "The account's quota of concurrent executions, for the alarm on them.",
    },
}
CONDITIONS: dict[str, Resource] = {
    WATCHED: {"Fn::Not": [{"Fn::Equals": [{"Ref": "Watching"}, "off"]}]},
    WATCHED_FULLY: {"Fn::Equals": [{"Ref": "Watching"}, "full"]},
    "HasAlarmEmail": {
        "Fn::And": [
            {"Condition": WATCHED},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": EMAIL}, ""]}]},
        ]
    },
}


def monitoring(names: Names) -> dict[str, Resource]:
    """Resources by logical name: the alarms and their topic, the dashboard, the metric filters."""
    return {**alarms(names), **_subscription(), **dashboard(names), **log_metrics(names)}


def _subscription() -> dict[str, Resource]:
    properties = {"TopicArn": {"Ref": TOPIC}, "Protocol": "email", "Endpoint": {"Ref": EMAIL}}
    return {
        "AlarmSubscription": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmEmail",
            "Properties": properties,
        }
    }
