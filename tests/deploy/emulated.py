"""The packaged template, deployed for real into the local engine, and found there as a running
stack is.

The engine runs each function as a process of its own, from the zip as it is. What of the template
it takes otherwise than AWS is named in `for_emulator`, and nothing else is changed.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from chalicelib.settings import LOCAL, settings
from chalicelib.wiring import AwsWorld
from infra.local.engine import REGION, Engine
from infra.package import PACKAGE, TEMPLATE
from tests.e2e.scene import Running

Template = dict[str, Any]
BUCKET, STACK, STAGE = "packages", "baton-emulated", "api"
READY_WITHIN = 60.0
"""Seconds."""


class NotDeployed(AssertionError):
    """With the reasons that the engine gives."""


class Deployed:
    """One stack in a running engine: `url`, `environment` and `world` as `tests.support.stack`
    has them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cloudformation = engine.client("cloudformation", read_timeout=60)
        self._s3 = engine.client("s3", read_timeout=60)
        self._s3.create_bucket(Bucket=BUCKET)
        self._changes = 0

    def deploy(self, package: Path, template: Template | None = None) -> None:
        """Makes the stack, or changes it; `template` in the place of the package's own."""
        self._s3.put_object(Bucket=BUCKET, Key=PACKAGE, Body=(package / PACKAGE).read_bytes())
        wanted = template or json.loads((package / TEMPLATE).read_text())
        self._changes += 1
        key = f"{self._changes}.json"
        body = json.dumps(for_emulator(wanted, self._engine.url))
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        change = self._cloudformation.create_stack
        if self._changes > 1:
            change = self._cloudformation.update_stack
        change(
            StackName=STACK,
            TemplateURL=f"{self._engine.url}/{BUCKET}/{key}",
            Capabilities=["CAPABILITY_IAM"],
        )
        self._await()

    @property
    def outputs(self) -> Mapping[str, str]:
        (stack,) = self._cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    @property
    def url(self) -> str:
        return f"{self._engine.url}/restapis/{self.outputs['RestAPIId']}/{STAGE}/_user_request_"

    @property
    def environment(self) -> dict[str, str]:
        """As one of its functions has it."""
        function = self.outputs["WebsocketMessageHandlerName"]
        found = self._engine.client("lambda").get_function_configuration(FunctionName=function)
        return {**self._engine.environment, **found["Environment"]["Variables"]}

    def world(self) -> AwsWorld:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            world = AwsWorld(settings.__wrapped__())
            # Its client takes the credentials of the environment when it is made.
            _ = world.table
        return world

    def invoke(self, function: str, event: object) -> Any:
        """What a function, by its name in app.py, answers."""
        named = self._engine.client("lambda", read_timeout=60)
        (name,) = [
            each["FunctionName"]
            for each in named.list_functions()["Functions"]
            if each["Handler"] == f"app.{function}"
        ]
        answer = named.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return json.load(answer["Payload"])

    def _await(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while True:
            (stack,) = self._cloudformation.describe_stacks(StackName=STACK)["Stacks"]
            status = stack["StackStatus"]
            if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                return
            if "IN_PROGRESS" not in status or time.monotonic() > deadline:
                raise NotDeployed(status, self._failures())
            time.sleep(0.1)

    def _failures(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        return [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}"
            for each in events
            if "FAILED" in each["ResourceStatus"]
        ]


def for_emulator(template: Template, engine: str) -> Template:
    """The template as the engine takes it:

    * expanded by AWS's own SAM translator, which CloudFormation runs by itself;
    * the code in the engine's S3, not beside the template;
    * no `AWS::ApiGatewayV2::Deployment`, which it does not know: the stage deploys by itself;
    * addresses on loopback instead of AWS's host names, which lead nowhere here;
    * the stage `local`, the only one in which a webhook may be on this machine.
    """
    prepared = json.loads(json.dumps(template))
    for resource in prepared["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{BUCKET}/{PACKAGE}"
            variables = resource["Properties"]["Environment"]["Variables"]
            variables.update(_addresses(engine, variables))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        expanded: Template = transform(prepared, {}, _NoManagedPolicies())
    return _without_socket_deployment(expanded)


def _addresses(engine: str, variables: Mapping[str, object]) -> dict[str, object]:
    sockets = f"{engine.removeprefix('http://')}/_aws/execute-api/${{WebsocketAPI}}/{STAGE}"
    rest = f"{engine}/restapis/${{RestAPI}}/{STAGE}/_user_request_"
    replaced: dict[str, object] = {
        "BATON_STAGE": LOCAL,
        "BATON_SOCKET_URL": {"Fn::Sub": f"ws://{sockets}"},
        "BATON_SOCKET_ENDPOINT": {"Fn::Sub": f"http://{sockets}"},
        "BATON_ORIGINS": {"Fn::Sub": rest},
    }
    return {name: value for name, value in replaced.items() if name in variables}


def _without_socket_deployment(template: Template) -> Template:
    resources = template["Resources"]
    for name, resource in list(resources.items()):
        if resource["Type"] == "AWS::ApiGatewayV2::Deployment":
            del resources[name]
        elif resource["Type"] == "AWS::ApiGatewayV2::Stage":
            resource["Properties"].pop("DeploymentId")
            resource["Properties"]["AutoDeploy"] = True
            resource.pop("DependsOn", None)
    return template


class Elsewhere(Running):
    """A deployed stack, for stories that are told of one on this machine."""

    def __init__(self, deployed: Deployed) -> None:
        self.url = deployed.url
        self.environment = deployed.environment
        vars(self)["world"] = deployed.world()


class _NoManagedPolicies(ManagedPolicyLoader):
    """Functions have roles of their own; nothing is looked up by name."""

    def __init__(self) -> None:
        """There is no IAM to ask."""

    def load(self) -> dict[str, str]:
        return {}
