"""The permissions of whoever deploys Baton: their own calls, and the calls that
CloudFormation makes for them.

`python -m infra.permissions.deployer_policy` prints examples/github/deployer.json, a template with
these policies and a role that GitHub Actions can take on. Tests compare the statements with the
calls that the commands make, and with the permissions that AWS's own schemas name for each resource
type in the template.
"""

import json
from collections.abc import Sequence

import click

from infra.permissions.grants import (
    BOUNDARY_CONDITION,
    BOUNDARY_PARAMETER,
    Grant,
    managed,
    of,
    own,
)
from infra.template.policies import BOUNDARY, BOUNDARY_ARN, NO_VALUE

GITHUB = "token.actions.githubusercontent.com"
OWN_BOUNDARY = "RoleBoundary"


def _iam(*names: str) -> list[str]:
    return [f"iam::ACCOUNT:{name}" for name in names]


GRANTS: Sequence[Grant] = (
    # The names of the deployer's own role and stack begin with `baton-`, too.
    Grant(
        of(
            "iam",
            *("Attach*", "Create*", "Delete*", "Detach*", "PassRole", "Put*", "Tag*", "Untag*"),
            "Update*",
        ),
        _iam("role/baton-deployer-*"),
        effect="Deny",
    ),
    Grant(
        of(
            "cloudformation",
            *("ContinueUpdateRollback", "Create*", "Delete*", "Execute*", "RollbackStack"),
            *("Set*", "TagResource", "Update*"),
        ),
        own("cloudformation", "stack/baton-deployer*"),
        effect="Deny",
    ),
    Grant(
        [
            *of("sts", "GetCallerIdentity"),
            *of("iam", "GetAccountSummary"),
            *of("lambda", "GetAccountSettings", "*EventSourceMapping*"),
            *of("tag", "GetResources"),
            *of("logs", "DescribeLogGroups", "DescribeResourcePolicies", "DescribeIndexPolicies"),
            *of("cloudwatch", "DescribeAlarms"),
            *of("secretsmanager", "GetRandomPassword"),
            *of("sns", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"),
            *of("codedeploy", "GetApplicationRevision", "ListDeployments"),
            *of("route53", "ListHostedZones"),
            *of("kms", "ListAliases"),
        ]
    ),
    Grant(
        of(
            "cloudformation",
            *("ContinueUpdateRollback", "CreateChangeSet", "DeleteChangeSet", "DeleteStack"),
            *("Describe*", "ExecuteChangeSet", "GetTemplate", "ListStackResources"),
            *("RollbackStack", "SetStackPolicy", "TagResource", "UpdateTerminationProtection"),
        ),
        own("cloudformation", "stack/baton-*"),
    ),
    # The template is written for SAM, a macro that AWS owns.
    Grant(
        of("cloudformation", "CreateChangeSet"),
        ["cloudformation:REGION:aws:transform/Serverless-2016-10-31"],
    ),
    Grant(
        of(
            "s3",
            *("CreateBucket", "GetObject*", "ListBucket", "PutBucketPolicy"),
            *("PutBucketPublicAccessBlock", "PutEncryptionConfiguration"),
            *("PutLifecycleConfiguration", "PutObject", "PutObjectTagging"),
        ),
        ["s3:::baton-packages-ACCOUNT-*"],
    ),
    # CloudFormation names the bucket of files after the stack.
    Grant(
        of(
            "s3",
            *("CreateBucket", "DeleteBucket*", "Get*Configuration", "GetBucket*", "ListBucket"),
            *("ListTagsForResource", "PutBucket*", "Put*Configuration", "TagResource"),
            *("UntagResource", "DeleteObject"),
        ),
        ["s3:::baton-*-files-*"],
    ),
    Grant(of("acm", "DescribeCertificate"), ["acm:*:ACCOUNT:certificate/*"]),
    # API Gateway's log role may have any name.
    Grant(of("iam", "GetRole"), _iam("role/*")),
    # The checks before a deployment ask whether the caller must give roles a permissions boundary.
    Grant(of("iam", "SimulatePrincipalPolicy"), _iam("role/*", "user/*")),
    Grant(of("iam", "GetPolicy"), _iam("policy/*")),
    Grant(
        of(
            "iam",
            *("AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy"),
            *("PutRolePermissionsBoundary", "PutRolePolicy"),
        ),
        _iam("role/baton-*"),
        bounded=True,
    ),
    Grant(of("iam", "DeleteRolePermissionsBoundary"), _iam("role/baton-*"), unbounds=True),
    # IAM asks for no boundary here.
    Grant(
        of(
            "iam",
            *("DeleteRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies"),
            *("ListRoleTags", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole"),
            "UpdateRoleDescription",
        ),
        _iam("role/baton-*"),
    ),
    Grant(
        of("iam", "PassRole"),
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
        of("iam", "CreateServiceLinkedRole"),
        _iam("role/aws-service-role/*"),
        {"StringEquals": {"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}},
    ),
    Grant(of("lambda", "*"), own("lambda", "function:baton-*")),
    Grant(
        of("lambda", "ListTags", "TagResource", "UntagResource"),
        own("lambda", "event-source-mapping:*"),
    ),
    Grant(
        of("codedeploy", "*"),
        own(
            "codedeploy",
            *("application:baton-*", "deploymentgroup:baton-*", "deploymentconfig:*"),
        ),
    ),
    Grant(
        of(
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
    Grant(of("apigateway", "UpdateRestApiPolicy"), ["apigateway:REGION::/*"]),
    Grant(
        of(
            "dynamodb",
            *("CreateTable", "DeleteTable", "Describe*", "GetResourcePolicy"),
            *("ListTagsOfResource", "TagResource", "UntagResource", "UpdateContinuousBackups"),
            *("UpdateContributorInsights", "UpdateTable", "UpdateTimeToLive"),
            # `make destroy` asks whether the table has rows.
            "Scan",
        ),
        own("dynamodb", "table/baton-*"),
    ),
    Grant(
        of(
            "secretsmanager",
            *("CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue"),
            *("TagResource", "UntagResource", "UpdateSecret"),
        ),
        own("secretsmanager", "secret:baton-*"),
    ),
    Grant(
        of(
            "logs",
            *("*LogGroup*", "*MetricFilter*", "*RetentionPolicy", "GetDataProtectionPolicy"),
            *("ListTagsForResource", "TagResource", "UntagResource"),
        ),
        own("logs", "log-group:baton-*"),
    ),
    # API Gateway writes access logs through a delivery that CloudWatch keeps for the account.
    Grant(
        of(
            "logs",
            *("CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "ListLogDeliveries"),
            *("PutResourcePolicy", "UpdateLogDelivery"),
        )
    ),
    Grant(
        of(
            "cloudwatch",
            *("DeleteAlarms", "DeleteDashboards", "GetDashboard", "ListTagsForResource"),
            *("PutDashboard", "PutMetricAlarm", "TagResource", "UntagResource"),
        ),
        [*own("cloudwatch", "alarm:baton-*"), "cloudwatch::ACCOUNT:dashboard/baton-*"],
    ),
    Grant(
        of(
            "events",
            *("DeleteRule", "DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
            *("PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"),
        ),
        own("events", "rule/baton-*"),
    ),
    Grant(
        of(
            "sns",
            *("*Topic*", "ListSubscriptionsByTopic", "ListTagsForResource", "Subscribe"),
            *("GetDataProtectionPolicy", "TagResource", "UntagResource"),
        ),
        own("sns", "baton-*"),
    ),
    Grant(
        of("sqs", "*Queue", "*QueueAttributes", "*QueueTags", "GetQueueUrl"),
        own("sqs", "baton-*"),
    ),
    Grant(
        of(
            "cloudfront",
            *("*CachePolicy*", "*Distribution*", "*ConnectionGroup", "*Function*"),
            *("*OriginRequestPolicy*", "*ResponseHeadersPolicy*", "GetVpcOrigin"),
            *("ListTagsForResource", "TagResource", "UntagResource"),
        ),
        ["cloudfront::ACCOUNT:*"],
    ),
    # The keys of the parameters DataKey and SecretsKey may be any. The deployer cannot use them but
    # through these services.
    Grant(of("kms", "DescribeKey"), own("kms", "key/*")),
    Grant(
        of(
            "kms",
            *("CreateGrant", "Decrypt", "Encrypt", "GenerateDataKey", "ReEncrypt*", "RevokeGrant"),
        ),
        own("kms", "key/*"),
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
        of(
            "route53",
            *("ChangeResourceRecordSets", "GetHostedZone", "ListResourceRecordSets"),
        ),
        ["route53:::hostedzone/*"],
    ),
    Grant(of("route53", "GetChange"), ["route53:::change/*"]),
    Grant(
        of(
            "wafv2",
            *("AssociateWebACL", "DisassociateWebACL", "GetPermissionPolicy", "GetWebACL"),
            *("GetWebACLForResource", "PutPermissionPolicy"),
        ),
        [*own("wafv2", "regional/webacl/*"), "apigateway:REGION::/restapis/*"],
    ),
)


def template() -> dict[str, object]:
    """A CloudFormation template with the policies and, if a repository is given, a role for it."""
    made = managed("Deployer", "What deploying Baton needs", GRANTS)
    names = list(made)
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
            **BOUNDARY_PARAMETER,
            OWN_BOUNDARY: {
                "Type": "String",
                "Default": "",
                "AllowedPattern": BOUNDARY_ARN,
                "Description": "The ARN of the permissions boundary of the role for GitHub itself. "
                "Empty: none.",
            },
        },
        "Conditions": {
            **BOUNDARY_CONDITION,
            f"Has{OWN_BOUNDARY}": {"Fn::Not": [{"Fn::Equals": [{"Ref": OWN_BOUNDARY}, ""]}]},
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
                BOUNDARY: {"Fn::If": [f"Has{OWN_BOUNDARY}", {"Ref": OWN_BOUNDARY}, NO_VALUE]},
            },
        },
    }


@click.command(help=__doc__)
def main() -> None:
    click.echo(json.dumps(template(), indent=1))


if __name__ == "__main__":
    main()
