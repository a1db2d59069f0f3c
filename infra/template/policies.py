"""The IAM policy of each function: the calls of its code and of its event source, nothing else.

`tests/deploy/test_policies.py` compares `PERMITTED` with the calls that the code makes. A `*`
appears only where AWS offers no narrower resource name; a comment gives the reason.
"""

from collections.abc import Iterable, Mapping

from chalicelib.adapters.aws.s3 import KEPT, NEW
from chalicelib.adapters.dynamodb.keys import AUDIT
from infra.template.metrics import Resource

TABLE, TOPIC, WEBHOOK_QUEUE, SOCKETS = "Table", "Events", "WebhookQueue", "WebsocketAPI"
PUSH_QUEUE = "PushQueue"
WEBHOOK_DEAD_LETTERS, STREAM_DEAD_LETTERS = "WebhookDeadLetters", "StreamDeadLetters"
"""The logical names in the template."""
MAIL, HAS_MAIL = "MailSender", "HasMailSender"
"""The parameter with the address that mails come from, which may be empty, and its condition."""
STREAM = f"{TABLE}/stream"
FILES = "Files"
NEW_FILES, KEPT_FILES = f"{FILES}/{NEW}*", f"{FILES}/{KEPT}*"
SECRETS_KEY, OLD_SECRETS_KEY = "SecretsKey", "OldSecretsKey"
"""Parameters with the ARNs of KMS keys: the one that seals stored secrets, and the one before,
which only opens them. Both may be empty."""
HAS_SECRETS_KEY, HAS_OLD_SECRETS_KEY = f"Has{SECRETS_KEY}", f"Has{OLD_SECRETS_KEY}"
USES_SECRETS_KEY = f"Uses{SECRETS_KEY}"
AUDIT_PARTITIONS = (AUDIT, f"{AUDIT}#*")
"""The patterns of the partition keys of the audit trail."""
DATA_KEY, HAS_DATA_KEY = "DataKey", "HasDataKey"
"""The parameter with the ARN of the key of the table, the topic and the queues; may be empty."""
BOUNDARY, HAS_BOUNDARY = "PermissionsBoundary", "HasPermissionsBoundary"
"""The parameter with the ARN of the managed policy that bounds each role; may be empty."""
BOUNDARY_ARN = "^$|^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$"
NO_VALUE = {"Ref": "AWS::NoValue"}
ROLE = "AWS::IAM::Role"

Permissions = Mapping[str, frozenset[str]]
"""Operations by resource."""


def index(name: str) -> str:
    """The name of an index in these tables."""
    return f"{TABLE}/index/{name}"


def _may(*operations: str) -> frozenset[str]:
    return frozenset(operations)


READS = _may("BatchGetItem", "GetItem", "Query")
COMMANDS = READS | _may("PutItem", "UpdateItem")
"""IAM checks each step of a transaction; there is no permission for the transaction itself."""
CLEANS_UP = _may("BatchWriteItem")
"""Deletes a closed connection and its watches."""
LISTS = _may("Query")
PUSHES = _may("PostToConnection")
CLOSES = _may("DeleteConnection")
SIGNS_LINKS = _may("GetObject")
"""A signed address permits what the function that signed it may do."""
USES_FILES: Permissions = {
    FILES: _may("ListBucket"),
    NEW_FILES: _may("GetObject"),
    KEPT_FILES: _may("GetObject", "PutObject"),
}
"""Reads the first bytes of an upload, and copies it. S3 tells only those who may list a bucket that
an object does not exist; to others it says that they may not read it."""

PERMITTED: Mapping[str, Permissions] = {
    "api_handler": {
        TABLE: COMMANDS | CLEANS_UP | _may("ConditionCheckItem", "DeleteItem"),
        **{index(name): LISTS for name in ("board", "recent", "name", "handoffs")},
        SOCKETS: PUSHES | CLOSES,
        WEBHOOK_QUEUE: _may("SendMessage"),
        SECRETS_KEY: _may("Decrypt", "Encrypt"),
        **USES_FILES,
        NEW_FILES: _may("GetObject", "PutObject"),
    },
    "log_in": {
        TABLE: CLEANS_UP | COMMANDS,
        SECRETS_KEY: _may("Decrypt", "Encrypt"),
        index("board"): LISTS,
        SOCKETS: PUSHES | CLOSES,
        WEBHOOK_QUEUE: _may("SendMessage"),
    },
    "connect": {
        TABLE: COMMANDS | CLEANS_UP | _may("DeleteItem"),
        index("board"): LISTS,
        SOCKETS: PUSHES,
    },
    "message": {
        TABLE: COMMANDS | CLEANS_UP,
        index("board"): LISTS,
        SOCKETS: PUSHES,
        WEBHOOK_QUEUE: _may("SendMessage"),
        **USES_FILES,
    },
    "disconnect": {
        TABLE: READS | CLEANS_UP | _may("UpdateItem"),
        index("board"): LISTS,
        SOCKETS: PUSHES,
    },
    "on_change": {
        TABLE: COMMANDS | CLEANS_UP,
        index("board"): LISTS,
        SOCKETS: PUSHES,
        TOPIC: _may("Publish"),
        WEBHOOK_QUEUE: _may("SendMessage"),
        PUSH_QUEUE: _may("SendMessage"),
        KEPT_FILES: SIGNS_LINKS,
    },
    "on_push_queue": {
        TABLE: _may("GetItem") | CLEANS_UP,
        PUSH_QUEUE: _may("ChangeMessageVisibility"),
        SECRETS_KEY: _may("Decrypt"),
    },
    "on_webhook_queue": {
        TABLE: COMMANDS | CLEANS_UP,
        KEPT_FILES: SIGNS_LINKS,
        SOCKETS: PUSHES,
        WEBHOOK_QUEUE: _may("ChangeMessageVisibility"),
        WEBHOOK_DEAD_LETTERS: _may("SendMessage"),
        SECRETS_KEY: _may("Decrypt"),
        MAIL: _may("SendEmail"),
    },
    "on_minute": {
        TABLE: COMMANDS | CLEANS_UP | _may("DeleteItem"),
        **{index(name): LISTS for name in ("board", "recent", "due")},
        SOCKETS: PUSHES,
        TOPIC: _may("Publish"),
        WEBHOOK_QUEUE: _may("SendMessage"),
        PUSH_QUEUE: _may("SendMessage"),
        FILES: _may("ListBucket"),
        NEW_FILES: _may("DeleteObject"),
        KEPT_FILES: SIGNS_LINKS | _may("DeleteObject"),
    },
}
"""The calls that the functions' code makes."""

