"""What each function may do: what its code asks for, what its event source asks for in its name,
and nothing else.

`tests/deploy/test_policies.py` holds `PERMITTED` to the code in both directions. Nothing here ends
in `*` but where AWS has no name for what is meant; each of those has its reason beside it.
"""

from collections.abc import Iterable, Mapping

from infra.template.metrics import Resource

TABLE, TOPIC, WEBHOOK_QUEUE, SOCKETS = "Table", "Events", "Nudges", "WebsocketAPI"
DEAD_NUDGES, DEAD_CHANGES = "DeadNudges", "DeadChanges"
"""Logical names in the template."""
STREAM = f"{TABLE}/stream"

Permitted = Mapping[str, frozenset[str]]
"""Operations by resource."""


def index(name: str) -> str:
    """How an index of the table is named here."""
    return f"{TABLE}/index/{name}"


def _may(*operations: str) -> frozenset[str]:
    return frozenset(operations)


READS = _may("BatchGetItem", "GetItem", "Query")
COMMANDS = READS | _may("PutItem", "UpdateItem")
"""A transaction needs the permission of each of its steps; there is none for itself."""
FORGETS = _may("BatchWriteItem")
"""A connection that is gone, and its watches."""
LISTS = _may("Query")
SPEAKS = _may("PostToConnection")

PERMITTED: Mapping[str, Permitted] = {
    "api_handler": {
        TABLE: COMMANDS | FORGETS | _may("ConditionCheckItem", "DeleteItem"),
        **{index(name): LISTS for name in ("board", "recent", "name", "handoffs")},
        SOCKETS: SPEAKS,
    },
    "connect": {TABLE: COMMANDS | _may("DeleteItem"), index("board"): LISTS},
    "message": {
        TABLE: COMMANDS | FORGETS,
        index("board"): LISTS,
        SOCKETS: SPEAKS,
        WEBHOOK_QUEUE: _may("SendMessage"),
    },
    "disconnect": {TABLE: COMMANDS | FORGETS, index("board"): LISTS, SOCKETS: SPEAKS},
    "on_change": {
        TABLE: COMMANDS | FORGETS,
        index("board"): LISTS,
        SOCKETS: SPEAKS,
        TOPIC: _may("Publish"),
        WEBHOOK_QUEUE: _may("SendMessage"),
    },
    "on_webhook_queue": {
        TABLE: _may("BatchWriteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
        SOCKETS: SPEAKS,
        WEBHOOK_QUEUE: _may("ChangeMessageVisibility"),
        DEAD_NUDGES: _may("SendMessage"),
    },
    "on_minute": {TABLE: COMMANDS, index("board"): LISTS, index("due"): LISTS},
}
"""What the code asks for."""

SOURCES: Mapping[str, Permitted] = {
    "on_change": {
        STREAM: _may("DescribeStream", "GetRecords", "GetShardIterator"),
        DEAD_CHANGES: _may("SendMessage"),
    },
    "on_webhook_queue": {
        WEBHOOK_QUEUE: _may("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    },
}
"""What Lambda itself asks for, in the function's name: it reads the stream and the queue, and puts
aside what a function could not take. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html,
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""

SERVICES = {TABLE: "dynamodb", TOPIC: "sns", SOCKETS: "execute-api"}
"""All else is a queue."""


def roles(functions: Mapping[str, str], *, traced: bool = False) -> dict[str, Resource]:
    """A role for each function, by logical name. `functions` are logical names by the function's
    name in app.py; `traced` is for X-Ray."""
    return {
        role_of(logical): _role(function, logical, traced)
        for function, logical in functions.items()
    }


def role_of(logical: str) -> str:
    return f"{logical}Role"


def log_of(logical: str) -> str:
    """The function's log group."""
    return f"{logical}Log"


def _role(function: str, logical: str, traced: bool) -> Resource:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {"PolicyName": "own", "PolicyDocument": policy_of(function, logical, traced)}
            ],
        },
    }


def policy_of(function: str, logical: str, traced: bool = False) -> Resource:
    """The policy document of a function."""
    asked = [*PERMITTED[function].items(), *SOURCES.get(function, {}).items()]
    statements = [_statement(_actions(name, what), _arn(name)) for name, what in asked]
    log = _statement(
        ["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": [log_of(logical), "Arn"]}
    )
    tracing = [_statement(TRACES, "*")] if traced else []
    return {"Version": "2012-10-17", "Statement": [*statements, log, *tracing]}


WRITES_LOG = ["logs:CreateLogStream", "logs:PutLogEvents"]
TRACES = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
"""On everything: X-Ray knows no resources."""


def _statement(actions: Iterable[str], resource: object) -> Resource:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resource}


def _actions(resource: str, operations: Iterable[str]) -> list[str]:
    if resource == SOCKETS:
        return ["execute-api:ManageConnections"]
    service = SERVICES.get(resource.partition("/")[0], "sqs")
    return [f"{service}:{operation}" for operation in operations]


def _arn(resource: str) -> object:
    name, _, inner = resource.partition("/")
    if resource == SOCKETS:
        return {"Fn::Sub": CONNECTIONS}
    if resource == STREAM:
        return {"Fn::GetAtt": [TABLE, "StreamArn"]}
    if resource == TOPIC:
        return {"Ref": TOPIC}
    if inner:
        return {"Fn::Sub": f"${{{name}.Arn}}/{inner}"}
    return {"Fn::GetAtt": [name, "Arn"]}


CONNECTIONS = (
    "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
    f"${{{SOCKETS}}}/*/POST/@connections/*"
)
"""Of any stage of this API, and any connection: their names are made when somebody connects."""
