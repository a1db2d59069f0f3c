"""Looks before a deployment for what would make it fail, and says what to do about it.

The functions whose names begin with `judge` decide from values; `Preflight` reads the account.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.deployment.account import Account
from infra.deployment.packages import Template
from infra.permissions import boundary
from infra.template.alarms import CONCURRENCY
from infra.template.policies import BOUNDARY, DATA_KEY, OLD_SECRETS_KEY, ROLE, SECRETS_KEY
from infra.template.storage import EXISTING_FILES, EXISTING_STREAM, EXISTING_TABLE

LOG_ROLE = "AccessLogRole"
"""The template's parameter: `create`, or `exists`."""
FEW = 100
"""Lambda invocations at once. An account with fewer can serve a demo, not a team."""
KEPT_FREE = 100
"""Lambda refuses a reservation that leaves fewer executions to the account's other functions."""
RESERVING = ("ProvisionedConcurrencyConfig", "ReservedConcurrentExecutions")
NEARLY_FULL = 0.9
SIGN_ON = "SignOnSecret"
EDGE_REGION = "us-east-1"
"""CloudFront takes certificates from this region only."""
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
RECORD = "AWS::Route53::RecordSet"
KEYS = (DATA_KEY, SECRETS_KEY, OLD_SECRETS_KEY)
CODE_STORAGE = "GB of Lambda code"


@dataclass(frozen=True, slots=True)
class Finding:
    """`stops` is true if the deployment would fail. `text` says what is so and what to do."""

    stops: bool
    text: str


@dataclass(frozen=True, slots=True)
class CertificateUse:
    """A domain that the template takes from the parameter `domain`, with the certificate that it
    takes from the parameter `certificate`."""

    certificate: str
    domain: str
    region: str


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """`chosen` are parameter values that follow from the account."""

    findings: list[Finding] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)

    @property
    def stops(self) -> bool:
        return any(each.stops for each in self.findings)


def judge_log_role(role: str | None, effective: str) -> tuple[Finding | None, str | None]:
    """`role` is the ARN of the account's log role, None if there is none that works. `effective` is
    the value that the parameter would have. Returns what to say, and the value to use instead."""
    if role is None and effective != "create":
        text = (
            "API Gateway has no role in this account and region with which it writes logs: "
            f"the stack creates it ({LOG_ROLE}=create)."
        )
        return Finding(False, text), "create"
    return None, None


def judge_concurrency(limit: int, unreserved: int) -> Finding | None:
    if limit < FEW:
        return Finding(
            False,
            f"This account may run only {limit} Lambda invocations at once. That is enough for a "
            "demo. Before real traffic, ask for 1,000: Service Quotas > AWS Lambda > Concurrent "
            "executions (L-B99A9384).",
        )
    if unreserved < FEW:
        return Finding(
            False,
            f"Other functions of this account have reserved concurrency; {unreserved} of {limit} "
            "invocations at once are left for Baton. Raise the quota L-B99A9384 or lower those "
            "reservations.",
        )
    return None


def judge_reservations(adds: int, unreserved: int) -> Finding | None:
    """`adds` are the executions that this deployment reserves besides the present ones."""
    if adds and unreserved - adds < KEPT_FREE:
        return Finding(
            True,
            f"The parameters reserve {adds} more concurrent Lambda executions, but of the "
            f"{unreserved} that are free {KEPT_FREE} must stay free. Reserve fewer, or raise the "
            "quota L-B99A9384.",
        )
    return None


def judge_quota(what: str, used: float, adds: float, limit: float) -> Finding | None:
    """`adds` is what this deployment needs besides `used`."""
    if used + adds > limit:
        return Finding(
            True,
            f"This deployment needs {adds:.3g} {what} more, but {used:.4g} of {limit:.4g} are in "
            "use. Remove some, or ask for more under Service Quotas.",
        )
    if used + adds > NEARLY_FULL * limit:
        return Finding(
            False,
            f"With this deployment, {used + adds:.4g} of {limit:.4g} {what} are in use. Ask for "
            "more under Service Quotas soon.",
        )
    return None