SOURCES: Mapping[str, Permissions] = {
    "on_change": {
        STREAM: _may("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"),
        STREAM_DEAD_LETTERS: _may("SendMessage"),
    },
    "on_webhook_queue": {
        WEBHOOK_QUEUE: _may("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    },
    "on_push_queue": {PUSH_QUEUE: _may("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")},
}
"""The calls that Lambda's event sources make with the function's role: they read the stream and the
queue, and send failed stream batches to a queue.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html,
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""


LEAVING: Mapping[str, Permissions] = {}
"""Permissions that the last release needs and this one does not. During a gradual rollout, the old
functions still use the role. Empty it with the next release. It cannot name SECRETS_KEY or MAIL,
whose statements depend on parameters."""


def table_operations() -> frozenset[str]:
    """The operations on the table and its indexes that any function's code may call."""
    return frozenset(
        operation
        for permissions in PERMITTED.values()
        for resource, operations in permissions.items()
        if resource.partition("/")[0] == TABLE
        for operation in operations
    )


SERVICES = {TABLE: "dynamodb", TOPIC: "sns", SOCKETS: "execute-api", FILES: "s3"}
"""The service of each resource; the others are queues."""


def roles(functions: Mapping[str, str], *, traced: bool = False) -> dict[str, Resource]:
    """A role for each function, by logical name. `functions` maps the functions' names in app.py to
    their logical names; `traced` adds the X-Ray permissions."""
    return {
        role_of(logical): _role(function, logical, traced)
        for function, logical in functions.items()
    }


def bounded(resources: Mapping[str, Resource]) -> dict[str, Resource]:
    """These resources, in which each role has the permissions boundary of the parameter."""
    boundary = {"Fn::If": [HAS_BOUNDARY, {"Ref": BOUNDARY}, NO_VALUE]}
    return {
        name: {**each, "Properties": {**each["Properties"], BOUNDARY: boundary}}
        if each.get("Type") == ROLE
        else each
        for name, each in resources.items()
    }


def role_of(logical: str) -> str:
    return f"{logical}Role"


def log_of(logical: str) -> str:
    """The logical name of the function's log group."""
    return f"{logical}Log"


def _role(function: str, logical: str, traced: bool) -> Resource:
    return {
        "Type": ROLE,
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
                {"PolicyName": "own", "PolicyDocument": policy_of(function, logical, traced)},
                *_secrets_policy(function),
                *([_mail_policy()] if MAIL in PERMITTED[function] else []),
                _storage_key_policy(),
            ],
        },
    }


def policy_of(function: str, logical: str, traced: bool = False) -> Resource:
    """The function's policy document, without its use of the key of stored secrets and of mail,
    which depends on parameters."""
    permissions = [
        each
        for table in (PERMITTED, SOURCES, LEAVING)
        for each in table.get(function, {}).items()
        if each[0] not in (SECRETS_KEY, MAIL)
    ]
    statements = [_statement(_actions(name, what), _arn(name, what)) for name, what in permissions]
    log = _statement(
        ["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": [log_of(logical), "Arn"]}
    )
    tracing = [_statement(TRACES, "*")] if traced else []
    document = [*statements, _protects_audit_trail(), log, *tracing]
    return {"Version": "2012-10-17", "Statement": document}


