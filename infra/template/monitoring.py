"""All monitoring resources of the template."""

from infra.template.alarms import TOPIC, alarms
from infra.template.dashboard import dashboard
from infra.template.metrics import Names, Resource, log_metrics

EMAIL = "AlarmEmail"
PARAMETERS: dict[str, Resource] = {
    EMAIL: {
        "Type": "String",
        "Default": "",
        "Description": "The e-mail address that receives alarms. Empty: none.",
    }
}
CONDITIONS: dict[str, Resource] = {
    "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [{"Ref": EMAIL}, ""]}]}
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
