"""The settings of the REST and WebSocket APIs: access logs, rate limits, API Gateway's own answers,
and, by parameter, a WAF. Their addresses are in `domains.py`."""

import json

from chalicelib.entrypoints.http.route import LOGIN_FUNCTION
from chalicelib.entrypoints.http.router import all_routes
from infra import gateway_responses
from infra.template.metrics import Resource
from infra.template.names import FUNCTIONS, REST_API, REST_STAGE, stack_of
from infra.template.policies import ROLE, SOCKETS
from infra.template.storage import RETAINED

RETENTION_DAYS = 30
RATE, BURST = 1000, 500
"""Requests a second for one stage, a tenth of the account's quota."""
LOGIN_RATE, LOGIN_BURST = 20, 40
"""Requests a second for one route that hashes a password, about six concurrent executions."""
REST_LOG, SOCKET_LOG = "RestAccessLog", "SocketAccessLog"

LOG_ACCOUNT, FIRST_RESOURCE = "AccessLogAccount", "FirstApiResource"

REST_LINE = {
    "request_id": "$context.requestId",
    "route": "$context.resourcePath",
    "method": "$context.httpMethod",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "source": "$context.identity.sourceIp",
    "error": "$context.error.responseType",
}
"""The line contains the route, never the path or query: these may contain user ids and tokens."""
SOCKET_LINE = {
    "request_id": "$context.requestId",
    "event": "$context.eventType",
    "status": "$context.status",
    "connection": "$context.connectionId",
    "source": "$context.identity.sourceIp",
}

CATCH_ALL = "/{proxy+}"
APP_URI = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    f"${{{FUNCTIONS['api_handler']}.Arn}}/invocations"
)
"""As Chalice writes it for the routes."""


def api(stage: str, *, traced: bool) -> dict[str, Resource]:
    return {
        REST_API: {"Properties": _rest(stage, traced=traced)},
        f"{SOCKETS}Stage": {"Properties": _sockets()},
        REST_LOG: _log_group(),
        SOCKET_LOG: _log_group(),
        **_optional_resources(),
    }


def _rest(stage: str, *, traced: bool) -> Resource:
    throttled = {
        "ResourcePath": "/*",
        "HttpMethod": "*",
        "ThrottlingRateLimit": RATE,
        "ThrottlingBurstLimit": BURST,
    }
    return {
        "Name": stack_of(stage),
        "DefinitionBody": {
            "info": {"title": stack_of(stage)},
            "paths": _catch_all(),
            "x-amazon-apigateway-gateway-responses": gateway_responses.for_template(),
        },
        "AccessLogSetting": _access_log(REST_LOG, REST_LINE),
        "MethodSettings": [throttled, *_login_limits()],
        "TracingEnabled": traced,
    }


def _login_limits() -> list[Resource]:
    """Limits each route that hashes a password, so that a login storm cannot use up the
    concurrency that the account's functions share."""
    return [
        {
            "ResourcePath": "/" + route.path.replace("/", "~1"),
            "HttpMethod": route.method,
            "ThrottlingRateLimit": LOGIN_RATE,
            "ThrottlingBurstLimit": LOGIN_BURST,
        }
        for route in all_routes()
        if route.function == LOGIN_FUNCTION
    ]


def _catch_all() -> dict[str, Resource]:
    """Makes API Gateway pass every request to the app, whatever its path and method.

    Without it, API Gateway answers an unknown route itself: 403, with the caller's token in the
    body. Every part of a path is a resource, and a resource without a method might not fall back to
    `/{proxy+}`, so each of them gets `ANY`.
    """
    parts = (route.path.split("/") for route in all_routes())
    paths = {"/".join(each[:length]) for each in parts for length in range(2, len(each) + 1)}
    return {
        path: {"x-amazon-apigateway-any-method": _to_app(path)}
        for path in sorted(paths | {"/", CATCH_ALL})
    }


