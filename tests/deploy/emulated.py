"""The packaged template, deployed for real into the local engine, and found there as a running
stack is.

The engine runs each function as a process of its own, from the zip as it is. What of the template
it takes otherwise than AWS is named in `for_emulator`, and nothing else is changed.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from chalicelib.settings import LOCAL
from infra.deployment.cloudformation import Stack
from infra.deployment.deploy import Bucket, read, uploaded
from infra.local.aws.engine import REGION, Engine
from tests.e2e.bot_setup import Running
from tests.support.stack import services_of

Template = dict[str, Any]
BUCKET, STACK, STAGE = "packages", "baton-emulated", "api"
READY_WITHIN = 60.0
"""Seconds."""


class Deployed:
    """One stack in a running engine: `url` and `environment` as `tests.support.stack` has them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        client = engine.client("cloudformation", read_timeout=60)
        self._stack = Stack(client, STACK, deadline=READY_WITHIN, poll=0.1)
        self._bucket = Bucket(engine.client("s3", read_timeout=60), BUCKET)
        self._bucket.prepare()

    def deploy(self, package: Path, template: Template | None = None) -> None:
        """Makes the stack, or changes it; `template` in the place of the package's own."""
        zipped, made = read(package)
        code = f"s3://{BUCKET}/{self._bucket.put(zipped, '.zip')}"
        wanted = for_emulator(template or made, self._engine.url, code)
        proposal = self._stack.propose(uploaded(self._bucket, zipped, wanted), [], {})
        assert proposal, "a deployment changes something"
        self._stack.carry_out(proposal, lambda _: None)

    @property
    def outputs(self) -> Mapping[str, str]:
        return self._stack.outputs

    @property
    def url(self) -> str:
        return f"{self._engine.url}/restapis/{self.outputs['RestAPIId']}/{STAGE}/_user_request_"

    @property
    def environment(self) -> dict[str, str]:
        """As one of its functions has it."""
        function = self.outputs["WebsocketMessageHandlerName"]
        found = self._engine.client("lambda").get_function_configuration(FunctionName=function)
        return {**self._engine.environment, **found["Environment"]["Variables"]}

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


def for_emulator(template: Template, engine: str, code: str) -> Template:
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
            resource["Properties"]["CodeUri"] = code
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
        vars(self)["services"] = services_of(deployed.environment)


class _NoManagedPolicies(ManagedPolicyLoader):
    """Functions have roles of their own; nothing is looked up by name."""

    def __init__(self) -> None:
        """There is no IAM to ask."""

    def load(self) -> dict[str, str]:
        return {}
