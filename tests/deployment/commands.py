"""Runs the deployment commands against a FakeAccount, with a small package."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from infra.deployment import deploy, destroy, rollback
from infra.packaging.package import PACKAGE, TEMPLATE
from tests.deployment.fake_account.services import FakeAccount

STACK = "baton-prod"
RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def small_template(version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    key = [{"AttributeName": "pk", "KeyType": "HASH"}]
    names = (
        *("Domain", "Certificate", "HostedZone", "AlarmEmail"),
        *("ExistingTable", "ExistingStream", "ExistingFiles", "DataKey"),
        *("SecretsKey", "OldSecretsKey", "PermissionsBoundary"),
    )
    return {
        "Metadata": {"Baton": {"Stage": "prod", "Version": version}},
        "Parameters": {
            "Shards": {"Type": "Number", "Default": 1},
            "FilledShards": {"Type": "Number", "Default": 1},
            "Rollout": {"Type": "String", "Default": "Canary10Percent10Minutes"},
            "AccessLogRole": {"Type": "String", "Default": "exists"},
            "LambdaConcurrency": {"Type": "Number", "Default": 1000},
            **{name: {"Type": "String", "Default": ""} for name in names},
        },
        "Resources": {
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {"KeySchema": key},
                **RETAINED,
            },
            "Files": {"Type": "AWS::S3::Bucket", "Properties": {}, **RETAINED},
            "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {}, **RETAINED},
            "Events": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "events"}},
            "ApiLog": {"Type": "AWS::Logs::LogGroup", "Properties": {}},
            "Api": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./x.zip"}},
            "RestDomain": {
                "Type": "AWS::ApiGateway::DomainName",
                "Properties": {
                    "DomainName": {"Ref": "Domain"},
                    "RegionalCertificateArn": {"Ref": "Certificate"},
                },
            },
            "RestRecord": {
                "Type": "AWS::Route53::RecordSet",
                "Properties": {"HostedZoneId": {"Ref": "HostedZone"}, "Name": {"Ref": "Domain"}},
            },
            **more,
        },
        "Outputs": {"TableName": {"Value": {"Ref": "Table"}}},
    }


class Operator:
    """A person at a terminal, with a package in `folder` and the credentials of `aws`."""

    def __init__(self, aws: FakeAccount, folder: Path) -> None:
        self.aws, self.folder = aws, folder
        self.package(small_template())

    def package(self, template: dict[str, Any], code: bytes = b"a zip") -> None:
        (self.folder / PACKAGE).write_bytes(code)
        (self.folder / TEMPLATE).write_text(json.dumps(template))

    def deploy(self, *options: str, answers: str = "", stage: str = "prod") -> Result:
        wanted = (stage, "--folder", str(self.folder), *options)
        return self._run(deploy.main, wanted, answers)

    def rollback(self, *options: str, answers: str = "") -> Result:
        return self._run(rollback.main, ("prod", *options), answers)

    def destroy(self, *options: str, answers: str = "") -> Result:
        return self._run(destroy.main, ("prod", *options), answers)

    def deployed(self, *options: str) -> None:
        """Deploys; the deployment must succeed."""
        answer = self.deploy("--yes", *options)
        assert answer.exit_code == 0, answer.output

    @property
    def table(self) -> str:
        """The physical name of the stack's table."""
        return self.aws.cloudformation.stacks[STACK].resources["Table"][1]

    @property
    def files(self) -> str:
        """The physical name of the stack's bucket of files."""
        return self.aws.cloudformation.stacks[STACK].resources["Files"][1]

    def _run(self, command: Any, options: tuple[str, ...], answers: str) -> Result:
        runner = CliRunner(env={"COLUMNS": "200", "TERM": "xterm"})
        return runner.invoke(
            command, options, input=answers, obj=self.aws.account, catch_exceptions=False
        )