def _to_app(path: str) -> Resource:
    names = [part.strip("{+}") for part in path.split("/") if part.startswith("{")]
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "passthroughBehavior": "when_no_match",
        "uri": {"Fn::Sub": APP_URI},
    }
    found: Resource = {"responses": {}, "x-amazon-apigateway-integration": integration}
    if names:
        found["parameters"] = [
            {"name": name, "in": "path", "required": True, "type": "string"} for name in names
        ]
    return found


def _sockets() -> Resource:
    return {
        "AccessLogSettings": _access_log(SOCKET_LOG, SOCKET_LINE),
        "DefaultRouteSettings": {"ThrottlingRateLimit": RATE, "ThrottlingBurstLimit": BURST},
    }


def _access_log(group: str, line: dict[str, str]) -> Resource:
    return {"DestinationArn": {"Fn::GetAtt": [group, "Arn"]}, "Format": json.dumps(line)}


def _log_group() -> Resource:
    """The tag refers to the account's log role, so that the log group, and with it the stage of the
    API, is created after that role: API Gateway refuses to log without it. DependsOn cannot be
    conditional."""
    writer = {"Fn::If": ["MakesLogRole", {"Ref": LOG_ACCOUNT}, "exists"]}
    return {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {
            "RetentionInDays": RETENTION_DAYS,
            "Tags": [{"Key": "writer", "Value": writer}],
        },
    }


PARAMETERS: dict[str, Resource] = {
    "WebAcl": {
        "Type": "String",
        "Default": "",
        "Description": "The ARN of a regional WAF web ACL for the REST API. Empty: none.",
    },
    "AccessLogRole": {
        "Type": "String",
        "Default": "exists",
        "AllowedValues": ["exists", "create"],
        "Description": "create: also create the role with which API Gateway writes logs.",
    },
}
CONDITIONS: dict[str, Resource] = {
    "HasWebAcl": {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebAcl"}, ""]}]},
    "MakesLogRole": {"Fn::Equals": [{"Ref": "AccessLogRole"}, "create"]},
}


def _optional_resources() -> dict[str, Resource]:
    return {
        "RestFirewall": {
            "Type": "AWS::WAFv2::WebACLAssociation",
            "Condition": "HasWebAcl",
            "Properties": {"ResourceArn": {"Fn::Sub": REST_STAGE_ARN}, "WebACLArn": _ref("WebAcl")},
            "DependsOn": f"{REST_API}{REST_STAGE}Stage",
        },
        **_log_role(),
    }


REST_STAGE_ARN = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/"
    f"${{{REST_API}}}/stages/{REST_STAGE}"
)


def _log_role() -> dict[str, Resource]:
    """All stacks of an account and region share this role, so it outlives the stack."""
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/"
    return {
        "AccessLogWriter": {
            "Type": ROLE,
            "Condition": "MakesLogRole",
            **RETAINED,
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
                "ManagedPolicyArns": [
                    {"Fn::Sub": f"{managed}AmazonAPIGatewayPushToCloudWatchLogs"}
                ],
            },
        },
        LOG_ACCOUNT: {
            "Type": "AWS::ApiGateway::Account",
            "Condition": "MakesLogRole",
            **RETAINED,
            "DependsOn": FIRST_RESOURCE,
            "Properties": {"CloudWatchRoleArn": {"Fn::GetAtt": ["AccessLogWriter", "Arn"]}},
        },
        # "If an API Gateway resource has never been created in your AWS account, you must add a
        # dependency on another API Gateway resource, such as an AWS::ApiGateway::RestApi or
        # AWS::ApiGateway::ApiKey resource" (AWS::ApiGateway::Account). The REST API itself would
        # make a circle: before SAM takes it apart, it contains the stage that waits for the role.
        FIRST_RESOURCE: {
            "Type": "AWS::ApiGateway::ApiKey",
            "Condition": "MakesLogRole",
            "Properties": {"Enabled": False, "Description": "Never used: see AccessLogAccount."},
        },
    }


def _ref(name: str) -> Resource:
    return {"Ref": name}
