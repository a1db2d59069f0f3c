"""Own domains for both APIs in one step, and a console cache without 403.

Facts 1 and 8 of docs/aws.md.
"""

import json
from typing import Any

import pytest

from infra.template.domains import DISTRIBUTION
from tests.template.expansion import (
    REGION,
    Evaluation,
    Template,
    evaluated,
    packaged_template,
)

OWN = {
    "Domain": "desk.example.com",
    "WebSocketDomain": "ws.example.com",
    "Certificate": f"arn:aws:acm:{REGION}:123456789012:certificate/1",
}


@pytest.fixture(scope="module")
def prod() -> Template:
    return packaged_template("prod")


def outputs(template: Template) -> dict[str, Any]:
    return {name: each["Value"] for name, each in template["Outputs"].items()}


def origins(template: Template) -> str:
    function = template["Resources"]["WebsocketConnect"]["Properties"]
    found: str = function["Environment"]["Variables"]["BATON_ORIGINS"]
    return found


def kinds(template: Template) -> list[str]:
    return [each["Type"] for each in template["Resources"].values()]


def test_one_step_gives_both_apis_their_domain_and_tells_the_dns_targets(prod: Template) -> None:
    made = evaluated(prod, **OWN)
    resources, told = made["Resources"], outputs(made)

    rest, socket = resources["RestDomain"], resources["SocketDomain"]
    assert rest["Properties"]["DomainName"] == OWN["Domain"]
    assert rest["Properties"]["RegionalCertificateArn"] == OWN["Certificate"]
    assert socket["Properties"]["DomainName"] == OWN["WebSocketDomain"]
    (configuration,) = socket["Properties"]["DomainNameConfigurations"]
    assert configuration["CertificateArn"] == OWN["Certificate"]
    assert resources["RestDomainMapping"]["Properties"]["RestApiId"] == {"Ref": "RestAPI"}
    assert resources["SocketDomainMapping"]["Properties"]["ApiId"] == {"Ref": "WebsocketAPI"}
    for output, domain in (("Domain", "RestDomain"), ("WebSocketDomain", "SocketDomain")):
        assert told[f"{output}Target"] == {"Fn::GetAtt": [domain, "RegionalDomainName"]}
        assert told[f"{output}TargetZone"] == {"Fn::GetAtt": [domain, "RegionalHostedZoneId"]}
    assert told["Url"] == "https://desk.example.com"
    assert told["ConsoleUrl"] == "https://desk.example.com/console/index.html"
    assert told["SocketUrl"] == "wss://ws.example.com"


@pytest.mark.parametrize("own", [{}, OWN])
def test_the_console_in_the_cache_has_an_output_of_its_own(
    prod: Template, own: dict[str, str]
) -> None:
    """With a domain, ConsoleUrl is the domain, which does not lead to CloudFront."""
    cached = outputs(evaluated(prod, **own, ConsoleCache="yes"))

    assert "https://${ConsoleDistribution.DomainName}" in str(cached["EdgeUrl"])
    assert "EdgeUrl" not in outputs(evaluated(prod, **own))


def test_the_console_connects_to_the_websockets_domain(prod: Template) -> None:
    for function in ("APIHandler", "WebsocketConnect"):
        properties = evaluated(prod, **OWN)["Resources"][function]["Properties"]
        variables = properties["Environment"]["Variables"]

        assert variables["BATON_SOCKET_URL"] == "wss://ws.example.com"


@pytest.mark.parametrize(
    ("parameters", "allowed"),
    [
        ({}, []),
        (OWN, ["https://desk.example.com"]),
        ({"ConsoleCache": "yes"}, [f"${{{DISTRIBUTION}.DomainName}}"]),
        ({"Origins": "https://a.example https://b.example"}, ["https://a.example"]),
    ],
)
def test_the_allowed_origins_follow_from_the_parameters(
    prod: Template, parameters: dict[str, str], allowed: list[str]
) -> None:
    found = origins(evaluated(prod, **parameters))

    assert "https://${RestAPI}.execute-api" in found
    assert all(origin in found for origin in allowed)
    assert ("desk.example.com" in found) == ("Domain" in parameters)


def test_route_53_gets_the_records_of_both_domains_if_it_has_the_zone(prod: Template) -> None:
    resources = evaluated(prod, **OWN, HostedZone="Z1")["Resources"]
    records = {
        each["Properties"]["Name"]: each["Properties"]["AliasTarget"]["DNSName"]["Fn::GetAtt"][0]
        for each in resources.values()
        if each["Type"] == "AWS::Route53::RecordSet"
    }

    assert records == {OWN["Domain"]: "RestDomain", OWN["WebSocketDomain"]: "SocketDomain"}
    assert "AWS::Route53::RecordSet" not in kinds(evaluated(prod, **OWN))


def test_without_a_domain_there_is_none(prod: Template) -> None:
    made = evaluated(prod)

    assert not [kind for kind in kinds(made) if kind.endswith("::DomainName")]
    assert "DomainTarget" not in outputs(made)


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ({}, []),
        (OWN, []),
        ({"Domain": "desk.example.com"}, ["WebSocketDomain", "Certificate"]),
        ({**OWN, "Certificate": ""}, ["Certificate", "Certificate"]),
        ({"WebSocketDomain": "ws.example.com"}, ["Domain", "Certificate"]),
        ({"HostedZone": "Z1"}, ["Domain"]),
    ],
)
def test_incomplete_domains_are_refused_and_the_missing_parameter_is_named(
    prod: Template, parameters: dict[str, str], refused: list[str]
) -> None:
    evaluation = Evaluation(prod, parameters)
    said = [
        assertion["AssertDescription"]
        for rule in prod["Rules"].values()
        if evaluation.value(rule["RuleCondition"])
        for assertion in rule["Assertions"]
        if not evaluation.value(assertion["Assert"])
    ]

    assert [text.removesuffix(".").split()[-1] for text in said] == refused


def test_the_console_cache_keeps_the_viewers_host_from_api_gateway(prod: Template) -> None:
    """Fact 1: a policy with `Host` in its key forwards it, and API Gateway answers 403."""
    resources = evaluated(prod, ConsoleCache="yes")["Resources"]
    (console,) = resources[DISTRIBUTION]["Properties"]["DistributionConfig"]["CacheBehaviors"]
    policy = resources[console["CachePolicyId"]["Ref"]]["Properties"]["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]

    assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    assert policy["Name"] == f"baton-prod-{REGION}-console"
    assert "83da9c7e-98b4-4e11-a168-04f0df8e2c65" not in json.dumps(prod)


def test_the_console_cache_keeps_no_error(prod: Template) -> None:
    """The answer to one stranger's `HEAD` would otherwise be everybody's for ten seconds."""
    resources = evaluated(prod, ConsoleCache="yes")["Resources"]
    errors = resources[DISTRIBUTION]["Properties"]["DistributionConfig"]["CustomErrorResponses"]

    assert {each["ErrorCachingMinTTL"] for each in errors} == {0}
    assert {404, 414, 500, 501, 502, 503, 504} <= {each["ErrorCode"] for each in errors}
