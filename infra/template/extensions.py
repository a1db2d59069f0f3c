"""The template that is merged into Chalice's: everything that Chalice does not generate."""

from collections.abc import Mapping

from infra.template import api, domains, functions, messaging, monitoring, rollout, storage
from infra.template.metrics import Resource
from infra.template.names import SECRET, SECRET_VERSION, names_of
from infra.template.policies import (
    BOUNDARY,
    BOUNDARY_ARN,
    FILES,
    HAS_BOUNDARY,
    STREAM_DEAD_LETTERS,
    TABLE,
    TOPIC,
    WEBHOOK_DEAD_LETTERS,
    WEBHOOK_QUEUE,
    bounded,
)

SHARDS: dict[str, Resource] = {
    name: {"Type": "Number", "Default": 1, "MinValue": 1, "Description": says}
    for name, says in {
        "Shards": "Number of partitions that each list is read from. Never lower it.",
        "FilledShards": "Number of partitions that are written to; see docs/operations.md.",
    }.items()
}
VERSION: dict[str, Resource] = {
    SECRET_VERSION: {
        "Type": "String",
        "Default": "",
        "Description": "The secret's version id. Empty: the version at the first deployment.",
    }
}
BOUND: dict[str, Resource] = {
    BOUNDARY: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": BOUNDARY_ARN,
        "ConstraintDescription": "The ARN of a managed policy, or empty.",
        "Description": "The ARN of the managed policy that is the permissions boundary of each "
        "role. Empty: none; see docs/deploy.md.",
    }
}
OUTPUTS: Mapping[str, object] = {
    "TableName": {"Ref": TABLE},
    "FilesBucket": {"Ref": FILES},
    "TopicArn": {"Ref": TOPIC},
    "QueueUrl": {"Ref": WEBHOOK_QUEUE},
    "DeadLetterUrl": {"Ref": WEBHOOK_DEAD_LETTERS},
    "SecretArn": {"Ref": SECRET},
    "StreamDeadLetterUrl": {"Ref": STREAM_DEAD_LETTERS},
}


NOT_LINTED = {
    "W1001": "it does not see that the rule RolloutNeedsAlarms excludes a rollout without alarms",
    "W1030": "it compares a parameter's empty default with the pattern of a property that only "
    "exists if the parameter is given",
}
"""The checks of cfn-lint that the template leaves out, and the reasons."""


def merged(stage: str, target: Mapping[str, object], *, traced: bool) -> Resource:
    """The template to merge. `target` contains the runtime and the architecture of all functions;
    `traced` turns X-Ray tracing on."""
    resources = {
        **storage.storage(),
        **messaging.messaging(),
        **functions.functions(stage, target, traced=traced),
        **api.api(stage, traced=traced),
        **domains.domains(stage),
        **monitoring.monitoring(names_of(stage)),
        **rollout.resources(),
    }
    return {
        "Description": f"Baton, {stage}: human handoff for chatbots.",
        "Metadata": {"cfn-lint": {"config": {"ignore_checks": [*NOT_LINTED]}}},
        "Parameters": {
            **SHARDS,
            **VERSION,
            **BOUND,
            **domains.PARAMETERS,
            **api.PARAMETERS,
            **functions.PARAMETERS,
            **monitoring.PARAMETERS,
            **rollout.parameters(stage),
            **storage.PARAMETERS,
        },
        "Mappings": rollout.MAPPINGS,
        "Conditions": {
            **domains.CONDITIONS,
            **api.CONDITIONS,
            **functions.CONDITIONS,
            **monitoring.CONDITIONS,
            **rollout.CONDITIONS,
            **storage.CONDITIONS,
            HAS_BOUNDARY: {"Fn::Not": [{"Fn::Equals": [{"Ref": BOUNDARY}, ""]}]},
        },
        "Rules": {**domains.RULES, **rollout.RULES, **storage.RULES},
        "Resources": storage.adopting(bounded(resources)),
        "Outputs": {
            **domains.OUTPUTS,
            **{name: {"Value": storage.adopting(value)} for name, value in OUTPUTS.items()},
        },
    }
