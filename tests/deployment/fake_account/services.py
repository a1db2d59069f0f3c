"""The other AWS services that the deployment commands call, in memory."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from infra.permissions.grants import BOUND_BY
from infra.template.policies import BOUNDARY
from tests.deployment.fake_account.aws import OWNER, REGION, FakeAws, Refused
from tests.deployment.fake_account.cloudformation import FakeCloudFormation

Params = Mapping[str, Any]
SOMEBODY_ELSE = "999999999999"


class FakeSts:
    def __init__(self) -> None:
        self.refusal: Refused | None = None
        self.caller = f"arn:aws:iam::{OWNER}:user/dana"

    def get_caller_identity(self, _: Params) -> Any:
        if self.refusal:
            raise self.refusal
        return {"Account": OWNER, "Arn": self.caller, "UserId": "dana"}


class FakeS3:
    """`owners` maps a bucket to its account, `settings` the operation that sets something up to its
    parameters, `sealed` a file to the KMS key that encrypts it; `undeletable` are keys of files."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.settings: dict[str, Params] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.uploaded: dict[tuple[str, str], datetime] = {}
        self.tags: dict[str, list[Any]] = {}
        self.sealed: dict[str, str] = {}
        self.undeletable: set[str] = set()
        self.of_stacks: set[str] = set()
        """The buckets that stacks have made, under names that nobody can have guessed."""

    def age(self, days: int) -> None:
        """Lets all files be older."""
        self.uploaded = {key: at - timedelta(days=days) for key, at in self.uploaded.items()}

    def head_bucket(self, params: Params) -> Any:
        if params["Bucket"] not in self.owners:
            raise Refused("404", "Not Found", 404)
        self._require_owner(params)
        return {}

    def create_bucket(self, params: Params) -> Any:
        if params["Bucket"] in self.owners:
            raise Refused("BucketAlreadyExists", "The bucket name is not available.", 409)
        assert params["CreateBucketConfiguration"] == {"LocationConstraint": REGION}
        self.owners[params["Bucket"]] = OWNER
        return {}

    def put_public_access_block(self, params: Params) -> None:
        self._set("public access", params)

    def put_bucket_encryption(self, params: Params) -> None:
        self._set("encryption", params)

    def put_bucket_policy(self, params: Params) -> None:
        self._set("policy", params)

    def put_bucket_lifecycle_configuration(self, params: Params) -> Any:
        self._set("lifecycle", params)
        return {}

    def put_object(self, params: Params) -> Any:
        self._require_owner(params)
        place = params["Bucket"], params["Key"]
        # botocore makes a stream of the body.
        self.files[place], self.uploaded[place] = params["Body"].read(), datetime.now(UTC)
        self.tags.pop(params["Key"], None)
        if params.get("ServerSideEncryption") == "aws:kms":
            self.sealed[params["Key"]] = params["SSEKMSKeyId"]
        return {}

    def get_object(self, params: Params) -> Any:
        self._require_owner(params)
        place = params["Bucket"], params["Key"]
        if place not in self.files:
            raise Refused("NoSuchKey", "The specified key does not exist.", 404)
        return {"Body": BytesIO(self.files[place])}

    def list_objects_v2(self, params: Params) -> Any:
        self._require_owner(params)
        return {
            "Contents": [
                {"Key": key, "LastModified": self.uploaded[bucket, key]}
                for bucket, key in sorted(self.files)
                if bucket == params["Bucket"] and key.startswith(params.get("Prefix", ""))
            ]
        }

    def delete_objects(self, params: Params) -> Any:
        keys = {each["Key"] for each in params["Delete"]["Objects"]}
        for key in keys - self.undeletable:
            del self.files[params["Bucket"], key]
        refused = {"Code": "AccessDenied", "Message": "Access Denied."}
        return {"Errors": [{"Key": key, **refused} for key in sorted(keys & self.undeletable)]}

    def delete_bucket(self, params: Params) -> Any:
        if any(bucket == params["Bucket"] for bucket, _ in self.files):
            raise Refused("BucketNotEmpty", "The bucket you tried to delete is not empty.", 409)
        del self.owners[params["Bucket"]]

    def put_object_tagging(self, params: Params) -> Any:
        self._require_owner(params)
        self.tags[params["Key"]] = params["Tagging"]["TagSet"]
        return {}

    def read(self, url: str) -> bytes:
        bucket, key = url.split("/")[-2:]
        return self.files[bucket, key]

    def _set(self, what: str, params: Params) -> None:
        self._require_owner(params)
        self.settings[what] = params

    def _require_owner(self, params: Params) -> None:
        owner = self.owners[params["Bucket"]]
        if params["Bucket"] in self.of_stacks:
            return
        assert "ExpectedBucketOwner" in params, "a call does not name the owner it expects"
        if owner != params["ExpectedBucketOwner"]:
            raise Refused("403", "Forbidden", 403)


class FakeApiGateway:
    """`role` is the account's log role, as in a fresh account none."""

    def __init__(self) -> None:
        self.role: str | None = f"arn:aws:iam::{OWNER}:role/api-logs"

    def get_account(self, _: Params) -> Any:
        return {"cloudwatchRoleArn": self.role} if self.role else {}


