"""The settings of the REST and WebSocket APIs: access logs, rate limits, API Gateway's own answers,
and, by parameter, a domain, a WAF and a CloudFront distribution."""

import json

from chalicelib.entrypoints.http.client_address import EDGE_HEADER
from chalicelib.entrypoints.http.route import LOGIN_FUNCTION
from chalicelib.entrypoints.http.router import all_routes
from infra import gateway_responses
from infra.template.functions import EDGE_TOKEN, REST_HOST
from infra.template.metrics import Resource
from infra.template.names import EDGE_SECRET, FUNCTIONS, REST_API, REST_STAGE, stack_of
from infra.template.policies import SOCKETS
from infra.template.storage import RETAINED

RETENTION_DAYS = 30
RATE, BURST = 1000, 500
"""Requests a second for one stage, a tenth of the account's quota."""
LOGIN_RATE, LOGIN_BURST = 20, 40
"""Requests a second for one route that hashes a password, about six concurrent executions."""
REST_LOG, SOCKET_LOG = "RestAccessLog", "SocketAccessLog"

LOG_ACCOUNT = "AccessLogAccount"

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
    """The tag refers to the account's log role, so that the log group, and with it the API stage,
    is created after that role: API Gateway refuses to log without it. DependsOn cannot be
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
    "Origins": {
        "Type": "String",
        "Default": "",
        "Description": "More origins whose pages may open a WebSocket, separated by spaces.",
    },
    "Domain": {
        "Type": "String",
        "Default": "",
        "Description": "A custom domain for the REST API and the console. Empty: none.",
    },
    "Certificate": {
        "Type": "String",
        "Default": "",
        "Description": "The ARN of the domain's certificate in this region.",
    },
    "WebAcl": {
        "Type": "String",
        "Default": "",
        "Description": "The ARN of a regional WAF web ACL for the REST API. Empty: none.",
    },
    "ConsoleCache": {
        "Type": "String",
        "Default": "no",
        "AllowedValues": ["no", "yes"],
        "Description": "yes: CloudFront serves the console from its cache and forwards API calls.",
    },
    "AccessLogRole": {
        "Type": "String",
        "Default": "exists",
        "AllowedValues": ["exists", "create"],
        "Description": "create: also create the role with which API Gateway writes logs.",
    },
}
CONDITIONS: dict[str, Resource] = {
    "HasDomain": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Domain"}, ""]}]},
    "HasWebAcl": {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebAcl"}, ""]}]},
    "HasConsoleCache": {"Fn::Equals": [{"Ref": "ConsoleCache"}, "yes"]},
    "MakesLogRole": {"Fn::Equals": [{"Ref": "AccessLogRole"}, "create"]},
}


def _optional_resources() -> dict[str, Resource]:
    return {
        "RestDomain": {
            "Type": "AWS::ApiGateway::DomainName",
            "Condition": "HasDomain",
            "Properties": {
                "DomainName": {"Ref": "Domain"},
                "RegionalCertificateArn": {"Ref": "Certificate"},
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
                "SecurityPolicy": "TLS_1_2",
            },
        },
        "RestDomainMapping": {
            "Type": "AWS::ApiGateway::BasePathMapping",
            "Condition": "HasDomain",
            "Properties": {
                "DomainName": {"Ref": "RestDomain"},
                "RestApiId": {"Ref": REST_API},
                "Stage": {"Ref": f"{REST_API}.Stage"},
            },
        },
        "RestFirewall": {
            "Type": "AWS::WAFv2::WebACLAssociation",
            "Condition": "HasWebAcl",
            "Properties": {"ResourceArn": {"Fn::Sub": REST_STAGE_ARN}, "WebACLArn": _ref("WebAcl")},
            "DependsOn": f"{REST_API}{REST_STAGE}Stage",
        },
        "ConsoleDistribution": _distribution(),
        EDGE_SECRET: _edge_secret(),
        **_log_role(),
    }


REST_STAGE_ARN = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/"
    f"${{{REST_API}}}/stages/{REST_STAGE}"
)
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
BY_HEADERS = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""The ids of AWS's managed policies: CachingDisabled and UseOriginCacheControlHeaders (cache), and
AllViewerExceptHostHeader (origin request)."""


def _distribution() -> Resource:
    def behaviour(cache: str) -> Resource:
        return {
            "TargetOriginId": "rest",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": cache,
            "OriginRequestPolicyId": ALL_BUT_HOST,
            "Compress": True,
        }

    methods = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    origin = {
        "Id": "rest",
        "DomainName": {"Fn::Sub": REST_HOST},
        "OriginPath": f"/{REST_STAGE}",
        "OriginCustomHeaders": [{"HeaderName": EDGE_HEADER, "HeaderValue": EDGE_TOKEN}],
        "CustomOriginConfig": {
            "OriginProtocolPolicy": "https-only",
            "OriginSSLProtocols": ["TLSv1.2"],
        },
    }
    return {
        "Type": "AWS::CloudFront::Distribution",
        "Condition": "HasConsoleCache",
        "Properties": {
            "DistributionConfig": {
                "Enabled": True,
                "HttpVersion": "http2and3",
                "Comment": {"Fn::Sub": "${AWS::StackName}: the API and the console"},
                "Origins": [origin],
                "DefaultCacheBehavior": {**behaviour(DISABLED), "AllowedMethods": methods},
                "CacheBehaviors": [{**behaviour(BY_HEADERS), "PathPattern": "/console/*"}],
                "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
            }
        },
    }


def _edge_secret() -> Resource:
    return {
        "Type": "AWS::SecretsManager::Secret",
        "Condition": "HasConsoleCache",
        "Properties": {
            "Description": "CloudFront sends it to the REST API, which then believes the address "
            "of the viewer.",
            "GenerateSecretString": {"PasswordLength": 40, "ExcludePunctuation": True},
        },
    }


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
            "Type": "AWS::IAM::Role",
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
            "Properties": {"CloudWatchRoleArn": {"Fn::GetAtt": ["AccessLogWriter", "Arn"]}},
        },
    }


def _ref(name: str) -> Resource:
    return {"Ref": name}
