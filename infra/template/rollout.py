"""The start of a new version of the functions, its rollout over the old one, and how many
run."""

from chalicelib.entrypoints.http.route import REST_FUNCTION
from infra.template.alarms import WATCHED_FULLY, alarm_name
from infra.template.metrics import Resource
from infra.template.names import FUNCTIONS
from infra.template.policies import ROLE

ALIAS = "live"
"""All callers use this alias, so that a deployment can move them to a new version step by step."""
PRODUCTION = "prod"
MOVER, MOVES_GRADUALLY = "RolloutRole", "MovesGradually"
"""The role with which CodeDeploy moves the aliases, and the condition under which it exists."""
ROLLOUT = "Rollout"
AT_ONCE, CANARY = "AllAtOnce", "Canary10Percent10Minutes"
"""The canary lasts two periods of the alarms that stop it."""
ROLLOUT_MINUTES = {
    AT_ONCE: 0,
    CANARY: 10,
    "Canary10Percent15Minutes": 15,
    "Canary10Percent30Minutes": 30,
    "Linear10PercentEvery1Minute": 9,
    "Linear10PercentEvery2Minutes": 18,
    "Linear10PercentEvery3Minutes": 27,
    "Linear10PercentEvery10Minutes": 90,
}
"""The minutes from the first call of a new version until it gets all calls. A linear rollout moves
the first tenth at once, and then nine more."""
GRADUAL = tuple(name for name in ROLLOUT_MINUTES if name != AT_ONCE)
"""CodeDeploy's names. Its shortest ones end before an alarm can be raised."""
STOPPED_BY = {REST_FUNCTION: ("ServerErrors",)}
ALSO_STOPPED_BY = {REST_FUNCTION: ("GateSlow",)}
"""The alarms that also roll a function back, beside the one on its own errors. The second ones
exist only if `Watching` is `full`. An alarm on missing sweeps could not stop a rollout: the old
version runs most of them."""


def parameters(stage: str) -> dict[str, Resource]:
    return {
        ROLLOUT: {
            "Type": "String",
            "Default": CANARY if stage == PRODUCTION else AT_ONCE,
            "AllowedValues": [AT_ONCE, *GRADUAL],
            "Description": "How calls move to a new version. All but AllAtOnce use CodeDeploy and "
            "return to the old version if an alarm is raised.",
        },
        "SnapStart": {
            "Type": "String",
            "Default": "None",
            "AllowedValues": ["None", "PublishedVersions"],
            "Description": "PublishedVersions: functions start from a snapshot (Python 3.12 or "
            "newer). Lambda charges for the snapshots.",
        },
        "GateInstances": {
            "Type": "Number",
            "Default": 0,
            "MinValue": 0,
            "Description": "Instances of the REST function that always run (provisioned "
            "concurrency). Lambda charges for them by the hour. Not together with SnapStart.",
        },
        **{_reserved(logical): _reservation(logical) for logical in FUNCTIONS.values()},
    }


def _reserved(logical: str) -> str:
    return f"Reserved{logical}"


def _reservation(logical: str) -> Resource:
    return {
        "Type": "String",
        "Default": "",
        "AllowedPattern": "[0-9]*",
        "Description": f"The most concurrent executions of {logical}, reserved for it. Empty: no "
        "limit and no reservation.",
    }


MAPPINGS = {
    "Rollouts": {
        AT_ONCE: {"UsesCodeDeploy": "false"},
        **{each: {"UsesCodeDeploy": "true"} for each in GRADUAL},
    }
}
CONDITIONS: dict[str, Resource] = {
    MOVES_GRADUALLY: {"Fn::Not": [{"Fn::Equals": [{"Ref": ROLLOUT}, AT_ONCE]}]},
    "HasGateInstances": {"Fn::Not": [{"Fn::Equals": [{"Ref": "GateInstances"}, 0]}]},
    **{
        f"Has{_reserved(logical)}": {"Fn::Not": [{"Fn::Equals": [{"Ref": _reserved(logical)}, ""]}]}
        for logical in FUNCTIONS.values()
    },
}
RULES: dict[str, Resource] = {
    "RolloutNeedsAlarms": {
        "RuleCondition": {"Fn::Equals": [{"Ref": "Watching"}, "off"]},
        "Assertions": [
            {
                "Assert": {"Fn::Equals": [{"Ref": ROLLOUT}, AT_ONCE]},
                "AssertDescription": f"Without alarms (Watching=off), Rollout is {AT_ONCE}.",
            }
        ],
    },
    "SnapStartOrInstances": {
        "RuleCondition": {"Fn::Equals": [{"Ref": "SnapStart"}, "PublishedVersions"]},
        "Assertions": [
            {
                "Assert": {"Fn::Equals": [{"Ref": "GateInstances"}, 0]},
                "AssertDescription": "Lambda takes SnapStart or GateInstances, not both.",
            }
        ],
    },
}


def concurrency(logical: str) -> Resource:
    reserved = _reserved(logical)
    limit = {"Fn::If": [f"Has{reserved}", {"Ref": reserved}, {"Ref": "AWS::NoValue"}]}
    return {"ReservedConcurrentExecutions": limit}


def published(function: str) -> Resource:
    """The properties with which SAM publishes a version of the function, moves the alias to it, and
    deletes the version before: a version keeps its environment, and with SnapStart it costs
    money."""
    properties: Resource = {
        "AutoPublishAlias": ALIAS,
        "VersionDeletionPolicy": "Delete",
        "SnapStart": {"ApplyOn": {"Ref": "SnapStart"}},
        "DeploymentPreference": {
            "Enabled": {"Fn::FindInMap": ["Rollouts", {"Ref": ROLLOUT}, "UsesCodeDeploy"]},
            "Type": {"Ref": ROLLOUT},
            "Role": {"Fn::GetAtt": [MOVER, "Arn"]},
            "Alarms": _stopped_by(function),
        },
    }
    if function == REST_FUNCTION:
        instances = {"ProvisionedConcurrentExecutions": {"Ref": "GateInstances"}}
        properties["ProvisionedConcurrencyConfig"] = {
            "Fn::If": ["HasGateInstances", instances, {"Ref": "AWS::NoValue"}]
        }
    return properties


def resources() -> dict[str, Resource]:
    """SAM would make CodeDeploy's role itself, but without a permissions boundary."""
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "codedeploy.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
    properties = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
        "ManagedPolicyArns": [{"Fn::Sub": managed}],
    }
    return {MOVER: {"Type": ROLE, "Condition": MOVES_GRADUALLY, "Properties": properties}}


def _stopped_by(function: str) -> Resource:
    basic = [alarm_name("FunctionErrors", function), *map(alarm_name, STOPPED_BY.get(function, ()))]
    full = [*basic, *map(alarm_name, ALSO_STOPPED_BY.get(function, ()))]
    return {
        "Fn::If": [
            WATCHED_FULLY,
            [{"Ref": name} for name in full],
            [{"Ref": name} for name in basic],
        ]
    }
