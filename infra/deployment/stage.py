"""Where a deployed stage is: the environment of its functions, for tools on this machine."""

from typing import Any

from infra.deployment.cloudformation import Stack
from infra.template.names import stack_of

FUNCTION = "WebsocketMessageHandlerName"
"""An output of the stack: the name of one of its functions, which all know the same places."""


class NotThere(Exception):
    """No such stage, in a sentence with the next step."""


def environment_of(session: Any, stage: str) -> dict[str, str]:
    """`session` is boto3's. The installation's secret is in it. Raises NotThere."""
    stack = Stack(session.client("cloudformation"), stack_of(stage))
    name = stack.outputs.get(FUNCTION)
    if name is None:
        raise NotThere(
            f"There is no stack {stack.name} in {session.region_name}. "
            f"Run: make deploy STAGE={stage}"
        )
    found = session.client("lambda").get_function_configuration(FunctionName=name)
    variables: dict[str, str] = found["Environment"]["Variables"]
    return {**variables, "BATON_URL": stack.outputs["Url"], "AWS_REGION": session.region_name}
