"""Lists of permissions as IAM documents and as CloudFormation templates."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from infra.template.policies import BOUNDARY, BOUNDARY_ARN, HAS_BOUNDARY, NO_VALUE

LIMIT = 6144
"""IAM's limit for a managed policy, in characters without white space."""

SPARE = 400
"""Regions have names of different lengths."""
BOUND_BY = "iam:PermissionsBoundary"
"""The condition key with the boundary that a role has, or shall get."""
LONG_ARN = f"arn:aws-us-gov:iam::123456789012:policy/{'x' * 128}"
Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Grant:
    """`actions` on `resources`. A resource is an ARN without "arn:PARTITION:"; REGION and ACCOUNT
    stand for the caller's own. `*` alone means that the actions have no resources. `condition`
    is IAM's. `effect` is Allow or Deny. If a permissions boundary is demanded, the actions of a
    grant that is `bounded` are only for roles with that boundary, and a grant that is `unbounds`
    does not exist."""

    actions: Sequence[str]
    resources: Sequence[str] = ("*",)
    condition: Mapping[str, Mapping[str, object]] | None = None
    effect: str = "Allow"
    bounded: bool = False
    unbounds: bool = False


def own(service: str, *paths: str) -> list[str]:
    """ARNs in the caller's region and account."""
    return [f"{service}:REGION:ACCOUNT:{path}" for path in paths]


def of(service: str, *operations: str) -> list[str]:
    return [f"{service}:{operation}" for operation in operations]


def policies(
    grants: Sequence[Grant], arn: str, region: str, account: str, boundary: str = ""
) -> list[Document]:
    """The policy documents, each below IAM's limit. `arn` is how an ARN begins, for example
    "arn:aws:"; `region` and `account` are the caller's; `boundary` is the ARN of the permissions
    boundary that is demanded."""
    return [
        _document(
            [
                _statement(each, arn, region, account, boundary)
                for each in part
                if not (boundary and each.unbounds)
            ]
        )
        for part in _parts(grants, arn, region, account)
    ]


def managed(prefix: str, description: str, grants: Sequence[Grant]) -> dict[str, Document]:
    """The managed policies as resources of a template that has BOUNDARY_PARAMETER and
    BOUNDARY_CONDITION, by logical name."""
    place = "arn:${AWS::Partition}:", "${AWS::Region}", "${AWS::AccountId}"
    demanded = "${" + BOUNDARY + "}"

    def either(grant: Grant) -> object:
        free = _statement(grant, *place, "")
        if grant.unbounds:
            return {"Fn::If": [HAS_BOUNDARY, NO_VALUE, free]}
        if grant.bounded:
            return {"Fn::If": [HAS_BOUNDARY, _statement(grant, *place, demanded), free]}
        return free

    return {
        f"{prefix}{number}": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": description,
                "PolicyDocument": with_substitutions(_document([either(each) for each in part])),
            },
        }
        for number, part in enumerate(_parts(grants, *place), 1)
    }


BOUNDARY_PARAMETER: Document = {
    BOUNDARY: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": BOUNDARY_ARN,
        "Description": "The ARN of the permissions boundary that each role of a stage must have. "
        "Empty: none.",
    }
}
BOUNDARY_CONDITION: Document = {
    HAS_BOUNDARY: {"Fn::Not": [{"Fn::Equals": [{"Ref": BOUNDARY}, ""]}]}
}


def size(document: object) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def with_substitutions(value: object) -> object:
    """Puts each text with a `${…}` into Fn::Sub."""
    if isinstance(value, dict):
        return {key: with_substitutions(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_substitutions(each) for each in value]
    return {"Fn::Sub": value} if isinstance(value, str) and "${" in value else value


def _document(statements: Sequence[object]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _statement(grant: Grant, arn: str, region: str, account: str, boundary: str) -> Document:
    def named(resource: str) -> str:
        if resource == "*":
            return resource
        return arn + resource.replace("REGION", region).replace("ACCOUNT", account)

    condition = {key: dict(each) for key, each in (grant.condition or {}).items()}
    if boundary and grant.bounded:
        condition.setdefault("StringEquals", {})[BOUND_BY] = boundary
    return {
        "Effect": grant.effect,
        "Action": list(grant.actions),
        "Resource": [named(each) for each in grant.resources],
        **({"Condition": condition} if condition else {}),
    }


def _parts(grants: Sequence[Grant], arn: str, region: str, account: str) -> Iterator[list[Grant]]:
    """The grants of each document. They do not depend on whether a boundary is demanded."""
    part: list[Grant] = []
    for grant in grants:
        longest = [_statement(each, arn, region, account, LONG_ARN) for each in (*part, grant)]
        if part and size(longest) > LIMIT - SPARE:
            yield part
            part = []
        part.append(grant)
    yield part
