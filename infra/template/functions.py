"""Adds to Chalice's functions: environment, role, log group, and options of the event sources."""

import json
from collections.abc import Mapping

from chalicelib.adapters.dynamodb.stream import STREAM_FILTER
from chalicelib.entrypoints.http.route import LOGIN_FUNCTION, REST_FUNCTION
from chalicelib.settings import (
    IDLE_HOURS,
    LOG_LEVELS,
    MAX_SESSION_HOURS,
    SECOND_FACTOR,
    SESSION_HOURS,
)
from infra.local.aws.messaging import PUSH_VISIBILITY, VISIBILITY
from infra.template import rollout
from infra.template.domains import CONSOLE_URL, EDGE_TOKEN, ORIGINS, SOCKET_HOST, SOCKET_URL
from infra.template.metrics import Resource
from infra.template.names import FUNCTIONS, SECRET, SECRET_VERSION
from infra.template.policies import (
    FILES,
    HAS_MAIL,
    MAIL,
    PUSH_QUEUE,
    SECRETS_KEY,
    STREAM_DEAD_LETTERS,
    TABLE,
    TOPIC,
    WEBHOOK_DEAD_LETTERS,
    WEBHOOK_QUEUE,
    log_of,
    role_of,
    roles,
)
from infra.template.storage import MAKES_TABLE

HOLD_SECRET = frozenset({REST_FUNCTION, LOGIN_FUNCTION, "message"})
"""The functions that sign or verify tokens and cursors. The other ones cannot leak the secret."""
SENDS_MAIL, SENDS_PUSH = "on_webhook_queue", "on_push_queue"
ASK_FOR_MAIL = frozenset({REST_FUNCTION, LOGIN_FUNCTION, SENDS_MAIL})
RETENTION_DAYS = 30
STREAM_RETRIES = 10
"""Attempts for a batch, which is halved each time, before its first record is a dead letter."""
TIMEOUTS = {"on_change": 60, "on_webhook_queue": 60, SENDS_PUSH: 30, "on_minute": 59}
"""Seconds. The other functions have 29 seconds, the limit of API Gateway."""
assert TIMEOUTS["on_webhook_queue"] < VISIBILITY
assert TIMEOUTS[SENDS_PUSH] < PUSH_VISIBILITY


LIMIT = r"[a-z_]+=(off|[1-9][0-9]{0,5}/[1-9][0-9]{0,4}s\+[1-9][0-9]{0,5})"
"""As `chalicelib/settings.py` reads it."""
PARAMETERS: dict[str, Resource] = {
    "LogLevel": {
        "Type": "String",
        "Default": LOG_LEVELS[0],
        "AllowedValues": [*LOG_LEVELS],
        "Description": "WARNING and ERROR leave out the line for each request, and with it the "
        "metrics GateLatency and ColdStarts.",
    },
    "SignOnSecret": {
        "Type": "String",
        "Default": "",
        "Description": "ARN of the secret in Secrets Manager with the settings of single sign-on, "
        "see docs/administration.md. Empty: there is none.",
    },
    MAIL: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": "^([^@<> ]+@[^@<> ]+)?$",
        "ConstraintDescription": "An e-mail address without a name, or empty.",
        "Description": "The address that mails to people come from. SES in this region must have "
        "verified it or its domain. Empty: no mail is sent.",
    },
    "SecondFactor": {
        "Type": "String",
        "Default": SECOND_FACTOR[0],
        "AllowedValues": [*SECOND_FACTOR],
        "Description": "Who must have a second factor to log in. off: nobody is asked for one.",
    },
    "SessionHours": {
        "Type": "Number",
        "Default": SESSION_HOURS,
        "MinValue": 1,
        "MaxValue": MAX_SESSION_HOURS,
        "Description": "Hours after which people must sign in again.",
    },
    "SessionIdleHours": {
        "Type": "Number",
        "Default": IDLE_HOURS,
        "MinValue": 1,
        "MaxValue": MAX_SESSION_HOURS,
        "Description": "Hours without use after which people must sign in again. More than "
        "SessionHours has no effect.",
    },
    "Limits": {
        "Type": "String",
        "Default": "",
        "Description": "Rate limits that differ from those of docs/limits.md, as in "
        "key=200/1s+1000 typing=off, or off for all. Empty: none differs.",
        "AllowedPattern": f"^(off|({LIMIT}( +{LIMIT})*)?)$",
    },
}


CONDITIONS: dict[str, object] = {
    "HasSignOn": {"Fn::Not": [{"Fn::Equals": [{"Ref": "SignOnSecret"}, ""]}]},
    HAS_MAIL: {"Fn::Not": [{"Fn::Equals": [{"Ref": MAIL}, ""]}]},
}


def functions(stage: str, target: Mapping[str, object], *, traced: bool) -> dict[str, Resource]:
    """The functions' properties by logical name. `target` is the runtime and the architecture."""
    made: dict[str, Resource] = {
        logical: {"Properties": {**_properties(stage, function, logical), **target}}
        for function, logical in FUNCTIONS.items()
    }
    return made | roles(FUNCTIONS, traced=traced) | _logs()


