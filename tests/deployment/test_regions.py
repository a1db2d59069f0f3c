"""Stages in several regions of one account do not meet."""

from typing import Any

import pytest

from infra.deployment.deploy import package_bucket
from tests.deployment.fake_account.services import FakeAccount
from tests.template.expansion import expanded, packaged_template

GLOBAL_NAMES = {
    "AWS::CloudFront::CachePolicy": "CachePolicyConfig.Name",
    "AWS::CloudFront::Function": "Name",
    "AWS::CloudFront::OriginRequestPolicy": "OriginRequestPolicyConfig.Name",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig.Name",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::S3::Bucket": "BucketName",
}
"""Where a type has a name that belongs to the account, or to all accounts, and not to a region."""


def names_without_region(template: dict[str, Any]) -> dict[str, object]:
    """The global names that are the same in each region. CloudFormation gives a resource without a
    name one of its own."""
    found: dict[str, object] = {}
    for logical, resource in template["Resources"].items():
        value: Any = resource.get("Properties", {})
        for part in GLOBAL_NAMES.get(resource["Type"], "none").split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None and "AWS::Region" not in str(value):
            found[logical] = value
    return found


def test_no_global_name_is_the_same_in_two_regions() -> None:
    assert names_without_region(expanded(packaged_template("prod"), {})) == {}


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        ("AWS::CloudWatch::Dashboard", {"DashboardName": "baton-prod"}),
        ("AWS::CloudFront::CachePolicy", {"CachePolicyConfig": {"Name": "baton-prod"}}),
    ],
)
def test_the_check_finds_a_name_without_region(type: str, properties: dict[str, Any]) -> None:
    template = {"Resources": {"Mine": {"Type": type, "Properties": properties}}}

    assert names_without_region(template) == {"Mine": "baton-prod"}


def test_each_region_has_its_own_package_bucket(aws: FakeAccount) -> None:
    here = aws.account

    bucket = package_bucket(here, here.identity(), None)

    assert bucket.name.endswith(here.region)
