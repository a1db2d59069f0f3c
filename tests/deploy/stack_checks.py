"""The faults of a deployed stack, as far as its account can tell. Each check returns the
problems that it finds."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from chalicelib.entrypoints.http.route import REST_FUNCTION
from infra.deployment.cloudformation import Stack, StackResource
from infra.template.alarms import alarm_name
from infra.template.names import FUNCTIONS

Client = Callable[[str], Any]
HOUR = 60 * 60 * 1000
TAGGED = {
    "AWS::DynamoDB::Table",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
}
"""Types whose physical name is a part of the ARN, and that AWS lets carry tags."""
DENIED = "?AccessDenied ?AccessDeniedException ?AuthorizationError"


def idle_event_sources(client: Client, resources: Sequence[StackResource]) -> list[str]:
    """Event sources that are off, or whose last batch met a problem."""
    found = []
    for name in _named(resources, "AWS::Lambda::EventSourceMapping"):
        source = client("lambda").get_event_source_mapping(UUID=name)
        result = source.get("LastProcessingResult") or "OK"
        if source["State"] != "Enabled" or not result.startswith(("OK", "No records")):
            found.append(f"{source['EventSourceArn']} is {source['State']}: {result}")
    return found


def denied_calls(client: Client, resources: Sequence[StackResource]) -> list[str]:
    """Log lines of the last hour that tell of a missing permission."""
    return [
        f"{group}: {message}"
        for group in _named(resources, "AWS::Logs::LogGroup")
        for message in _last_hour(client, group, DENIED)
    ]


def sweeps(client: Client, resources: Sequence[StackResource]) -> int:
    """The number of log lines of the sweep's function in the last hour."""
    return logged(client, resources, "OnMinuteLog")


def logged(client: Client, resources: Sequence[StackResource], logical: str) -> int:
    """The number of lines that a log group has received in the last hour."""
    (group,) = [each.physical for each in resources if each.logical == logical]
    return sum(1 for _ in _last_hour(client, group))


def restores(client: Client, resources: Sequence[StackResource]) -> list[str]:
    """Lambda's own lines of the last hour about starts from a snapshot."""
    return [
        line
        for each in resources
        if each.type == "AWS::Logs::LogGroup" and each.logical.endswith("Log")
        for line in _last_hour(client, each.physical, '"Restore Duration"')
    ]


def without_snapshot(client: Client, resources: Sequence[StackResource], alias: str) -> list[str]:
    """The functions whose version at `alias` does not start from a snapshot."""
    return [
        name
        for name in _named(resources, "AWS::Lambda::Function")
        if client("lambda")
        .get_function_configuration(FunctionName=name, Qualifier=alias)
        .get("SnapStart", {})
        .get("OptimizationStatus")
        != "On"
    ]


def gate_function(resources: Sequence[StackResource]) -> tuple[str, str]:
    """The names of the REST function and of the alarm on its errors, which stops its rollout."""
    named = {each.logical: each.physical for each in resources}
    return named[FUNCTIONS[REST_FUNCTION]], named[alarm_name("FunctionErrors", REST_FUNCTION)]


def share_of_new(alias: Mapping[str, Any]) -> float:
    """The share of calls that CodeDeploy sends to the new version. `alias` is Lambda's answer."""
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return float(sum(weights.values()))


@dataclass(frozen=True, slots=True)
class HttpPage:
    """An answer over HTTPS. The headers' names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
"""The headers of a WebSocket that is being opened, without a ticket."""


def get(url: str, **headers: str) -> HttpPage:
    """Follows no redirect."""
    where = urlsplit(url)
    connection = HTTPSConnection(where.netloc, timeout=20)
    try:
        connection.request("GET", where.path or "/", headers=headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return HttpPage(answer.status, named, answer.read().decode(errors="replace"))
    finally:
        connection.close()


def first_asset(page: str) -> str:
    """The path of the first script or style of a page, relative to it."""
    found = re.search(r'(?:src|href)="([^":?]+\.(?:js|css))"', page)
    assert found, "the page loads no script"
    return found[1].removeprefix("./")


def _last_hour(client: Client, group: str, pattern: str = "") -> Iterator[str]:
    """The messages of a log group. A page may be empty although more of them follow."""
    since = int(time.time() * 1000) - HOUR
    pages = client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=group, filterPattern=pattern, startTime=since):
        yield from (each["message"] for each in page["events"])


def raised_alarms(client: Client, resources: Sequence[StackResource]) -> list[str]:
    names = set(_named(resources, "AWS::CloudWatch::Alarm"))
    pages = client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
    raised = (each for page in pages for each in page["MetricAlarms"])
    return [
        f"{each['AlarmName']}: {each['StateReason']}"
        for each in raised
        if each["AlarmName"] in names
    ]


def silent_alarms(client: Client, resources: Sequence[StackResource]) -> list[str]:
    """Alarms that report the end of their data and have none."""
    names = set(_named(resources, "AWS::CloudWatch::Alarm"))
    query = {"StateValue": "INSUFFICIENT_DATA"}
    pages = client("cloudwatch").get_paginator("describe_alarms").paginate(**query)
    return [
        each["AlarmName"]
        for page in pages
        for each in page["MetricAlarms"]
        if each["AlarmName"] in names and each["InsufficientDataActions"]
    ]


def untagged(
    client: Client, resources: Sequence[StackResource], tags: Mapping[str, str]
) -> list[str]:
    """Resources that are not found by the stage's tags."""
    wanted = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources")
    found = pages.paginate(TagFilters=wanted)
    arns = [each["ResourceARN"] for page in found for each in page["ResourceTagMappingList"]]
    named = (each for each in resources if each.type in TAGGED)
    return [each.logical for each in named if not any(_is(arn, each.physical) for arn in arns)]


def open_bucket(client: Client, bucket: str, owner: str) -> Iterator[str]:
    """Ways in which the package bucket is open."""
    s3 = client("s3")
    blocked = s3.get_public_access_block(Bucket=bucket, ExpectedBucketOwner=owner)
    settings = blocked["PublicAccessBlockConfiguration"]
    yield from (name for name, is_on in settings.items() if not is_on)
    connection = HTTPConnection(f"{bucket}.s3.{s3.meta.region_name}.amazonaws.com", timeout=20)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    if status != 403:
        yield f"plain HTTP is answered with {status}"


def resources_of(stack: Stack) -> list[StackResource]:
    return [each for each in stack.resources() if not each.status.startswith("DELETE")]


def _named(resources: Sequence[StackResource], type: str) -> list[str]:
    return [each.physical for each in resources if each.type == type]


def _is(arn: str, physical: str) -> bool:
    """The physical name is an ARN, a queue's URL, or the last part of the ARN."""
    return arn.removesuffix(":*") == physical or arn.removesuffix(":*").endswith(
        (f":{physical}", f"/{physical}", f":{physical.rpartition('/')[2]}")
    )
