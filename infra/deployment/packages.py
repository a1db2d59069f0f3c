"""The S3 bucket with the packages, the templates and the records of what was deployed."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.deployment.account import DeployError
from infra.template.chalice_template import place_code

Template = dict[str, Any]
MISSING = ("404", "NoSuchBucket", "NotFound", "NoSuchKey")
EXPIRES_AFTER = 30
"""Days after its upload until a retired package is deleted."""
YOUNG = timedelta(days=1)
RETIRED = {"Key": "retired", "Value": "yes"}


@dataclass(frozen=True, slots=True)
class PackageBucket:
    """`s3` is a boto3 client. `owner` is our account's number: S3 refuses each call if the bucket
    belongs to another account, so nobody can read our packages or slip us theirs by taking the
    bucket's name first. `ours` is false for a bucket that the user has named: its settings stay as
    they are. `key` is the ARN of the KMS key that encrypts what is written; "" uses S3's own key.

    Packages and templates are stored under the digest of their content.
    """

    s3: Any
    name: str
    owner: str
    ours: bool = True
    key: str = ""

    def exists(self) -> bool:
        """Raises DeployError if the bucket belongs to another account, or may not be used."""
        try:
            self.s3.head_bucket(**self._bucket)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in MISSING:
                return False
            if code in ("403", "AccessDenied", "Forbidden"):
                raise DeployError(
                    f"The bucket {self.name} belongs to another account, or you may not use it. "
                    f"If s3:ListBucket is permitted to you, somebody else has taken the name: "
                    "choose another one with ARGS='--bucket NAME'."
                ) from None
            if code in ("301", "PermanentRedirect"):
                raise DeployError(
                    f"The bucket {self.name} is in another region. CloudFormation needs one in "
                    f"{self.s3.meta.region_name}: choose another one with ARGS='--bucket NAME'."
                ) from None
            raise
        return True

    def prepare(self) -> None:
        """Creates the bucket unless it exists, and sets it up. Raises DeployError."""
        existed = self.exists()
        if not existed:
            self._create()
        if self.ours or not existed:
            self._set_up()

    def put(self, content: bytes, suffix: str) -> str:
        """Uploads the content and returns its key. A retired file is in use again."""
        key = key_of(content, suffix)
        self.write(key, content)
        return key

    def write(self, key: str, content: bytes) -> None:
        sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key} if self.key else {}
        self.s3.put_object(**self._bucket, Key=key, Body=content, **sealed)

    def read(self, key: str) -> bytes:
        """Raises DeployError if there is no such file."""
        try:
            found: bytes = self.s3.get_object(**self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
            raise DeployError(f"The bucket {self.name} has no file {key} any more.") from None
        return found

    def keys(self, prefix: str) -> list[str]:
        return [each["Key"] for each in self._files(prefix)]

    def retire(self, used: Collection[str]) -> list[str]:
        """Lets S3 delete the packages and templates that are not in `used`, EXPIRES_AFTER days
        after their upload; returns their keys. The bucket's lifecycle rule looks for the tag.
        Files younger than YOUNG stay: another deployment may be about to use them."""
        yesterday = datetime.now(UTC) - YOUNG
        files = [each for each in self._files("") if "/" not in each["Key"]]
        old = [
            each["Key"]
            for each in files
            if each["Key"] not in used and each["LastModified"] < yesterday
        ]
        for key in old:
            self.s3.put_object_tagging(**self._bucket, Key=key, Tagging={"TagSet": [RETIRED]})
        return old

    def url(self, key: str) -> str:
        """The URL of the file in the form that CloudFormation accepts."""
        return f"{self.s3.meta.endpoint_url}/{self.name}/{key}"

    def _files(self, prefix: str) -> list[dict[str, Any]]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(**self._bucket, Prefix=prefix)
        return [each for page in pages for each in page.get("Contents", [])]

    @property
    def _bucket(self) -> dict[str, str]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self.owner}

    def _create(self) -> None:
        region = self.s3.meta.region_name
        # S3 rejects a LocationConstraint that names its default region.
        where = {} if region == "us-east-1" else {"LocationConstraint": region}
        wanted = {"CreateBucketConfiguration": where} if where else {}
        try:
            self.s3.create_bucket(Bucket=self.name, **wanted)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyExists":
                raise
            raise DeployError(
                f"Another account has a bucket with the name {self.name}. "
                "Choose another name with ARGS='--bucket NAME'."
            ) from None

    def _set_up(self) -> None:
        """Private, encrypted, over TLS only; retired packages are deleted."""
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy")
        self.s3.put_public_access_block(
            **self._bucket,
            PublicAccessBlockConfiguration=dict.fromkeys((*closed, "RestrictPublicBuckets"), True),
        )
        encrypted = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self.s3.put_bucket_encryption(
            **self._bucket, ServerSideEncryptionConfiguration={"Rules": [encrypted]}
        )
        self.s3.put_bucket_policy(**self._bucket, Policy=json.dumps(self._policy()))
        self.s3.put_bucket_lifecycle_configuration(
            **self._bucket, LifecycleConfiguration={"Rules": list(_lifecycle())}
        )

    def _policy(self) -> dict[str, object]:
        partition = self.s3.meta.partition
        bucket = f"arn:{partition}:s3:::{self.name}"
        only_tls = {
            "Sid": "OnlyOverTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return {"Version": "2012-10-17", "Statement": [only_tls]}


def key_of(content: bytes, suffix: str) -> str:
    """The key under which the content is stored."""
    return f"{hashlib.sha256(content).hexdigest()}{suffix}"


def template_key(template: Mapping[str, Any]) -> str:
    """The key under which a template is stored that refers to its code."""
    return key_of(_serialized(template), ".json")


def _serialized(template: Mapping[str, Any]) -> bytes:
    return json.dumps(template).encode()


def _lifecycle() -> Iterator[dict[str, object]]:
    """The age alone must not delete a package: a rollback by CloudFormation, or of ours, needs the
    one that is deployed, however old it is."""
    yield {
        "ID": "retired",
        "Status": "Enabled",
        "Filter": {"Tag": RETIRED},
        "Expiration": {"Days": EXPIRES_AFTER},
    }
    yield {
        "ID": "unfinished-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }


@dataclass(frozen=True, slots=True)
class Package:
    """A package in the bucket. `template` refers to the code; the two keys name their files."""

    template: Template
    template_key: str
    code_key: str


def upload(bucket: PackageBucket, code: bytes, template: Mapping[str, Any]) -> Package:
    """Uploads the code and the template that refers to it."""
    code_key = bucket.put(code, ".zip")
    whole: Template = json.loads(json.dumps(template))
    place_code(whole, bucket.name, code_key)
    return Package(whole, bucket.put(_serialized(whole), ".json"), code_key)
