"""The names of the template's resources."""

from chalicelib.entrypoints.http.route import LOGIN_FUNCTION, REST_FUNCTION
from infra.template.metrics import Names
from infra.template.policies import (
    SOCKETS,
    STREAM_DEAD_LETTERS,
    TABLE,
    TOPIC,
    WEBHOOK_DEAD_LETTERS,
    WEBHOOK_QUEUE,
    log_of,
)

LOGIN = "LogIn"
FUNCTIONS = {
    REST_FUNCTION: "APIHandler",
    LOGIN_FUNCTION: LOGIN,
    "connect": "WebsocketConnect",
    "message": "WebsocketMessage",
    "disconnect": "WebsocketDisconnect",
    "on_change": "OnChange",
    "on_webhook_queue": "OnWebhookQueue",
    "on_push_queue": "OnPushQueue",
    "on_minute": "OnMinute",
}
"""The logical names of the functions, by their names in app.py. Chalice gives all but LOGIN, which
runs the same handler as the REST function."""

REST_API, REST_STAGE = "RestAPI", "api"
SECRET, SECRET_VERSION = "Secret", "SecretVersion"
EDGE_SECRET, EDGE_SECRET_VERSION = "EdgeSecret", "EdgeSecretVersion"


def secret_name(purpose: str) -> dict[str, object]:
    """A name that begins with the stack's, because the policies of the deployer permit `baton-*`.
    It ends with the stack's own id: a new stack of the same stage can have a secret while the one
    before is kept, or can still be restored."""
    own_id = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
    return {"Fn::Sub": [f"${{AWS::StackName}}-{purpose}-${{StackId}}", {"StackId": own_id}]}


def stack_of(stage: str) -> str:
    """The name of the stage's stack."""
    return f"baton-{stage}"


def names_of(stage: str) -> Names:
    """The names that alarms and the dashboard need."""
    return Names(
        stage=stage,
        functions=FUNCTIONS,
        log_groups={function: log_of(logical) for function, logical in FUNCTIONS.items()},
        table=TABLE,
        webhook_queue=WEBHOOK_QUEUE,
        dead_letters={"webhooks": WEBHOOK_DEAD_LETTERS, "stream": STREAM_DEAD_LETTERS},
        rest_api=stack_of(stage),
        rest_stage=REST_STAGE,
        topic=TOPIC,
        socket_api=SOCKETS,
    )