def judge_domain(use: CertificateUse, values: Mapping[str, str]) -> Finding | None:
    """The finding if only one of the two parameters is given, or the ARN is in a wrong region."""
    domain, arn = values.get(use.domain, ""), values.get(use.certificate, "")
    if not domain:
        return None
    if not arn:
        return Finding(
            True,
            f"{use.domain} is {domain}, but {use.certificate} is empty. Add: "
            f"ARGS='--parameter {use.certificate}=ARN', with the ARN of a certificate for {domain} "
            f"in {use.region}.",
        )
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "acm":
        return Finding(
            True,
            f"{use.certificate} must be the ARN of a certificate in ACM, not {arn!r}. "
            f"To list them: aws acm list-certificates --region {use.region}",
        )
    if parts[3] != use.region:
        return Finding(
            True,
            f"{use.certificate} is in {parts[3]}, but {use.domain} needs a certificate in "
            f"{use.region}. Request one there: aws acm request-certificate --region {use.region} "
            f"--domain-name {domain} --validation-method DNS",
        )
    return None


def judge_certificate(use: CertificateUse, domain: str, found: Mapping[str, Any]) -> Finding | None:
    """`found` is ACM's description of the certificate."""
    if found["Status"] != "ISSUED":
        return Finding(
            True,
            f"The certificate of {domain} is {found['Status']}, not ISSUED. Create the DNS records "
            "that ACM shows for its validation, and wait until it is issued: "
            f"aws acm describe-certificate --region {use.region} --certificate-arn "
            f"{found['CertificateArn']}",
        )
    names = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if not any(covers(name, domain) for name in names):
        return Finding(
            True,
            f"The certificate in {use.certificate} is for {', '.join(sorted(set(names)))}, not for "
            f"{domain}. Give the ARN of one that includes {domain}.",
        )
    return None


def judge_zone(zone: str, name: str, domain: str) -> Finding | None:
    """`name` is the hosted zone's, with a dot at its end."""
    apex = name.rstrip(".").lower()
    if domain.lower() == apex or domain.lower().endswith(f".{apex}"):
        return None
    return Finding(
        True,
        f"The hosted zone {zone} is for {apex}, so it cannot have a record for {domain}. Give the "
        "id of the zone of that domain: aws route53 list-hosted-zones",
    )


def judge_table(name: str, stream: str, found: Mapping[str, Any] | None) -> Finding | None:
    """`found` is DynamoDB's description of the table that the stack shall adopt, None if there is
    none."""
    if found is None:
        return Finding(
            True,
            f"There is no table {name} in this account and region. To list them: "
            "aws dynamodb list-tables",
        )
    actual = found.get("LatestStreamArn", "")
    if not found.get("StreamSpecification", {}).get("StreamEnabled"):
        return Finding(
            True,
            f"The table {name} has no stream. To enable it: aws dynamodb update-table --table-name "
            f"{name} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES",
        )
    if actual != stream:
        return Finding(True, f"The stream of {name} is {actual}. Set {EXISTING_STREAM} to it.")
    return None


def judge_key(
    parameter: str, arn: str, region: str, found: Mapping[str, Any] | None
) -> Finding | None:
    """`found` is KMS's description of the key, None if there is none."""
    if arn.split(":")[3:4] != [region]:
        return Finding(True, f"{parameter} must be the ARN of a KMS key in {region}, not {arn!r}.")
    if found is None:
        return Finding(
            True,
            f"{parameter} names the key {arn}, which does not exist. "
            "To list the keys: aws kms list-keys",
        )
    if found["KeyState"] != "Enabled":
        return Finding(
            True,
            f"The key of {parameter} is {found['KeyState']}, not Enabled. To enable a disabled "
            f"key: aws kms enable-key --key-id {arn}",
        )
    if found["KeySpec"] != "SYMMETRIC_DEFAULT":
        return Finding(
            True, f"The key of {parameter} is {found['KeySpec']}; it must be a symmetric key."
        )
    return None


