"""Adapts the template that Chalice generates: callers use a function's alias, each change of a
function publishes a version, and each change of a route is deployed."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.entrypoints.http.route import REST_FUNCTION
from chalicelib.entrypoints.http.router import all_routes
from infra.template.metrics import Resource
from infra.template.names import FUNCTIONS, LOGIN

FUNCTION = "AWS::Serverless::Function"
PERMISSION = "AWS::Lambda::Permission"
SOCKET_INTEGRATION = "AWS::ApiGatewayV2::Integration"
SOCKET_ROUTE = "AWS::ApiGatewayV2::Route"
SOCKET_DEPLOYMENT = "AWS::ApiGatewayV2::Deployment"
SOCKET_STAGE = "AWS::ApiGatewayV2::Stage"
DIGEST_LENGTH = 10
INVOCATION = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "${Alias}/invocations"
)
"""The address at which API Gateway calls a function."""
NOT_IN_A_VERSION = frozenset(
    {
        "AutoPublishAlias",
        "CodeUri",
        "DeploymentPreference",
        "Events",
        "ProvisionedConcurrencyConfig",
        "ReservedConcurrentExecutions",
        "Tags",
        "VersionDeletionPolicy",
    }
)
"""Properties that Lambda does not store in a version; and the code, whose changes SAM finds."""
SETTINGS_DIGEST = "BATON_SETTINGS_DIGEST"
Template = dict[str, Any]


def adapt(template: Template, code: str) -> None:
    """Changes the template in place. `code` is the zip of the functions, beside the template."""
    resources = template["Resources"]
    if LOGIN in resources:
        _complete_login(resources)
    functions = {(route.path, route.method.lower()): route.function for route in all_routes()}
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == FUNCTION:
            properties["CodeUri"] = code
            _publish_every_change(properties)
        elif resource["Type"] == PERMISSION:
            properties["FunctionName"] = {"Ref": f"{properties['FunctionName']['Ref']}.Alias"}
        elif resource["Type"] == SOCKET_INTEGRATION:
            properties["IntegrationUri"] = _invocation(name.removesuffix("APIIntegration"))
        for path, methods in properties.get("DefinitionBody", {}).get("paths", {}).items():
            for method, operation in methods.items():
                function = FUNCTIONS[functions.get((path, method), REST_FUNCTION)]
                operation["x-amazon-apigateway-integration"]["uri"] = _invocation(function)
    _redeploy_changed_sockets(resources)


def place_code(template: Template, bucket: str, key: str) -> None:
    """Changes the template in place: the functions' zip is this object of S3.

    The key is chosen from a list that also contains the parameters that the function depends on.
    SAM publishes a version if the code's location changes, and there it looks at the parameters'
    values; in the environment it looks only at their names.
    """
    for resource in template["Resources"].values():
        if resource["Type"] == FUNCTION:
            names = sorted(_parameters_of(_versioned(resource["Properties"]), template))
            choice = [key, *({"Ref": name} for name in names)]
            location = {"Bucket": bucket, "Key": {"Fn::Select": [0, choice]}}
            resource["Properties"]["CodeUri"] = location


def _parameters_of(value: object, template: Template) -> Iterator[str]:
    """The parameters that the value refers to, also in the conditions that it depends on."""
    if isinstance(value, list):
        for each in value:
            yield from _parameters_of(each, template)
    if not isinstance(value, dict):
        return
    names = [value["Ref"]] if "Ref" in value else []
    if "Fn::Sub" in value:
        names += re.findall(r"\$\{(\w+)\}", json.dumps(value["Fn::Sub"]))
    yield from (name for name in names if name in template["Parameters"])
    if "Fn::If" in value:
        yield from _parameters_of(template["Conditions"][value["Fn::If"][0]], template)
    for condition in [value["Condition"]] if isinstance(value.get("Condition"), str) else []:
        yield from _parameters_of(template["Conditions"][condition], template)
    for each in value.values():
        yield from _parameters_of(each, template)


def _invocation(function: str) -> Resource:
    """SAM replaces `FUNCTION.Alias` by the alias."""
    return {"Fn::Sub": [INVOCATION, {"Alias": {"Ref": f"{function}.Alias"}}]}


def _complete_login(resources: Resource) -> None:
    """Adds what Chalice gives its functions, and the permission to be called by the REST API."""
    rest = resources[FUNCTIONS[REST_FUNCTION]]
    properties = {**rest["Properties"], **resources[LOGIN]["Properties"]}
    del properties["ProvisionedConcurrencyConfig"]
    resources[LOGIN] = {**rest, "Properties": properties}
    permission = json.loads(json.dumps(resources[f"{FUNCTIONS[REST_FUNCTION]}InvokePermission"]))
    permission["Properties"]["FunctionName"] = {"Ref": LOGIN}
    resources[f"{LOGIN}InvokePermission"] = permission


def _publish_every_change(properties: Resource) -> None:
    """Puts a digest of the function's settings into its environment. SAM publishes a version if the
    code or the environment changes, but not if only another setting does. Its option
    AutoPublishAliasAllProperties also counts tags, and Lambda refuses to publish a version in which
    only the tags have changed."""
    properties["Environment"]["Variables"][SETTINGS_DIGEST] = _digest(_versioned(properties))


def _versioned(properties: Resource) -> Resource:
    return {name: each for name, each in properties.items() if name not in NOT_IN_A_VERSION}


def _redeploy_changed_sockets(resources: Resource) -> None:
    """Puts a digest of the routes into the name of the WebSocket deployment. A deployment is a copy
    of the routes, and CloudFormation makes a new one only for a new name. SAM does the same for the
    REST API."""
    parts = (SOCKET_ROUTE, SOCKET_INTEGRATION)
    routes = {name: each for name, each in resources.items() if each["Type"] in parts}
    for name in [name for name, each in resources.items() if each["Type"] == SOCKET_DEPLOYMENT]:
        renamed = f"{name}{_digest(routes)}"
        resources[renamed] = resources.pop(name)
        for stage in resources.values():
            if stage["Type"] == SOCKET_STAGE:
                stage["Properties"]["DeploymentId"] = {"Ref": renamed}


def _digest(value: Mapping[str, object]) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
