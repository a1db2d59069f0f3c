"""All that Chalice's own template lacks, as one template to be merged into it."""

from collections.abc import Mapping

from infra.template import api, functions, messaging, monitoring, storage
from infra.template.functions import REST_HOST, SOCKET_HOST
from infra.template.metrics import Resource
from infra.template.names import REST_STAGE, SECRET, SECRET_VERSION, names_of
from infra.template.policies import DEAD_CHANGES, DEAD_NUDGES, TABLE, TOPIC, WEBHOOK_QUEUE

SHARDS: dict[str, Resource] = {
    name: {"Type": "Number", "Default": 1, "MinValue": 1, "Description": says}
    for name, says in {
        "Shards": "Partitions that each list is read from; may be raised, never lowered.",
        "FilledShards": "How many of them are filled: see docs/operations.md.",
    }.items()
}
VERSION: dict[str, Resource] = {
    SECRET_VERSION: {
        "Type": "String",
        "Default": "",
        "Description": "The version id of the secret; empty: its current one when first deployed.",
    }
}
OUTPUTS: Mapping[str, object] = {
    "Url": {"Fn::Sub": f"https://{REST_HOST}/{REST_STAGE}"},
    "SocketUrl": {"Fn::Sub": f"wss://{SOCKET_HOST}"},
    "ConsoleUrl": {"Fn::Sub": f"https://{REST_HOST}/{REST_STAGE}/console/index.html"},
    "TableName": {"Ref": TABLE},
    "TopicArn": {"Ref": TOPIC},
    "QueueUrl": {"Ref": WEBHOOK_QUEUE},
    "DeadLetterUrl": {"Ref": DEAD_NUDGES},
    "SecretArn": {"Ref": SECRET},
    "DeadChangesUrl": {"Ref": DEAD_CHANGES},
}


def merged(stage: str, target: Mapping[str, object], *, traced: bool) -> Resource:
    """The template to merge. `target` are the properties of every function that say what its
    package was built for; `traced` is for X-Ray."""
    resources = {
        **storage.storage(),
        **messaging.messaging(),
        **functions.functions(stage, target, traced=traced),
        **api.api(stage, traced=traced),
        **monitoring.watching(names_of(stage)),
    }
    return {
        "Description": f"Baton, {stage}: who may speak in a chatbot conversation.",
        "Parameters": {**SHARDS, **VERSION, **api.PARAMETERS, **monitoring.PARAMETERS},
        "Conditions": {**api.CONDITIONS, **monitoring.CONDITIONS},
        "Resources": resources,
        "Outputs": {name: {"Value": value} for name, value in OUTPUTS.items()},
    }