def _properties(stage: str, function: str, logical: str) -> Resource:
    properties: Resource = {
        "Role": {"Fn::GetAtt": [role_of(logical), "Arn"]},
        "LoggingConfig": {"LogGroup": {"Ref": log_of(logical)}},
        "Environment": {"Variables": _environment(stage, function)},
        **rollout.published(function),
        **rollout.concurrency(logical),
    }
    if function in TIMEOUTS:
        properties["Timeout"] = TIMEOUTS[function]
    if function in EVENTS:
        properties["Events"] = EVENTS[function]
    return properties


def _environment(stage: str, function: str) -> dict[str, object]:
    """Only `connect` gets `BATON_ORIGINS`: the REST function cannot refer to the REST API's
    address, because the API refers to the function."""
    variables: dict[str, object] = {
        "BATON_STAGE": stage,
        "BATON_TABLE": {"Ref": TABLE},
        "BATON_TOPIC_ARN": {"Ref": TOPIC},
        "BATON_QUEUE_URL": {"Ref": WEBHOOK_QUEUE},
        "BATON_DEAD_LETTER_URL": {"Ref": WEBHOOK_DEAD_LETTERS},
        "BATON_PUSH_QUEUE_URL": {"Ref": PUSH_QUEUE},
        "BATON_FILES_BUCKET": {"Ref": FILES},
        "BATON_FILES_URL": {"Fn::Sub": f"https://${{{FILES}.RegionalDomainName}}"},
        "BATON_SOCKET_URL": SOCKET_URL,
        "BATON_SOCKET_ENDPOINT": {"Fn::Sub": f"https://{SOCKET_HOST}"},
        "BATON_SHARDS": {"Ref": "Shards"},
        "BATON_LOG_LEVEL": {"Ref": "LogLevel"},
        "BATON_WATCHING": {"Ref": "Watching"},
        "BATON_FILLED_SHARDS": {"Ref": "FilledShards"},
        "BATON_SECRETS_KEY": {"Ref": SECRETS_KEY},
        "BATON_LIMITS": {"Ref": "Limits"},
    }
    if function in HOLD_SECRET:
        variables["BATON_SECRET"] = {"Fn::Sub": SECRET_VALUE}
    if function in (REST_FUNCTION, LOGIN_FUNCTION):
        variables["BATON_EDGE_TOKEN"] = {"Fn::If": ["HasConsoleCache", EDGE_TOKEN, ""]}
        variables["BATON_OIDC"] = {"Fn::If": ["HasSignOn", {"Fn::Sub": SIGN_ON_VALUE}, ""]}
        variables["BATON_SECOND_FACTOR"] = {"Ref": "SecondFactor"}
        variables["BATON_SESSION_HOURS"] = {"Ref": "SessionHours"}
        variables["BATON_SESSION_IDLE_HOURS"] = {"Ref": "SessionIdleHours"}
    if function in ASK_FOR_MAIL:
        variables["BATON_MAIL_SENDER"] = {"Ref": MAIL}
    if function in (SENDS_MAIL, SENDS_PUSH):
        variables["BATON_CONSOLE_URL"] = CONSOLE_URL
    if function == "connect":
        variables["BATON_ORIGINS"] = ORIGINS
    return variables


SECRET_VALUE = f"{{{{resolve:secretsmanager:${{{SECRET}}}:SecretString:::${{{SECRET_VERSION}}}}}}}"
"""CloudFormation puts the secret into the environment, because reading Secrets Manager would add a
client and a request to each cold start. It reads the secret only if the text of this reference
changes, so the reference contains the version.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html"""

SIGN_ON_VALUE = "{{resolve:secretsmanager:${SignOnSecret}}}"

START = {"Fn::If": [MAKES_TABLE, "TRIM_HORIZON", "LATEST"]}
"""An adopted table's stream may hold the changes of the last 24 hours. Lambda takes no time as the
start for DynamoDB; the sweep makes up for changes that come before the event source is ready."""

EVENTS: Mapping[str, Resource] = {
    "on_change": {
        "OnChangeDynamodbEventSource": {
            "Properties": {
                "Stream": {"Fn::GetAtt": [TABLE, "StreamArn"]},
                "FilterCriteria": {"Filters": [{"Pattern": json.dumps(STREAM_FILTER)}]},
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "BisectBatchOnFunctionError": True,
                "MaximumRetryAttempts": STREAM_RETRIES,
                "ParallelizationFactor": 10,
                "StartingPosition": START,
                "DestinationConfig": {
                    "OnFailure": {
                        "Type": "SQS",
                        "Destination": {"Fn::GetAtt": [STREAM_DEAD_LETTERS, "Arn"]},
                    }
                },
            }
        }
    },
    SENDS_PUSH: {
        "OnPushQueueSqsEventSource": {
            "Properties": {
                "Queue": {"Fn::GetAtt": [PUSH_QUEUE, "Arn"]},
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            }
        }
    },
    "on_webhook_queue": {
        "OnWebhookQueueSqsEventSource": {
            "Properties": {
                "Queue": {"Fn::GetAtt": [WEBHOOK_QUEUE, "Arn"]},
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            }
        }
    },
}


def _logs() -> dict[str, Resource]:
    """Log groups that expire; the ones that Lambda creates itself never do."""
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": RETENTION_DAYS}}
    return {log_of(logical): group for logical in FUNCTIONS.values()}
