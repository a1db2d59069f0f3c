"""Finds out if an account demands a permissions boundary on new roles, and says the next step."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from infra.permissions.grants import BOUND_BY
from infra.template.policies import BOUNDARY

HOW = f"ARGS='--parameter {BOUNDARY}=ARN'"
REFUSED_ROLE = re.compile(
    r"not authorized to perform: iam:(CreateRole|PutRolePolicy|AttachRolePolicy)|"
    r"iam:PermissionsBoundary|permissions boundary",
    re.IGNORECASE,
)
Simulation = Mapping[str, Any]


def role_name(caller: str) -> str | None:
    """The name of the role whose session has the ARN `caller`; None if that is no role's."""
    found = re.fullmatch(r"arn:[^:]+:sts::\d+:assumed-role/([^/]+)/.+", caller)
    return found[1] if found else None


def is_user(caller: str) -> bool:
    return caller.split(":")[5].startswith("user/")


def may_create(simulate: Any, caller: str, role: str, boundary: str) -> Simulation:
    """IAM's answer to whether `caller` may create `role` with this boundary. `simulate` is the
    operation of an IAM client. Service control policies with conditions are not simulated."""
    entry = {"ContextKeyName": BOUND_BY, "ContextKeyType": "string", "ContextKeyValues": [boundary]}
    answer = simulate(
        PolicySourceArn=caller,
        ActionNames=["iam:CreateRole"],
        ResourceArns=[role],
        ContextEntries=[entry] if boundary else [],
    )
    found: Simulation = answer["EvaluationResults"][0]
    return found


def judge_boundary(given: str, simulation: Simulation, own: str) -> str | None:
    """A warning about the boundary `given`, which may be empty. `own` is that of the caller."""
    if simulation["EvalDecision"] == "allowed":
        return None
    if given:
        return (
            f"IAM says that your role may not create roles with the boundary {given}. Ask whoever "
            f"manages the account for the one that is demanded, and give it: {HOW}"
        )
    of_resources = simulation.get("ResourceSpecificResults", [])
    parts: list[Simulation] = [simulation, *of_resources]
    if not any(BOUND_BY in each.get("MissingContextValues", []) for each in parts):
        return None
    likely = f" Your own role has the boundary {own}; often it is that one." if own else ""
    return (
        "This account demands a permissions boundary on each new role, so IAM would refuse the "
        f"roles of this stack. Give the ARN of the managed policy: {HOW}.{likely}"
    )


def hint(reasons: Sequence[str]) -> str | None:
    """The next step after a deployment that has failed for these reasons. A service control policy
    shows only there that it demands a boundary."""
    if any(REFUSED_ROLE.search(each) for each in reasons):
        return (
            "IAM has refused a role. If your organization demands a permissions boundary on new "
            f"roles, give the ARN of its managed policy: {HOW}"
        )
    return None


def absent(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "NoSuchEntity"
