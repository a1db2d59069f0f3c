"""The addresses of the APIs and the console: those of API Gateway, or, by parameter, own domains
with their DNS records, and CloudFront."""

from chalicelib.entrypoints.http.client_address import EDGE_HEADER
from infra.template.metrics import Resource
from infra.template.names import EDGE_SECRET, EDGE_SECRET_VERSION, REST_API, REST_STAGE, secret_name
from infra.template.policies import SOCKETS

SOCKET_HOST = f"${{{SOCKETS}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{REST_STAGE}"
REST_HOST = f"${{{REST_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
CONSOLE = "/console/index.html"
REST_DOMAIN, SOCKET_DOMAIN, DISTRIBUTION = "RestDomain", "SocketDomain", "ConsoleDistribution"
EDGE_TOKEN = {
    "Fn::Sub": f"{{{{resolve:secretsmanager:${{{EDGE_SECRET}}}:SecretString:::"
    f"${{{EDGE_SECRET_VERSION}}}}}}}"
}
"""CloudFront sends this secret with each request, so that the function believes the viewer's
address."""

PARAMETERS: dict[str, Resource] = {
    "Domain": {
        "Type": "String",
        "Default": "",
        "Description": "A custom domain for the REST API and the console. Empty: none.",
    },
    "WebSocketDomain": {
        "Type": "String",
        "Default": "",
        "Description": "A custom domain for the WebSocket. API Gateway takes another one than "
        "Domain. Empty: none.",
    },
    "Certificate": {
        "Type": "String",
        "Default": "",
        "Description": "The ARN of a certificate in this region for both domains.",
    },
    "HostedZone": {
        "Type": "String",
        "Default": "",
        "Description": "The id of the Route 53 zone that gets the domains' records. Empty: you "
        "create them, from the outputs.",
    },
    "Origins": {
        "Type": "String",
        "Default": "",
        "Description": "More origins whose pages may open a WebSocket, separated by spaces.",
    },
    "ConsoleCache": {
        "Type": "String",
        "Default": "no",
        "AllowedValues": ["no", "yes"],
        "Description": "yes: CloudFront serves the console from its cache and forwards API calls.",
    },
    EDGE_SECRET_VERSION: {
        "Type": "String",
        "Default": "",
        "Description": "The version id of CloudFront's secret. Empty: the version at the first "
        "deployment.",
    },
}


def _is_given(name: str) -> Resource:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]}


CONDITIONS: dict[str, Resource] = {
    "HasDomain": _is_given("Domain"),
    "HasRecords": {"Fn::And": [_is_given("Domain"), _is_given("HostedZone")]},
    "HasConsoleCache": {"Fn::Equals": [{"Ref": "ConsoleCache"}, "yes"]},
}


def _requires(name: str, *others: str) -> Resource:
    return {
        "RuleCondition": _is_given(name),
        "Assertions": [
            {"Assert": _is_given(other), "AssertDescription": f"{name} also needs {other}."}
            for other in others
        ],
    }


RULES: dict[str, Resource] = {
    "DomainIsComplete": _requires("Domain", "WebSocketDomain", "Certificate"),
    "WebSocketDomainIsComplete": _requires("WebSocketDomain", "Domain", "Certificate"),
    "HostedZoneHasADomain": _requires("HostedZone", "Domain"),
}


def _chosen(domain: str, otherwise: object) -> Resource:
    return {"Fn::If": ["HasDomain", {"Fn::Sub": domain}, otherwise]}


REST_URL = _chosen("https://${Domain}", {"Fn::Sub": f"https://{REST_HOST}/{REST_STAGE}"})
SOCKET_URL = _chosen("wss://${WebSocketDomain}", {"Fn::Sub": f"wss://{SOCKET_HOST}"})
EDGE_URL = f"https://${{{DISTRIBUTION}.DomainName}}"
ORIGINS = {
    "Fn::Join": [
        " ",
        [
            {"Fn::Sub": f"https://{REST_HOST} ${{Origins}}"},
            _chosen("https://${Domain}", ""),
            {"Fn::If": ["HasConsoleCache", {"Fn::Sub": EDGE_URL}, ""]},
        ],
    ]
}
"""The pages that may open a WebSocket: the console at each of its addresses, and those that the
operator adds."""
CONSOLE_URL = _chosen(
    f"https://${{Domain}}{CONSOLE}",
    {
        "Fn::If": [
            "HasConsoleCache",
            {"Fn::Sub": f"{EDGE_URL}{CONSOLE}"},
            {"Fn::Sub": f"https://{REST_HOST}/{REST_STAGE}{CONSOLE}"},
        ]
    },
)
OUTPUTS: dict[str, Resource] = {
    "Url": {"Value": REST_URL},
    "SocketUrl": {"Value": SOCKET_URL},
    "ConsoleUrl": {"Value": CONSOLE_URL},
    "EdgeUrl": {"Condition": "HasConsoleCache", "Value": {"Fn::Sub": EDGE_URL}},
    **{
        f"{output}{which}": {
            "Condition": "HasDomain",
            "Value": {"Fn::GetAtt": [domain, attribute]},
        }
        for output, domain in (("Domain", REST_DOMAIN), ("WebSocketDomain", SOCKET_DOMAIN))
        for which, attribute in (
            ("Target", "RegionalDomainName"),
            ("TargetZone", "RegionalHostedZoneId"),
        )
    },
}
"""The addresses, and the targets of DNS records that the operator creates."""


