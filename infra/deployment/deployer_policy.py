"""The permissions of whoever deploys Baton: their own calls, and the calls that
CloudFormation makes for them.

`python -m infra.deployment.deployer_policy` prints examples/github/deployer.json, a template with
these policies and a role that GitHub Actions can take on. Tests compare the statements with the
calls that the commands make, and with the permissions that AWS's own schemas name for each resource
type in the template.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

GITHUB = "token.actions.githubusercontent.com"
LIMIT = 6144
"""IAM's limit for a managed policy, in characters without white space."""

SPARE = 400
"""Regions have names of different lengths."""


@dataclass(frozen=True, slots=True)
class Grant:
    """`actions` on `resources`. A resource is an ARN without "arn:PARTITION:"; REGION and ACCOUNT
    stand for the deployer's own. `*` alone means that the actions have no resources. `condition`
    is IAM's. `effect` is Allow or Deny."""

    actions: Sequence[str]
    resources: Sequence[str] = ("*",)
    condition: Mapping[str, Mapping[str, object]] | None = None
    effect: str = "Allow"


def _own(service: str, *paths: str) -> list[str]:
    """ARNs in the deployer's region and account."""
    return [f"{service}:REGION:ACCOUNT:{path}" for path in paths]


def _of(service: str, *operations: str) -> list[str]:
    return [f"{service}:{operation}" for operation in operations]


def _iam(*names: str) -> list[str]:
    return [f"iam::ACCOUNT:{name}" for name in names]


