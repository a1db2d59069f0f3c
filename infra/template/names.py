"""What the template's resources are called, each name once."""

from infra.template.metrics import Names
from infra.template.policies import DEAD_CHANGES, DEAD_NUDGES, TABLE, WEBHOOK_QUEUE, log_of

FUNCTIONS = {
    "api_handler": "APIHandler",
    "connect": "WebsocketConnect",
    "message": "WebsocketMessage",
    "disconnect": "WebsocketDisconnect",
    "on_change": "OnChange",
    "on_webhook_queue": "OnWebhookQueue",
    "on_minute": "OnMinute",
}
"""As Chalice names them, by the function's name in app.py."""

REST_API, REST_STAGE = "RestAPI", "api"
SECRET, SECRET_VERSION = "Secret", "SecretVersion"


def stack_of(stage: str) -> str:
    """The stack's name, and the beginning of all names that a person chooses."""
    return f"baton-{stage}"


def names_of(stage: str) -> Names:
    """For the alarms and the dashboard."""
    return Names(
        stage=stage,
        functions=FUNCTIONS,
        log_groups={function: log_of(logical) for function, logical in FUNCTIONS.items()},
        table=TABLE,
        webhook_queue=WEBHOOK_QUEUE,
        dead_letters={"nudges": DEAD_NUDGES, "changes": DEAD_CHANGES},
        rest_api=stack_of(stage),
        rest_stage=REST_STAGE,
    )