def domains(stage: str) -> dict[str, Resource]:
    return {
        REST_DOMAIN: {
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
                "DomainName": {"Ref": REST_DOMAIN},
                "RestApiId": {"Ref": REST_API},
                "Stage": {"Ref": f"{REST_API}.Stage"},
            },
        },
        SOCKET_DOMAIN: {
            "Type": "AWS::ApiGatewayV2::DomainName",
            "Condition": "HasDomain",
            "Properties": {
                "DomainName": {"Ref": "WebSocketDomain"},
                "DomainNameConfigurations": [
                    {
                        "CertificateArn": {"Ref": "Certificate"},
                        "EndpointType": "REGIONAL",
                        "SecurityPolicy": "TLS_1_2",
                    }
                ],
            },
        },
        "SocketDomainMapping": {
            "Type": "AWS::ApiGatewayV2::ApiMapping",
            "Condition": "HasDomain",
            "Properties": {
                "ApiId": {"Ref": SOCKETS},
                "DomainName": {"Ref": SOCKET_DOMAIN},
                "Stage": {"Ref": f"{SOCKETS}Stage"},
            },
        },
        "RestRecord": _record("Domain", REST_DOMAIN),
        "SocketRecord": _record("WebSocketDomain", SOCKET_DOMAIN),
        DISTRIBUTION: _distribution(),
        CACHE_POLICY: _cache_policy(stage),
        EDGE_SECRET: _edge_secret(),
    }


def _record(parameter: str, domain: str) -> Resource:
    target = {
        "DNSName": {"Fn::GetAtt": [domain, "RegionalDomainName"]},
        "HostedZoneId": {"Fn::GetAtt": [domain, "RegionalHostedZoneId"]},
    }
    return {
        "Type": "AWS::Route53::RecordSet",
        "Condition": "HasRecords",
        "Properties": {
            "HostedZoneId": {"Ref": "HostedZone"},
            "Name": {"Ref": parameter},
            "Type": "A",
            "AliasTarget": target,
        },
    }


CACHE_POLICY = "ConsoleCachePolicy"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""The ids of AWS's managed policies: CachingDisabled (cache), and AllViewerExceptHostHeader (origin
request)."""
A_YEAR = 365 * 24 * 60 * 60
"""Seconds."""
CACHED_ERRORS = (404, 405, 414, 500, 501, 502, 503, 504)
"""CloudFront keeps these answers for ten seconds, whatever their headers say, also those to `HEAD`,
which no route of ours has: by asking again and again, a stranger could hide the console."""


def _cache_policy(stage: str) -> Resource:
    """Caches as the answers' Cache-Control says. AWS's managed policy for that puts `Host` into the
    key, so CloudFront would forward the viewer's, and API Gateway refuses a host that is not its
    own with 403. The names of cache policies are global."""
    nothing = {
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    return {
        "Type": "AWS::CloudFront::CachePolicy",
        "Condition": "HasConsoleCache",
        "Properties": {
            "CachePolicyConfig": {
                "Name": {"Fn::Sub": f"baton-{stage}-${{AWS::Region}}-console"},
                "MinTTL": 0,
                "DefaultTTL": 0,
                "MaxTTL": A_YEAR,
                "ParametersInCacheKeyAndForwardedToOrigin": {
                    **nothing,
                    "EnableAcceptEncodingGzip": True,
                    "EnableAcceptEncodingBrotli": True,
                },
            }
        },
    }


def _distribution() -> Resource:
    def behaviour(cache: object) -> Resource:
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
    console = {**behaviour({"Ref": CACHE_POLICY}), "PathPattern": "/console/*"}
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
                "CacheBehaviors": [console],
                "CustomErrorResponses": [
                    {"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in CACHED_ERRORS
                ],
                "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
            }
        },
    }


def _edge_secret() -> Resource:
    return {
        "Type": "AWS::SecretsManager::Secret",
        "Condition": "HasConsoleCache",
        "Properties": {
            "Name": secret_name("edge"),
            "Description": "CloudFront sends it to the REST API, which then believes the address "
            "of the viewer.",
            "GenerateSecretString": {"PasswordLength": 40, "ExcludePunctuation": True},
        },
    }