class FakeLambda:
    """`variables` maps (function, qualifier) to the environment of that version."""

    def __init__(self) -> None:
        self.concurrent, self.unreserved, self.code = 1000, 1000, 1_000_000
        self.variables: dict[tuple[str, str], dict[str, str]] = {}

    def get_function_configuration(self, params: Params) -> Any:
        version = params["FunctionName"], params.get("Qualifier", "$LATEST")
        return {"Environment": {"Variables": self.variables[version]}}

    def get_account_settings(self, _: Params) -> Any:
        limit = {
            "ConcurrentExecutions": self.concurrent,
            "UnreservedConcurrentExecutions": self.unreserved,
            "TotalCodeSize": 80_530_636_800,
        }
        return {"AccountLimit": limit, "AccountUsage": {"TotalCodeSize": self.code}}


class FakeIam:
    """`policies` are the ARNs of managed policies; `demanded` is the permissions boundary without
    which nobody may create roles, and `own` that of each role."""

    def __init__(self) -> None:
        self.roles, self.quota = {"api-logs"}, 1000
        self.used = 12
        self.policies: set[str] = set()
        self.demanded, self.own = "", ""

    def get_policy(self, params: Params) -> Any:
        if params["PolicyArn"] not in self.policies:
            raise Refused("NoSuchEntity", f"Policy {params['PolicyArn']} was not found.", 404)
        return {"Policy": {"Arn": params["PolicyArn"]}}

    def simulate_principal_policy(self, params: Params) -> Any:
        """As IAM's documentation says, the missing keys are with the results for each resource."""
        assert params["PolicySourceArn"].startswith(f"arn:aws:iam::{OWNER}:")
        given = [value for each in params["ContextEntries"] for value in each["ContextKeyValues"]]
        allowed = not self.demanded or given == [self.demanded]
        decision = {"EvalActionName": "iam:CreateRole", "EvalDecision": "allowed"}
        decision |= {} if allowed else {"EvalDecision": "implicitDeny"}
        found = {
            "EvalResourceName": params["ResourceArns"][0],
            "EvalResourceDecision": decision["EvalDecision"],
            "MissingContextValues": [] if given or not self.demanded else [BOUND_BY],
        }
        return {"EvaluationResults": [{**decision, "ResourceSpecificResults": [found]}]}

    def get_role(self, params: Params) -> Any:
        name = params["RoleName"]
        if name not in self.roles:
            raise Refused("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        now = datetime.now(UTC)
        role: dict[str, Any] = {"Path": "/"}
        role |= {"RoleName": name, "RoleId": "AROA" + "X" * 16, "CreateDate": now}
        if self.own:
            role[BOUNDARY] = {"PermissionsBoundaryArn": self.own}
        return {"Role": {**role, "Arn": f"arn:aws:iam::{OWNER}:role/{name}"}}

    def get_account_summary(self, _: Params) -> Any:
        return {"SummaryMap": {"Roles": self.used, "RolesQuota": self.quota}}


class FakeAcm:
    """`certificates` maps an ARN to (status, names)."""

    def __init__(self) -> None:
        self.certificates: dict[str, tuple[str, list[str]]] = {}

    def describe_certificate(self, params: Params) -> Any:
        arn = params["CertificateArn"]
        if arn not in self.certificates:
            raise Refused("ResourceNotFoundException", f"Could not find certificate {arn}.")
        status, names = self.certificates[arn]
        found = {"CertificateArn": arn, "DomainName": names[0], "Status": status}
        return {"Certificate": {**found, "SubjectAlternativeNames": names}}


class FakeRoute53:
    """`zones` maps an id to a name with a dot at its end."""

    def __init__(self) -> None:
        self.zones: dict[str, str] = {}

    def get_hosted_zone(self, params: Params) -> Any:
        zone = params["Id"]
        if zone not in self.zones:
            raise Refused("NoSuchHostedZone", f"No hosted zone found with ID: {zone}", 404)
        found = {"Id": f"/hostedzone/{zone}", "Name": self.zones[zone], "CallerReference": "1"}
        return {"HostedZone": found}


class FakeKms:
    """`keys` maps an ARN to (state, spec)."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, str]] = {}

    def describe_key(self, params: Params) -> Any:
        arn = params["KeyId"]
        if arn not in self.keys:
            raise Refused("NotFoundException", f"Key '{arn}' does not exist")
        state, spec = self.keys[arn]
        return {"KeyMetadata": {"KeyId": "1", "Arn": arn, "KeyState": state, "KeySpec": spec}}


class FakeTables:
    """DynamoDB: `rows` maps each table to its rows."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = {}
        self.protected: set[str] = set()
        self.without_stream: set[str] = set()

    def describe_table(self, params: Params) -> Any:
        name = self._known(params)
        found: dict[str, Any] = {"TableStatus": "ACTIVE", "ItemCount": len(self.rows[name])}
        if name not in self.without_stream:
            found["StreamSpecification"] = {"StreamEnabled": True}
            found["LatestStreamArn"] = f"arn:aws:dynamodb:{REGION}:{OWNER}:table/{name}/stream/1"
        return {"Table": found}

    def scan(self, params: Params) -> Any:
        return {"Items": self.rows[self._known(params)][:1]}

    def update_table(self, params: Params) -> Any:
        self.protected.discard(self._known(params))
        return {}

    def delete_table(self, params: Params) -> Any:
        name = self._known(params)
        if name in self.protected:
            raise Refused("ValidationException", "The table is protected against deletion.")
        del self.rows[name]
        return {}

    def _known(self, params: Params) -> str:
        name = str(params["TableName"])
        if name not in self.rows:
            raise Refused("ResourceNotFoundException", f"Table: {name} not found")
        return name


class FakeSecrets:
    """`deleted` maps each secret to whether it is scheduled for deletion."""

    def __init__(self) -> None:
        self.deleted: dict[str, bool] = {}

    def describe_secret(self, params: Params) -> Any:
        name = params["SecretId"]
        if name not in self.deleted:
            raise Refused("ResourceNotFoundException", "Secrets Manager can't find the secret.")
        return {"DeletedDate": datetime.now(UTC)} if self.deleted[name] else {}

    def delete_secret(self, params: Params) -> Any:
        self.deleted[params["SecretId"]] = True
        return {}


class FakeLogs:
    """`pages` are the messages that a search finds; CloudWatch's pages may be empty, too."""

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.pages: list[list[str]] = []

    def filter_log_events(self, params: Params) -> Any:
        number = int(params.get("nextToken", 0))
        answer = {"events": [{"message": each} for each in self.pages[number]]}
        more = number + 1 < len(self.pages)
        return answer | ({"nextToken": str(number + 1)} if more else {})

    def describe_log_groups(self, params: Params) -> Any:
        prefix = params["logGroupNamePrefix"]
        found = [name for name in sorted(self.groups) if name.startswith(prefix)]
        return {"logGroups": [{"logGroupName": name} for name in found]}

    def delete_log_group(self, params: Params) -> None:
        self.groups.remove(params["logGroupName"])


class FakeTagging:
    """`tags` maps an ARN to its tags. AWS shows deleted resources for a while, and so does this."""

    def __init__(self) -> None:
        self.tags: dict[str, Mapping[str, str]] = {}

    def get_resources(self, params: Params) -> Any:
        wanted = [(each["Key"], each["Values"]) for each in params["TagFilters"]]
        found = [
            {"ResourceARN": arn}
            for arn, tags in self.tags.items()
            if all(tags.get(key) in values for key, values in wanted)
        ]
        return {"ResourceTagMappingList": found}


class FakeAccount(FakeAws):
    """A whole account; the attributes are its services."""

    def __init__(self) -> None:
        super().__init__()
        self.sts, self.s3, self.apigateway, self.lambda_ = (
            FakeSts(),
            FakeS3(),
            FakeApiGateway(),
            FakeLambda(),
        )
        self.iam, self.acm, self.dynamodb = FakeIam(), FakeAcm(), FakeTables()
        self.route53, self.kms = FakeRoute53(), FakeKms()
        self.secrets, self.logs, self.tagging = FakeSecrets(), FakeLogs(), FakeTagging()
        self.cloudformation = FakeCloudFormation(self.s3.read, self._create, self._delete)
        self.services |= {
            "sts": self.sts,
            "s3": self.s3,
            "apigateway": self.apigateway,
            "lambda": self.lambda_,
            "iam": self.iam,
            "acm": self.acm,
            "route53": self.route53,
            "kms": self.kms,
            "dynamodb": self.dynamodb,
            "secretsmanager": self.secrets,
            "logs": self.logs,
            "resourcegroupstaggingapi": self.tagging,
            "cloudformation": self.cloudformation,
        }

    def template(self, key: str) -> Any:
        """The template with this key in the package bucket."""
        (bucket,) = self.s3.owners.keys() - self.s3.of_stacks
        return json.loads(self.s3.files[bucket, key])

    def _create(self, type: str, physical: str, tags: Mapping[str, str]) -> None:
        if type == "AWS::DynamoDB::Table":
            self.dynamodb.rows[physical] = []
            self.dynamodb.protected.add(physical)
            self.tagging.tags[f"arn:aws:dynamodb:{REGION}:{OWNER}:table/{physical}"] = tags
        elif type == "AWS::S3::Bucket":
            self.s3.owners[physical] = OWNER
            self.s3.of_stacks.add(physical)
            self.tagging.tags[f"arn:aws:s3:::{physical}"] = tags
        elif type == "AWS::SecretsManager::Secret":
            self.secrets.deleted[physical] = False
        elif type == "AWS::Logs::LogGroup":
            self.logs.groups.add(physical)

    def _delete(self, type: str, physical: str) -> None:
        if type == "AWS::DynamoDB::Table":
            self.dynamodb.rows.pop(physical)
        elif type == "AWS::S3::Bucket":
            self.s3.owners.pop(physical)
        elif type == "AWS::SecretsManager::Secret":
            self.secrets.deleted.pop(physical)
        elif type == "AWS::Logs::LogGroup":
            self.logs.groups.discard(physical)