def judge_sign_on_secret(arn: str, region: str) -> Finding | None:
    """CloudFormation reads the secret with the rights of whoever deploys."""
    parts = arn.split(":")
    if len(parts) < 7 or parts[2:4] != ["secretsmanager", region]:
        return Finding(
            True,
            f"{SIGN_ON} must be the ARN of a secret of Secrets Manager in {region}, not {arn!r}. "
            "To list them: aws secretsmanager list-secrets",
        )
    if parts[6].startswith("baton-"):
        return None
    return Finding(
        False,
        f"{SIGN_ON} names the secret {parts[6]}. infra/permissions/deployer_policy.py permits to "
        "read only secrets whose names begin with baton-. If your role has no "
        "other permissions, the deployment fails: give the secret such a name.",
    )


def covers(name: str, domain: str) -> bool:
    """True if a certificate for `name` is valid for `domain`. A `*` stands for one label."""
    name, domain = name.lower(), domain.lower()
    if name.startswith("*."):
        return domain.partition(".")[2] == name[2:]
    return name == domain


def certificate_uses(template: Template, region: str) -> list[CertificateUse]:
    """The domains and certificates that the template takes from parameters."""
    declared = template.get("Parameters", {})
    found: list[CertificateUse] = []
    for resource in template["Resources"].values():
        for domain, certificate, needed in _CERTIFIED.get(resource["Type"], ()):
            properties = resource.get("Properties", {})
            domains = _parameters(_at(properties, domain), declared)
            certificates = _parameters(_at(properties, certificate), declared)
            if domains and certificates:
                found.append(CertificateUse(certificates[0], domains[0], needed or region))
    return found


def zone_uses(template: Template) -> list[tuple[str, str]]:
    """The parameters for a hosted zone and for the domain that gets a record there."""
    declared = template.get("Parameters", {})
    found: list[tuple[str, str]] = []
    for resource in template["Resources"].values():
        if resource["Type"] == RECORD:
            properties = resource.get("Properties", {})
            zones = _parameters(properties.get("HostedZoneId"), declared)
            domains = _parameters(properties.get("Name"), declared)
            found += [(zones[0], domains[0])] if zones and domains else []
    return found


_CERTIFIED: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "AWS::ApiGateway::DomainName": (("DomainName", "RegionalCertificateArn", ""),),
    "AWS::ApiGatewayV2::DomainName": (("DomainName", "DomainNameConfigurations", ""),),
    "AWS::CloudFront::Distribution": (
        ("DistributionConfig.Aliases", "DistributionConfig.ViewerCertificate", EDGE_REGION),
    ),
}
"""The properties of a resource type that name its domain and its certificate, and the region of
the certificate; "" is the stack's."""


def reserving(template: Template) -> set[str]:
    """The parameters that reserve concurrency for a function."""
    declared = template.get("Parameters", {})
    return {
        name
        for resource in template["Resources"].values()
        for key in RESERVING
        for name in _parameters(resource.get("Properties", {}).get(key), declared)
    }


def _at(properties: Any, path: str) -> Any:
    for name in path.split("."):
        properties = properties.get(name) if isinstance(properties, dict) else None
    return properties


def _parameters(value: Any, declared: Mapping[str, object]) -> list[str]:
    """The parameters to which a value of the template refers, in its order."""
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            return [value["Ref"]] if value["Ref"] in declared else []
        return [name for part in value.values() for name in _parameters(part, declared)]
    if isinstance(value, list):
        return [name for part in value for name in _parameters(part, declared)]
    return []


