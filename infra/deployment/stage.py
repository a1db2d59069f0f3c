"""Reads the environment variables of a deployed stage, for tools on this machine."""

from typing import Any

from infra.deployment.cloudformation import Stack
from infra.template.names import stack_of
from infra.template.rollout import ALIAS

FUNCTION = "WebsocketMessageHandlerName"
"""The stack output with a function's name. This function has the secret, and no setting that only
others have but `BATON_EDGE_TOKEN` and `BATON_ORIGINS`, which no tool needs."""


class StageNotDeployed(Exception):
    """The stage has no stack; the text tells the user what to do next."""


def environment_of(session: Any, stage: str) -> dict[str, str]:
    """The settings of the version that serves all or most calls, and not those of a deployment that
    has been rolled back. `session` is a boto3 session. The result includes the secret.

    Raises StageNotDeployed.
    """
    stack = Stack(session.client("cloudformation"), stack_of(stage))
    name = stack.outputs.get(FUNCTION)
    if name is None:
        raise StageNotDeployed(
            f"There is no stack {stack.name} in {session.region_name}. "
            f"Run: make deploy STAGE={stage}"
        )
    found = session.client("lambda").get_function_configuration(FunctionName=name, Qualifier=ALIAS)
    variables: dict[str, str] = found["Environment"]["Variables"]
    return {**variables, "BATON_URL": stack.outputs["Url"], "AWS_REGION": session.region_name}
