"""The resources that outlive a stack: its table, its files, its secret, and log groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.deployment.account import Account, DeployError
from infra.deployment.cloudformation import StackResource

TABLE, SECRET = "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"
LOG_GROUP, FILES = "AWS::Logs::LogGroup", "AWS::S3::Bucket"
WORDS: Mapping[str, str] = {
    TABLE: "table",
    FILES: "bucket",
    SECRET: "secret",
    LOG_GROUP: "log group",
}
TAG_TYPES: Mapping[str, str] = {
    "dynamodb:table": TABLE,
    "s3": FILES,
    "secretsmanager:secret": SECRET,
    "logs:log-group": LOG_GROUP,
}
"""The names that the tagging API has for these types."""
PROJECT = "baton"


def tags_of(stage: str, version: str = "") -> dict[str, str]:
    """The tags of the stage's stack. CloudFormation gives them to each of its resources."""
    return {"project": PROJECT, "stage": stage} | ({"version": version} if version else {})


@dataclass(frozen=True, slots=True)
class Leftover:
    """`name` is a table's, bucket's or log group's name, or a secret's ARN."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"the {WORDS[self.type]} {self.name}"


class Leftovers:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._dynamodb = account.client("dynamodb")
        self._s3 = account.client("s3")
        self._secrets = account.client("secretsmanager")
        self._logs = account.client("logs")

    def among(self, resources: Iterable[StackResource]) -> list[Leftover]:
        """Those of a stack's resources that outlive it and exist now."""
        found = [Leftover(r.type, r.physical) for r in resources if r.type in WORDS and r.physical]
        return self.existing(dict.fromkeys(found))

    def existing(self, leftovers: Iterable[Leftover]) -> list[Leftover]:
        return [each for each in leftovers if self._exists(each)]

    def of_stage(self, stage: str) -> list[Leftover]:
        """Those with the stage's tags, whether a stack has them or not."""
        client = self._account.client("resourcegroupstaggingapi")
        wanted = [{"Key": key, "Values": [value]} for key, value in tags_of(stage).items()]
        pages = client.get_paginator("get_resources").paginate(
            TagFilters=wanted, ResourceTypeFilters=list(TAG_TYPES)
        )
        arns = [each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"]]
        return self.existing(leftover for arn in arns if (leftover := _of_arn(arn)))

    def tables(self, leftovers: Iterable[Leftover]) -> list[Leftover]:
        return [each for each in leftovers if each.type == TABLE]

    def buckets(self, leftovers: Iterable[Leftover]) -> list[Leftover]:
        return [each for each in leftovers if each.type == FILES]

    def filled(self, leftovers: Sequence[Leftover]) -> list[Leftover]:
        """Those that hold data: tables with rows, and then buckets with files."""
        tables = [each for each in self.tables(leftovers) if not self.is_empty(each.name)]
        return tables + [each for each in self.buckets(leftovers) if self._files(each.name)]

    def _files(self, bucket: str) -> list[str]:
        """At most 1,000 files of the bucket."""
        found = self._s3.list_objects_v2(Bucket=bucket)
        return [each["Key"] for each in found.get("Contents", [])]

    def stream(self, table: str) -> str:
        """The ARN of the table's stream, or ""."""
        found = self._dynamodb.describe_table(TableName=table)["Table"]
        return str(found.get("LatestStreamArn", ""))

    def rows(self, table: str) -> int:
        """DynamoDB's own count, which it updates every six hours."""
        return int(self._dynamodb.describe_table(TableName=table)["Table"]["ItemCount"])

    def is_empty(self, table: str) -> bool:
        """Reads the table, so the answer is current."""
        return not self._dynamodb.scan(TableName=table, Limit=1, ConsistentRead=True)["Items"]

    def delete(self, leftovers: Sequence[Leftover]) -> None:
        """The secret can be restored for 30 days. DynamoDB keeps a backup of a table that had
        point-in-time recovery for 35 days. There is no backup of files. Raises DeployError."""
        for each in leftovers:
            if each.type == TABLE:
                self._delete_table(each.name)
            elif each.type == FILES:
                self._delete_bucket(each.name)
            elif each.type == SECRET:
                self._secrets.delete_secret(SecretId=each.name)
            else:
                self._logs.delete_log_group(logGroupName=each.name)

    def _delete_table(self, table: str) -> None:
        self._dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        self._dynamodb.get_waiter("table_exists").wait(TableName=table)
        self._dynamodb.delete_table(TableName=table)
        self._dynamodb.get_waiter("table_not_exists").wait(TableName=table)

    def _delete_bucket(self, bucket: str) -> None:
        """S3 deletes only empty buckets. Raises DeployError if it refuses to delete a file."""
        while keys := self._files(bucket):
            objects = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
            answer = self._s3.delete_objects(Bucket=bucket, Delete=objects)
            for refused in answer.get("Errors", []):
                raise DeployError(
                    f"S3 refuses to delete the file {refused['Key']} of the bucket {bucket}: "
                    f"{refused['Code']}. Delete the file by hand, then run "
                    "this command again."
                )
        self._s3.delete_bucket(Bucket=bucket)

    def _exists(self, leftover: Leftover) -> bool:
        try:
            return self._found(leftover)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ResourceNotFoundException", "404"):
                return False
            raise

    def _found(self, leftover: Leftover) -> bool:
        if leftover.type == TABLE:
            found: Any = self._dynamodb.describe_table(TableName=leftover.name)["Table"]
            return bool(found["TableStatus"] != "DELETING")
        if leftover.type == FILES:
            self._s3.head_bucket(Bucket=leftover.name)
            return True
        if leftover.type == SECRET:
            return "DeletedDate" not in self._secrets.describe_secret(SecretId=leftover.name)
        groups = self._logs.describe_log_groups(logGroupNamePrefix=leftover.name)["logGroups"]
        return any(each["logGroupName"] == leftover.name for each in groups)


def _of_arn(arn: str) -> Leftover | None:
    service, rest = arn.split(":")[2], arn.split(":", 5)[5]
    if service == "dynamodb":
        return Leftover(TABLE, rest.partition("/")[2])
    if service == "s3" and "/" not in rest:
        return Leftover(FILES, rest)
    if service == "secretsmanager":
        return Leftover(SECRET, arn)
    if service == "logs":
        return Leftover(LOG_GROUP, rest.removeprefix("log-group:").removesuffix(":*"))
    return None


def named(leftovers: Iterable[Leftover]) -> str:
    """The leftovers in one phrase."""
    *others, last = [str(each) for each in leftovers]
    return f"{', '.join(others)} and {last}" if others else last
