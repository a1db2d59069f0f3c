"""The two APIs beside their routes: logs, limits, answers of their own, and, where a parameter asks
for it, a domain, a firewall and a cache in front of the console."""

import json

from infra.template.functions import REST_HOST
from infra.template.metrics import Resource
from infra.template.names import REST_API, REST_STAGE, stack_of
from infra.template.policies import SOCKETS
from infra.template.storage import KEPT

RETENTION_DAYS = 30
RATE, BURST = 1000, 500
"""Requests a second of one stage; the account's own quota is ten times that."""
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
"""The route, never the path or its query: an id of a user may stand there, or a token."""
SOCKET_LINE = {
    "request_id": "$context.requestId",
    "event": "$context.eventType",
    "status": "$context.status",
    "connection": "$context.connectionId",
    "source": "$context.identity.sourceIp",
}

NOT_FOUND = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is no such route, or it does not take this method.",
    "code": "not_found",
    "request_id": "$context.requestId",
}
"""As the local gateway says it. API Gateway itself says 403 "Missing Authentication Token"."""
RESPONSES = {
    "MISSING_AUTHENTICATION_TOKEN": {
        "statusCode": 404,
        "responseParameters": {
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.header.Cache-Control": "'no-store'",
        },
        "responseTemplates": {"application/json": json.dumps(NOT_FOUND)},
    }
}


def api(stage: str, *, traced: bool) -> dict[str, Resource]:
    return {
        REST_API: {"Properties": _rest(stage, traced=traced)},
        f"{SOCKETS}Stage": {"Properties": _sockets()},
        REST_LOG: _log_group(),
        SOCKET_LOG: _log_group(),
        **_in_front(),
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
            "x-amazon-apigateway-gateway-responses": RESPONSES,
        },
        "AccessLogSetting": _access_log(REST_LOG, REST_LINE),
        "MethodSettings": [throttled],
        "TracingEnabled": traced,
    }


def _sockets() -> Resource:
    return {
        "AccessLogSettings": _access_log(SOCKET_LOG, SOCKET_LINE),
        "DefaultRouteSettings": {"ThrottlingRateLimit": RATE, "ThrottlingBurstLimit": BURST},
    }


def _access_log(group: str, line: dict[str, str]) -> Resource:
    return {"DestinationArn": {"Fn::GetAtt": [group, "Arn"]}, "Format": json.dumps(line)}


def _log_group() -> Resource:
    """Its tag has it, and so the stage that logs into it, wait for the account's role: without that
    API Gateway refuses the stage, and a plain DependsOn cannot have a condition."""
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
        "Description": "Further origins whose pages may open a WebSocket, apart by spaces.",
    },
    "Domain": {
        "Type": "String",
        "Default": "",
        "Description": "A domain of your own for the REST API and the console; empty: none.",
    },
    "Certificate": {
        "Type": "String",
        "Default": "",
        "Description": "The ARN of its certificate, in this region.",
    },
    "WebAcl": {
        "Type": "String",
        "Default": "",
        "Description": "The ARN of a regional WAF web ACL for the REST API; empty: none.",
    },
    "ConsoleCache": {
        "Type": "String",
        "Default": "no",
        "AllowedValues": ["no", "yes"],
        "Description": "Whether CloudFront stands in front of the API and the console.",
    },
    "AccessLogRole": {
        "Type": "String",
        "Default": "exists",
        "AllowedValues": ["exists", "create"],
        "Description": "API Gateway needs one role per account and region to write logs.",
    },
}
CONDITIONS: dict[str, Resource] = {
    "HasDomain": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Domain"}, ""]}]},
    "HasWebAcl": {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebAcl"}, ""]}]},
    "HasConsoleCache": {"Fn::Equals": [{"Ref": "ConsoleCache"}, "yes"]},
    "MakesLogRole": {"Fn::Equals": [{"Ref": "AccessLogRole"}, "create"]},
}


def _in_front() -> dict[str, Resource]:
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
        **_log_role(),
    }


REST_STAGE_ARN = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/"
    f"${{{REST_API}}}/stages/{REST_STAGE}"
)
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
BY_HEADERS = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Managed by AWS: the cache policies CachingDisabled and UseOriginCacheControlHeaders, and the
origin request policy AllViewerExceptHostHeader."""


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


def _log_role() -> dict[str, Resource]:
    """One per account and region, so it stays when a stack goes."""
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
            **KEPT,
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
            **KEPT,
            "Properties": {"CloudWatchRoleArn": {"Fn::GetAtt": ["AccessLogWriter", "Arn"]}},
        },
    }


def _ref(name: str) -> Resource:
    return {"Ref": name}
