"""Deploys the packaged template to the local engine and lets tests use it like a running stack.

The engine runs each function in its own process, from the unchanged zip. `for_emulator` lists all
changes to the template that the engine needs.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.settings import LOCAL
from infra.deployment.cloudformation import Stack
from infra.deployment.deploy import read_package
from infra.deployment.packages import PackageBucket, upload
from infra.local.aws.engine import REGION, Engine
from infra.template.alarms import alarm_name
from infra.template.chalice_template import place_code
from infra.template.rollout import AT_ONCE
from tests.e2e.bot_setup import RunningStack
from tests.support.stack import services_of
from tests.template.expansion import expanded

Template = dict[str, Any]
ACCOUNT, BUCKET, STACK, STAGE = "000000000000", "packages", "baton-emulated", "api"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
READY_WITHIN = 60.0
"""Seconds."""


class Deployed:
    """A stack in a running engine, with the `url` and `environment` of `tests.support.stack`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        client = engine.client("cloudformation", read_timeout=60)
        self.stack = Stack(client, STACK, deadline=READY_WITHIN, poll=0.1)
        self._bucket = PackageBucket(engine.client("s3", read_timeout=60), BUCKET, ACCOUNT)
        self._bucket.prepare()

    def deploy(self, package: Path, template: Template | None = None) -> None:
        """Creates or updates the stack. `template` replaces the package's own template."""
        zipped, made = read_package(package)
        key = self._bucket.put(zipped, ".zip")
        wanted = for_emulator(template or made, self._engine.url, key)
        url = self._bucket.url(upload(self._bucket, zipped, wanted).template_key)
        change_set = self.stack.create_change_set(url, [], {})
        assert change_set, "the change set is empty"
        self.stack.execute(change_set, lambda _: None)

    @property
    def outputs(self) -> Mapping[str, str]:
        return self.stack.outputs

    @property
    def url(self) -> str:
        return f"{self._engine.url}/restapis/{self.outputs['RestAPIId']}/{STAGE}/_user_request_"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of one of its functions."""
        function = self.outputs["WebsocketMessageHandlerName"]
        found = self._engine.client("lambda").get_function_configuration(FunctionName=function)
        return {**self._engine.environment, **found["Environment"]["Variables"]}

    def invoke(self, function: str, event: object) -> Any:
        """Calls the function with this name in app.py and returns its answer."""
        named = self._engine.client("lambda", read_timeout=60)
        (name,) = [
            each["FunctionName"]
            for each in named.list_functions()["Functions"]
            if each["Handler"] == f"app.{function}"
        ]
        answer = named.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return json.load(answer["Payload"])


def for_emulator(template: Template, engine: str, key: str) -> Template:
    """Changes the template for the engine:

    * AWS's own SAM translator expands it; CloudFormation does this itself.
    * The code is in the engine's S3.
    * `AWS::ApiGatewayV2::Deployment` is removed, because the engine does not support it; the stage
      deploys automatically.
    * `ANY` becomes single methods, because the engine does not import it.
    * The addresses are on loopback, because AWS's host names do not resolve here.
    * The stage is `local`, the only one that permits a webhook on this machine.
    * The alarm on concurrency is removed, because the engine has no metric math.
    * New versions take over at once, because the engine has no CodeDeploy.
    """
    prepared = json.loads(json.dumps(template))
    prepared["Resources"].pop(alarm_name("Concurrency"), None)
    for resource in prepared["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            variables = resource["Properties"]["Environment"]["Variables"]
            variables.update(_addresses(engine, variables))
    place_code(prepared, BUCKET, key)
    whole = expanded(prepared, {"Rollout": AT_ONCE}, REGION)
    return _with_single_methods(_without_socket_deployment(whole))


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


def _with_single_methods(template: Template) -> Template:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::ApiGateway::RestApi":
            for methods in resource["Properties"]["Body"]["paths"].values():
                every = methods.pop("x-amazon-apigateway-any-method", None)
                if every:
                    methods.update({each: every for each in METHODS if each not in methods})
    return template


class RunningDeployment(RunningStack):
    """A deployed stack for the stories that the end-to-end tests run on the local stack."""

    def __init__(self, deployed: Deployed) -> None:
        self.url = deployed.url
        self.environment = deployed.environment
        vars(self)["services"] = services_of(deployed.environment)
