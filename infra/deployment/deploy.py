"""`make deploy STAGE=prod`: what is in build/prod/ goes to AWS, after a look at what it changes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from infra.deployment.cloudformation import Change, Event, Proposal, Stack, StackFailed
from infra.packaging.package import BUILD, PACKAGE, TEMPLATE
from infra.template.names import SECRET, stack_of
from infra.template.policies import TABLE

PRECIOUS = (TABLE, SECRET)
"""What a deployment may not put anew without being looked at."""
Template = dict[str, Any]


class DeployError(Exception):
    """A sentence for whoever deploys, with the next step."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where packages are put; `s3` is a boto3 client. Each file stands there under the digest of
    what is in it, for good: the way back to an earlier release needs its package."""

    s3: Any
    name: str

    def prepare(self) -> None:
        """Makes it where it is missing: private, and encrypted as S3 does by itself. A bucket of
        that name that belongs to somebody else is a ClientError."""
        try:
            self.s3.head_bucket(Bucket=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            self._make()

    def put(self, content: bytes, suffix: str) -> str:
        """The key of what is there now."""
        key = f"{hashlib.sha256(content).hexdigest()}{suffix}"
        self.s3.put_object(Bucket=self.name, Key=key, Body=content)
        return key

    def url(self, key: str) -> str:
        """As CloudFormation takes it."""
        return f"{self.s3.meta.endpoint_url}/{self.name}/{key}"

    def _make(self) -> None:
        region = self.s3.meta.region_name
        # S3 refuses to be told of the region that it takes by default.
        where = {} if region == "us-east-1" else {"LocationConstraint": region}
        wanted = {"CreateBucketConfiguration": where} if where else {}
        self.s3.create_bucket(Bucket=self.name, **wanted)
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy")
        self.s3.put_public_access_block(
            Bucket=self.name,
            PublicAccessBlockConfiguration=dict.fromkeys((*closed, "RestrictPublicBuckets"), True),
        )


def uploaded(bucket: Bucket, package: bytes, template: Template) -> str:
    """The address of the template, whose functions have that package, in the bucket."""
    code = f"s3://{bucket.name}/{bucket.put(package, '.zip')}"
    whole: Template = json.loads(json.dumps(template))
    for resource in whole["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = code
    return bucket.url(bucket.put(json.dumps(whole).encode(), ".json"))


def wanted_parameters(given: tuple[str, ...], template: Template) -> dict[str, str]:
    """From `Name=Value`. Raises DeployError."""
    declared = template.get("Parameters", {})
    wanted: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise DeployError(f"A parameter is given as Name=Value, not as {each!r}.")
        if name not in declared:
            raise DeployError(f"There is no parameter {name}; there are {', '.join(declared)}.")
        wanted[name] = value
    return wanted


def shown(proposal: Proposal) -> Table:
    table = Table("action", "resource", "type", "replaced", title="What would change")
    for change in sorted(proposal.changes, key=lambda each: (each.action, each.resource)):
        style = "bold red" if is_grave(change) else "yellow" if change.loses else None
        kept = " (what it was is kept)" if change.kept and change.loses else ""
        replaced = {"False": "", "True": "yes", "Conditional": "perhaps"}
        told = replaced.get(change.replacement, "") + kept
        table.add_row(change.action, change.resource, change.type, told, style=style)
    return table


def is_grave(change: Change) -> bool:
    """Whether the stack would have other data, or another secret, afterwards."""
    return change.resource in PRECIOUS and change.loses


def line(event: Event) -> str:
    return f"{event.at:%H:%M:%S}  {event.status:<28}{event.resource}  {event.reason}".rstrip()


def packages_of(session: Any) -> str:
    """The usual bucket of an account and region."""
    account = session.client("sts").get_caller_identity()["Account"]
    return f"baton-packages-{account}-{session.region_name}"


def session() -> Any:
    """Raises DeployError where AWS cannot be asked at all."""
    here = boto3.Session()
    if not here.region_name:
        raise DeployError("No region is set. Set AWS_DEFAULT_REGION, or run: aws configure")
    if here.get_credentials() is None:
        raise DeployError("There are no credentials. Set AWS_PROFILE, or run: aws configure")
    return here


def read(folder: Path) -> tuple[bytes, Template]:
    """The zip and the template. Raises DeployError."""
    try:
        return (folder / PACKAGE).read_bytes(), json.loads((folder / TEMPLATE).read_text())
    except FileNotFoundError:
        raise DeployError(
            f"There is no package in {folder}. Run: make package STAGE={folder.name}"
        ) from None


def deploy(
    console: Console, stack: Stack, bucket: Bucket, folder: Path, given: tuple[str, ...], yes: bool
) -> None:
    """Raises DeployError, StackFailed."""
    package, template = read(folder)
    wanted = wanted_parameters(given, template)
    with console.status(f"Uploading to {bucket.name} …"):
        bucket.prepare()
        url = uploaded(bucket, package, template)
    with console.status(f"Asking CloudFormation what would change in {stack.name} …"):
        proposal = stack.propose(url, list(template.get("Parameters", {})), wanted)
    if proposal is None:
        console.print(f"{stack.name} is as the package has it: nothing to do.")
        return
    console.print(shown(proposal))
    if not _is_agreed(proposal, yes):
        stack.forget(proposal)
        raise DeployError("Nothing was changed.")
    stack.carry_out(proposal, lambda event: console.print(line(event), highlight=False))
    _report(console, stack.name, stack.outputs)


def _is_agreed(proposal: Proposal, yes: bool) -> bool:
    grave = [change.resource for change in proposal.changes if is_grave(change)]
    if grave:
        click.echo(
            f"{' and '.join(grave)} would be put anew, without what is in there now; "
            "--yes does not cover that."
        )
    return (yes and not grave) or click.confirm("Carry this out?")


def _report(console: Console, name: str, outputs: Mapping[str, str]) -> None:
    table = Table("output", "value", title=f"{name} is deployed")
    for each in sorted(outputs.items()):
        table.add_row(*each)
    console.print(table)


@click.command()
@click.argument("stage")
@click.option("--yes", is_flag=True, help="Carry the changes out without asking.")
@click.option("--parameter", "given", multiple=True, help="Name=Value; the others stay.")
@click.option("--bucket", help="For packages; one of the account's own if left out.")
@click.option("--folder", type=click.Path(path_type=Path), help="build/STAGE if left out.")
@click.option("--minutes", default=60, show_default=True, help="How long to wait for AWS.")
def main(
    stage: str,
    yes: bool,
    given: tuple[str, ...],
    bucket: str | None,
    folder: Path | None,
    minutes: int,
) -> None:
    """Deploy the package of STAGE."""
    try:
        here = session()
        stack = Stack(here.client("cloudformation"), stack_of(stage), deadline=60 * minutes)
        packages = Bucket(here.client("s3"), bucket or packages_of(here))
        deploy(Console(), stack, packages, folder or BUILD / stage, given, yes)
    except (DeployError, StackFailed, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