GRANTS: Sequence[Grant] = (
    # The names of the deployer's own role and stack begin with `baton-`, too.
    Grant(
        _of(
            "iam",
            *("Attach*", "Create*", "Delete*", "Detach*", "PassRole", "Put*", "Tag*", "Untag*"),
            "Update*",
        ),
        _iam("role/baton-deployer-*"),
        effect="Deny",
    ),
    Grant(
        _of(
            "cloudformation",
            *("ContinueUpdateRollback", "Create*", "Delete*", "Execute*", "RollbackStack"),
            *("Set*", "TagResource", "Update*"),
        ),
        _own("cloudformation", "stack/baton-deployer*"),
        effect="Deny",
    ),
    Grant(
        [
            *_of("sts", "GetCallerIdentity"),
            *_of("iam", "GetAccountSummary"),
            *_of("lambda", "GetAccountSettings", "*EventSourceMapping*"),
            *_of("tag", "GetResources"),
            *_of("logs", "DescribeLogGroups", "DescribeResourcePolicies", "DescribeIndexPolicies"),
            *_of("cloudwatch", "DescribeAlarms"),
            *_of("secretsmanager", "GetRandomPassword"),
            *_of("sns", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"),
            *_of("codedeploy", "GetApplicationRevision", "ListDeployments"),
            *_of("route53", "ListHostedZones"),
            *_of("kms", "ListAliases"),
        ]
    ),
    Grant(
        _of(
            "cloudformation",
            *("ContinueUpdateRollback", "CreateChangeSet", "DeleteChangeSet", "DeleteStack"),
            *("Describe*", "ExecuteChangeSet", "GetTemplate", "ListStackResources"),
            *("RollbackStack", "SetStackPolicy", "TagResource", "UpdateTerminationProtection"),
        ),
        _own("cloudformation", "stack/baton-*"),
    ),
    # The template is written for SAM, a macro that AWS owns.
    Grant(
        _of("cloudformation", "CreateChangeSet"),
        ["cloudformation:REGION:aws:transform/Serverless-2016-10-31"],
    ),
    Grant(
        _of(
            "s3",
            *("CreateBucket", "GetObject*", "ListBucket", "PutBucketPolicy"),
            *("PutBucketPublicAccessBlock", "PutEncryptionConfiguration"),
            *("PutLifecycleConfiguration", "PutObject", "PutObjectTagging"),
        ),
        ["s3:::baton-packages-ACCOUNT-*"],
    ),
    # CloudFormation names the bucket of files after the stack.
    Grant(
        _of(
            "s3",
            *("CreateBucket", "DeleteBucket*", "Get*Configuration", "GetBucket*", "ListBucket"),
            *("ListTagsForResource", "PutBucket*", "Put*Configuration", "TagResource"),
            *("UntagResource", "DeleteObject"),
        ),
        ["s3:::baton-*-files-*"],
    ),
    Grant(_of("acm", "DescribeCertificate"), ["acm:*:ACCOUNT:certificate/*"]),
    # API Gateway's log role may have any name.
    Grant(_of("iam", "GetRole"), _iam("role/*")),
    Grant(
        _of(
            "iam",
            *("AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary"),
            *("DeleteRolePolicy", "DetachRolePolicy", "GetRolePolicy", "ListAttachedRolePolicies"),
            *(
                "ListRolePolicies",
                "ListRoleTags",
                "PutRolePermissionsBoundary",
                "PutRolePolicy",
                "TagRole",
            ),
            *("UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
        ),
        _iam("role/baton-*"),
    ),
    Grant(
        _of("iam", "PassRole"),
        _iam("role/baton-*"),
        {
            "StringEquals": {
                "iam:PassedToService": [
                    "apigateway.amazonaws.com",
                    "codedeploy.amazonaws.com",
                    "lambda.amazonaws.com",
                ]
            }
        },
    ),
    Grant(
        _of("iam", "CreateServiceLinkedRole"),
        _iam("role/aws-service-role/*"),
        {"StringEquals": {"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}},
    ),
    Grant(_of("lambda", "*"), _own("lambda", "function:baton-*")),
    Grant(
        _of("lambda", "ListTags", "TagResource", "UntagResource"),
        _own("lambda", "event-source-mapping:*"),
    ),
    Grant(
        _of("codedeploy", "*"),
        _own(
            "codedeploy",
            *("application:baton-*", "deploymentgroup:baton-*", "deploymentconfig:*"),
        ),
    ),
    Grant(
        _of(
            "apigateway",
            *("DELETE", "GET", "PATCH", "POST", "PUT", "SetWebACL"),
            *("AddCertificateToDomain", "RemoveCertificateFromDomain"),
        ),
        [
            f"apigateway:REGION::/{path}"
            for path in ("account", "apikeys", "apikeys/*", "apis", "apis/*", "domainnames")
        ]
        + [
            f"apigateway:REGION::/{path}"
            for path in ("domainnames/*", "restapis", "restapis/*", "tags/*")
        ],
    ),
    Grant(_of("apigateway", "UpdateRestApiPolicy"), ["apigateway:REGION::/*"]),
    Grant(
        _of(
            "dynamodb",
            *("CreateTable", "DeleteTable", "Describe*", "GetResourcePolicy"),
            *("ListTagsOfResource", "TagResource", "UntagResource", "UpdateContinuousBackups"),
            *("UpdateContributorInsights", "UpdateTable", "UpdateTimeToLive"),
            # `make destroy` asks whether the table has rows.
            "Scan",
        ),
        _own("dynamodb", "table/baton-*"),
    ),
    # CloudFormation names a secret after its logical name, without the stack's.
    Grant(
        _of(
            "secretsmanager",
            *("CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue"),
            *("TagResource", "UntagResource", "UpdateSecret"),
        ),
        _own("secretsmanager", "secret:baton-*", "secret:*Secret*"),
    ),
    Grant(
        _of(
            "logs",
            *("*LogGroup*", "*MetricFilter*", "*RetentionPolicy", "GetDataProtectionPolicy"),
            *("ListTagsForResource", "TagResource", "UntagResource"),
        ),
        _own("logs", "log-group:baton-*"),
    ),
    # API Gateway writes access logs through a delivery that CloudWatch keeps for the account.
    Grant(
        _of(
            "logs",
            *("CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "ListLogDeliveries"),
            *("PutResourcePolicy", "UpdateLogDelivery"),
        )
    ),
    Grant(
        _of(
            "cloudwatch",
            *("DeleteAlarms", "DeleteDashboards", "GetDashboard", "ListTagsForResource"),
            *("PutDashboard", "PutMetricAlarm", "TagResource", "UntagResource"),
        ),
        [*_own("cloudwatch", "alarm:baton-*"), "cloudwatch::ACCOUNT:dashboard/baton-*"],
    ),
    Grant(
        _of(
            "events",
            *("DeleteRule", "DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
            *("PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"),
        ),
        _own("events", "rule/baton-*"),
    ),
    Grant(
        _of(
            "sns",
            *("*Topic*", "ListSubscriptionsByTopic", "ListTagsForResource", "Subscribe"),
            *("GetDataProtectionPolicy", "TagResource", "UntagResource"),
        ),
        _own("sns", "baton-*"),
    ),
    Grant(
        _of("sqs", "*Queue", "*QueueAttributes", "*QueueTags", "GetQueueUrl"),
        _own("sqs", "baton-*"),
    ),
    Grant(
        _of(
            "cloudfront",
            *("*CachePolicy*", "*Distribution*", "*ConnectionGroup", "*Function*"),
            *("*OriginRequestPolicy*", "*ResponseHeadersPolicy*", "GetVpcOrigin"),
            *("ListTagsForResource", "TagResource", "UntagResource"),
        ),
        ["cloudfront::ACCOUNT:*"],
    ),
    # The keys of the parameters DataKey and SecretsKey may be any. The deployer cannot use them but
    # through these services.
    Grant(_of("kms", "DescribeKey"), _own("kms", "key/*")),
    Grant(
        _of(
            "kms",
            *("CreateGrant", "Decrypt", "Encrypt", "GenerateDataKey", "ReEncrypt*", "RevokeGrant"),
        ),
        _own("kms", "key/*"),
        {
            "StringLike": {
                "kms:ViaService": [
                    f"{service}.*" for service in ("dynamodb", "lambda", "s3", "sns", "sqs")
                ]
            }
        },
    ),
    # Any zone: the policy cannot know which one the parameter HostedZone will name.
    Grant(
        _of(
            "route53",
            *("ChangeResourceRecordSets", "GetHostedZone", "ListResourceRecordSets"),
        ),
        ["route53:::hostedzone/*"],
    ),
    Grant(_of("route53", "GetChange"), ["route53:::change/*"]),
    Grant(
        _of(
            "wafv2",
            *("AssociateWebACL", "DisassociateWebACL", "GetPermissionPolicy", "GetWebACL"),
            *("GetWebACLForResource", "PutPermissionPolicy"),
        ),
        [*_own("wafv2", "regional/webacl/*"), "apigateway:REGION::/restapis/*"],
    ),
)


def policies(arn: str, region: str, account: str) -> list[dict[str, object]]:
    """The policy documents, each below IAM's limit. `arn` is how an ARN begins, for example
    "arn:aws:"; `region` and `account` are the deployer's."""

    def named(resource: str) -> str:
        if resource == "*":
            return resource
        return arn + resource.replace("REGION", region).replace("ACCOUNT", account)

    statements: list[dict[str, object]] = [
        {
            "Effect": grant.effect,
            "Action": list(grant.actions),
            "Resource": [named(each) for each in grant.resources],
            **({"Condition": grant.condition} if grant.condition else {}),
        }
        for grant in GRANTS
    ]
    return [{"Version": "2012-10-17", "Statement": part} for part in _parts(statements)]


def _parts(statements: Sequence[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    part: list[dict[str, object]] = []
    for statement in statements:
        if part and size([*part, statement]) > LIMIT - SPARE:
            yield part
            part = []
        part.append(statement)
    yield part


def size(document: object) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def template() -> dict[str, object]:
    """A CloudFormation template with the policies and, if a repository is given, a role for it."""
    documents = policies("arn:${AWS::Partition}:", "${AWS::Region}", "${AWS::AccountId}")
    names = [f"Deployer{number}" for number in range(1, len(documents) + 1)]
    made = {
        name: {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": "What deploying Baton needs",
                "PolicyDocument": _with_substitutions(document),
            },
        }
        for name, document in zip(names, documents, strict=True)
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Who may deploy Baton: policies, and a role for GitHub Actions.",
        "Parameters": {
            "Repository": {
                "Type": "String",
                "Default": "",
                "Description": "OWNER/NAME on GitHub; its environments may deploy. Empty: no role.",
            },
            "OidcProvider": {
                "Type": "String",
                "Default": "",
                "Description": "The ARN of the account's OIDC provider for GitHub. Empty: create.",
            },
        },
        "Conditions": {
            "HasRepository": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Repository"}, ""]}]},
            "CreatesProvider": {
                "Fn::And": [
                    {"Condition": "HasRepository"},
                    {"Fn::Equals": [{"Ref": "OidcProvider"}, ""]},
                ]
            },
        },
        "Resources": {**made, **_github(names)},
        "Outputs": {
            "Role": {"Condition": "HasRepository", "Value": {"Fn::GetAtt": ["DeployRole", "Arn"]}},
            "Policies": {"Value": {"Fn::Join": [" ", [{"Ref": name} for name in names]]}},
        },
    }


def _github(names: Sequence[str]) -> dict[str, object]:
    provider = {"Fn::If": ["CreatesProvider", {"Ref": "GitHub"}, {"Ref": "OidcProvider"}]}
    trusted = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{GITHUB}:sub": {"Fn::Sub": "repo:${Repository}:environment:*"}},
        },
    }
    return {
        "GitHub": {
            "Type": "AWS::IAM::OIDCProvider",
            "Condition": "CreatesProvider",
            "Properties": {"Url": f"https://{GITHUB}", "ClientIdList": ["sts.amazonaws.com"]},
        },
        "DeployRole": {
            "Type": "AWS::IAM::Role",
            "Condition": "HasRepository",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
                "MaxSessionDuration": 7200,
                "ManagedPolicyArns": [{"Ref": name} for name in names],
            },
        },
    }


def _with_substitutions(value: object) -> object:
    """Puts each text with a `${…}` into Fn::Sub."""
    if isinstance(value, dict):
        return {key: _with_substitutions(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_substitutions(each) for each in value]
    return {"Fn::Sub": value} if isinstance(value, str) and "${" in value else value


@click.command(help=__doc__)
def main() -> None:
    click.echo(json.dumps(template(), indent=1))


if __name__ == "__main__":
    main()