def _protects_audit_trail() -> Resource:
    """No function changes or deletes an event of the audit trail: the trail's rows expire by TTL,
    which needs no permission. IAM cannot tell a new row from one that replaces another, so
    `PutItem` stays permitted; the code puts events under random ids.

    `LeadingKeys` are the partition keys of a call; a batch and a transaction have several.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    changes = ("BatchWriteItem", "DeleteItem", "UpdateItem")
    denied = _statement(_actions(TABLE, changes), _arn(TABLE, changes)) | {"Effect": "Deny"}
    condition = {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": [*AUDIT_PARTITIONS]}}
    return denied | {"Condition": condition}


OF_WEBHOOKS, OF_PUSH = ["baton-bot", "baton-webhook"], ["baton-push"]
SECRET_CONTEXTS = {
    "log_in": ["baton-person"],
    "api_handler": [*OF_WEBHOOKS, *OF_PUSH],
    "on_push_queue": OF_PUSH,
}
"""The names in the encryption context of the secrets that a function seals and opens, if they are
not those of webhooks."""


def _secrets_policy(function: str) -> list[Resource]:
    """Exists only if there is a key. The encryption context must have names, all of them ours:
    `ForAllValues` alone would permit a call without a context."""
    operations = PERMITTED[function].get(SECRETS_KEY, frozenset())
    names, ours = "kms:EncryptionContextKeys", SECRET_CONTEXTS.get(function, OF_WEBHOOKS)
    condition = {"ForAllValues:StringEquals": {names: ours}, "Null": {names: "false"}}
    new = {"Fn::If": [HAS_SECRETS_KEY, {"Ref": SECRETS_KEY}, NO_VALUE]}
    old = {"Fn::If": [HAS_OLD_SECRETS_KEY, {"Ref": OLD_SECRETS_KEY}, NO_VALUE]}
    seals = _statement(["kms:Encrypt"], {"Ref": SECRETS_KEY}) | {"Condition": condition}
    opens = _statement(["kms:Decrypt"], [new, old]) | {"Condition": condition}
    statements: list[Resource] = []
    if "Encrypt" in operations:
        statements.append({"Fn::If": [HAS_SECRETS_KEY, seals, NO_VALUE]})
    if "Decrypt" in operations:
        statements.append(opens)
    document = {"Version": "2012-10-17", "Statement": statements}
    policy = {"PolicyName": "stored-secrets", "PolicyDocument": document}
    return [{"Fn::If": [USES_SECRETS_KEY, policy, NO_VALUE]}] if statements else []


def _mail_policy() -> Resource:
    """Exists only if there is a sender. SES asks for the identity that is verified: the address or
    its domain. Nobody can send as another address of the domain.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsesv2.html
    """
    identities = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/"
    # `@-` gives an empty address a second part, too.
    domain = {"Fn::Select": [1, {"Fn::Split": ["@", {"Fn::Sub": f"${{{MAIL}}}@-"}]}]}
    resources = [
        {"Fn::Sub": f"{identities}${{{MAIL}}}"},
        {"Fn::Sub": [f"{identities}${{MailDomain}}", {"MailDomain": domain}]},
    ]
    statement = _statement(["ses:SendEmail"], resources)
    statement["Condition"] = {"StringEquals": {"ses:FromAddress": {"Ref": MAIL}}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Fn::If": [HAS_MAIL, {"PolicyName": "mail", "PolicyDocument": document}, NO_VALUE]}


def _storage_key_policy() -> Resource:
    """DynamoDB, S3, SNS and SQS use the key with the rights of whoever calls them. All functions
    call the table; no function can use the key by itself.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html,
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    services = [{"Fn::Sub": f"{each}.${{AWS::Region}}.*"} for each in VIA]
    statement = _statement(DATA_KEY_USES, {"Ref": DATA_KEY})
    statement["Condition"] = {"StringLike": {"kms:ViaService": services}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policy = {"PolicyName": "data-key", "PolicyDocument": document}
    return {"Fn::If": [HAS_DATA_KEY, policy, NO_VALUE]}


VIA = ("dynamodb", "s3", "sns", "sqs")
DATA_KEY_USES = (
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo"),
)
TRACES = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
"""X-Ray has no resources, so these are permitted on `*`."""


def _statement(actions: Iterable[str], resource: object) -> Resource:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resource}


def _actions(resource: str, operations: Iterable[str]) -> list[str]:
    if resource == SOCKETS:
        return ["execute-api:ManageConnections"]
    service = SERVICES.get(resource.partition("/")[0], "sqs")
    return [f"{service}:{operation}" for operation in operations]


def _arn(resource: str, operations: Iterable[str]) -> object:
    name, _, inner = resource.partition("/")
    if resource == SOCKETS:
        arns = [{"Fn::Sub": CONNECTIONS + METHODS[each]} for each in sorted(operations)]
        return arns if len(arns) > 1 else arns[0]
    if resource == STREAM:
        return {"Fn::Sub": f"${{{TABLE}.Arn}}/stream/*"}  # A table has one enabled stream.
    if resource == TOPIC:
        return {"Ref": TOPIC}
    if inner:
        return {"Fn::Sub": f"${{{name}.Arn}}/{inner}"}
    return {"Fn::GetAtt": [name, "Arn"]}


CONNECTIONS = (
    f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{SOCKETS}}}/*/"
)
METHODS = {
    "PostToConnection": "POST/@connections/*",
    "DeleteConnection": "DELETE/@connections/*",
}
"""Any stage and any connection of this API; connection ids are not known in advance."""