@dataclass(frozen=True, slots=True)
class Preflight:
    """`values` are the parameters that the stack would have, `present` those that it has, none if
    it does not exist yet. `size` is the code's in bytes."""

    account: Account
    template: Template
    values: Mapping[str, str]
    present: Mapping[str, str]
    size: int

    def run(self) -> PreflightReport:
        report = PreflightReport()
        checks: Mapping[str, Callable[[PreflightReport], Iterator[Finding | None]]] = {
            "API Gateway's log role": self._log_role,
            "Lambda's quotas": self._lambda,
            "IAM's quotas": self._roles,
            "The permissions boundary": self._boundary,
            "The certificates": self._certificates,
            "The hosted zone": self._zones,
            "The existing table": self._table,
            "The existing bucket of files": self._files,
            "The KMS keys": self._keys,
            "The secret of single sign-on": self._sign_on,
        }
        for what, check in checks.items():
            try:
                report.findings.extend(each for each in check(report) if each)
            except ClientError as error:
                report.findings.append(_unchecked(what, error))
            except BotoCoreError as error:
                report.findings.append(Finding(False, f"{what} could not be checked: {error}"))
        return report

    def _log_role(self, report: PreflightReport) -> Iterator[Finding | None]:
        if LOG_ROLE not in self.template.get("Parameters", {}):
            return
        role = self.account.client("apigateway").get_account().get("cloudwatchRoleArn")
        if role and not self._role_exists(role):
            role = None
        finding, value = judge_log_role(role, self.values.get(LOG_ROLE, "exists"))
        if value:
            report.chosen[LOG_ROLE] = value
        yield finding

    def _role_exists(self, arn: str) -> bool:
        """API Gateway keeps the ARN of a role that somebody has deleted."""
        try:
            self.account.client("iam").get_role(RoleName=arn.rpartition("/")[2])
        except ClientError as error:
            return error.response["Error"]["Code"] != "NoSuchEntity"
        return True

    def _lambda(self, report: PreflightReport) -> Iterator[Finding | None]:
        found = self.account.client("lambda").get_account_settings()
        limit, usage = found["AccountLimit"], found["AccountUsage"]
        if CONCURRENCY in self.template.get("Parameters", {}):
            # The alarm on concurrent executions is a share of this.
            report.chosen[CONCURRENCY] = str(limit["ConcurrentExecutions"])
        yield judge_concurrency(
            limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
        )
        adds = sum(max(0, self._reserved(name)) for name in reserving(self.template))
        yield judge_reservations(adds, limit["UnreservedConcurrentExecutions"])
        functions = _count(self.template, "AWS::Serverless::Function")
        gigabyte = 1_000_000_000
        yield judge_quota(
            CODE_STORAGE,
            usage["TotalCodeSize"] / gigabyte,
            functions * self.size / gigabyte,
            limit["TotalCodeSize"] / gigabyte,
        )

    def _reserved(self, parameter: str) -> int:
        """The number of executions that the parameter reserves besides the present ones."""
        wanted, present = self.values.get(parameter, ""), self.present.get(parameter, "")
        return int(wanted or 0) - int(present or 0)

    def _roles(self, _: PreflightReport) -> Iterator[Finding | None]:
        if self.present:
            return
        found = self.account.client("iam").get_account_summary()["SummaryMap"]
        if "RolesQuota" in found:
            adds = _count(self.template, ROLE)
            yield judge_quota("IAM roles", found["Roles"], adds, found["RolesQuota"])

    def _boundary(self, _: PreflightReport) -> Iterator[Finding | None]:
        if BOUNDARY not in self.template.get("Parameters", {}):
            return
        iam, given = self.account.client("iam"), self.values.get(BOUNDARY, "")
        if given and not self._policy_exists(given):
            yield Finding(
                True,
                f"{BOUNDARY} names {given}, which does not exist. "
                "To list them: aws iam list-policies --scope Local",
            )
            return
        identity = self.account.identity()
        caller, own = identity.arn, ""
        name = boundary.role_name(caller)
        if name:
            role = iam.get_role(RoleName=name)["Role"]
            caller, own = role["Arn"], role.get(BOUNDARY, {}).get("PermissionsBoundaryArn", "")
        elif not boundary.is_user(caller):
            return  # IAM simulates users and roles only.
        partition = identity.arn.split(":")[1]
        wanted = f"arn:{partition}:iam::{identity.account}:role/baton-preflight"
        simulation = boundary.may_create(iam.simulate_principal_policy, caller, wanted, given)
        said = boundary.judge_boundary(given, simulation, own)
        # IAM simulates neither sessions nor all service control policies, so this does not stop.
        yield Finding(False, said) if said else None

    def _policy_exists(self, arn: str) -> bool:
        try:
            self.account.client("iam").get_policy(PolicyArn=arn)
        except ClientError as error:
            if boundary.absent(error):
                return False
            raise
        return True

    def _certificates(self, _: PreflightReport) -> Iterator[Finding | None]:
        for use in certificate_uses(self.template, self.account.region):
            finding = judge_domain(use, self.values)
            domain = self.values.get(use.domain, "")
            yield finding or (self._certificate(use, domain) if domain else None)

    def _certificate(self, use: CertificateUse, domain: str) -> Finding | None:
        arn = self.values[use.certificate]
        try:
            found = self.account.client("acm", use.region).describe_certificate(CertificateArn=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return Finding(
                True,
                f"There is no certificate {arn} in this account. To list them: "
                f"aws acm list-certificates --region {use.region}",
            )
        return judge_certificate(use, domain, found["Certificate"])

    def _zones(self, _: PreflightReport) -> Iterator[Finding | None]:
        for zone_parameter, domain_parameter in zone_uses(self.template):
            zone = self.values.get(zone_parameter, "")
            domain = self.values.get(domain_parameter, "")
            if zone and domain:
                yield self._zone(zone, domain)

    def _zone(self, zone: str, domain: str) -> Finding | None:
        try:
            found = self.account.client("route53").get_hosted_zone(Id=zone)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("NoSuchHostedZone", "InvalidInput"):
                raise
            return Finding(
                True,
                f"There is no hosted zone {zone} in this account. "
                "To list them: aws route53 list-hosted-zones",
            )
        return judge_zone(zone, found["HostedZone"]["Name"], domain)

    def _table(self, _: PreflightReport) -> Iterator[Finding | None]:
        name = self.values.get(EXISTING_TABLE, "")
        if not name:
            return
        found: Mapping[str, Any] | None = None
        try:
            found = self.account.client("dynamodb").describe_table(TableName=name)["Table"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        yield judge_table(name, self.values.get(EXISTING_STREAM, ""), found)

    def _files(self, _: PreflightReport) -> Iterator[Finding | None]:
        name = self.values.get(EXISTING_FILES, "")
        if not name:
            return
        try:
            self.account.client("s3").head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            lists = "To list them: aws s3api list-buckets"
            yield Finding(True, f"There is no bucket {name}. {lists}")

    def _keys(self, _: PreflightReport) -> Iterator[Finding | None]:
        for parameter in KEYS:
            arn = self.values.get(parameter, "")
            if arn:
                yield self._key(parameter, arn)

    def _sign_on(self, _: PreflightReport) -> Iterator[Finding | None]:
        arn = self.values.get(SIGN_ON, "")
        if arn:
            yield judge_sign_on_secret(arn, self.account.region)

    def _key(self, parameter: str, arn: str) -> Finding | None:
        found: Mapping[str, Any] | None = None
        try:
            found = self.account.client("kms").describe_key(KeyId=arn)["KeyMetadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("NotFoundException", "InvalidArnException"):
                raise
        return judge_key(parameter, arn, self.account.region, found)


def _count(template: Template, type: str) -> int:
    return sum(each["Type"] == type for each in template["Resources"].values())


def _unchecked(what: str, error: ClientError) -> Finding:
    reason = error.response["Error"]
    if reason["Code"] in DENIED:
        return Finding(
            False,
            f"{what} could not be checked, because your role may not call "
            f"{error.operation_name}. infra/permissions/deployer_policy.py has the permission.",
        )
    return Finding(False, f"{what} could not be checked: {error}")
