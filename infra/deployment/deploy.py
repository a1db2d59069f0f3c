"""`make deploy STAGE=prod`: deploys build/prod/ to AWS, after showing what would change."""

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

from infra.deployment.cloudformation import Change, ChangeSet, Stack, StackEvent, StackFailed
from infra.packaging.package import BUILD, PACKAGE, TEMPLATE
from infra.template.chalice_template import place_code
from infra.template.names import SECRET, stack_of
from infra.template.policies import TABLE

STATEFUL = (TABLE, SECRET)
"""Resources whose replacement a person must confirm, even with `--yes`."""
Template = dict[str, Any]


class DeployError(Exception):
    """The command cannot go on; the text tells the user why and what to do next."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The S3 bucket for packages; `s3` is a boto3 client. Each file is stored under the digest of
    its content and never deleted, because a rollback needs the package of the earlier release."""

    s3: Any
    name: str

    def prepare(self) -> None:
        """Creates the bucket, private and with S3's default encryption, unless it exists. Raises
        ClientError if another account owns a bucket of that name."""
        try:
            self.s3.head_bucket(Bucket=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            self._create()

    def put(self, content: bytes, suffix: str) -> str:
        """Uploads the content and returns its key."""
        key = f"{hashlib.sha256(content).hexdigest()}{suffix}"
        self.s3.put_object(Bucket=self.name, Key=key, Body=content)
        return key

    def url(self, key: str) -> str:
        """The URL of the file in the form that CloudFormation accepts."""
        return f"{self.s3.meta.endpoint_url}/{self.name}/{key}"

    def _create(self) -> None:
        region = self.s3.meta.region_name
        # S3 rejects a LocationConstraint that names its default region.
        where = {} if region == "us-east-1" else {"LocationConstraint": region}
        wanted = {"CreateBucketConfiguration": where} if where else {}
        self.s3.create_bucket(Bucket=self.name, **wanted)
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy")
        self.s3.put_public_access_block(
            Bucket=self.name,
            PublicAccessBlockConfiguration=dict.fromkeys((*closed, "RestrictPublicBuckets"), True),
        )


def upload(bucket: Bucket, package: bytes, template: Template) -> str:
    """Uploads the package and the template that refers to it; returns the template's URL."""
    whole: Template = json.loads(json.dumps(template))
    place_code(whole, bucket.name, bucket.put(package, ".zip"))
    return bucket.url(bucket.put(json.dumps(whole).encode(), ".json"))


def parse_parameters(given: tuple[str, ...], template: Template) -> dict[str, str]:
    """Parses `Name=Value`. Raises DeployError if the template has no such parameter."""
    declared = template.get("Parameters", {})
    wanted: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise DeployError(f"A parameter must have the form Name=Value, not {each!r}.")
        if name not in declared:
            raise DeployError(
                f"There is no parameter {name}. The parameters are: {', '.join(declared)}."
            )
        wanted[name] = value
    return wanted


def changes_table(change_set: ChangeSet) -> Table:
    table = Table("action", "resource", "type", "replaced", title="Planned changes")
    for change in sorted(change_set.changes, key=lambda each: (each.action, each.resource)):
        style = "bold red" if loses_state(change) else "yellow" if change.loses else None
        kept = " (the old one is kept)" if change.kept and change.loses else ""
        replaced = {"False": "", "True": "yes", "Conditional": "maybe"}
        replacement = replaced.get(change.replacement, "") + kept
        table.add_row(change.action, change.resource, change.type, replacement, style=style)
    return table


def loses_state(change: Change) -> bool:
    """True if the stack would lose its table or its secret."""
    return change.resource in STATEFUL and change.loses


def event_line(event: StackEvent) -> str:
    return f"{event.at:%H:%M:%S}  {event.status:<28}{event.resource}  {event.reason}".rstrip()


def default_bucket(session: Any) -> str:
    """The name of the package bucket of this account and region."""
    account = session.client("sts").get_caller_identity()["Account"]
    return f"baton-packages-{account}-{session.region_name}"


def session() -> Any:
    """A boto3 session. Raises DeployError if no region or no credentials are configured."""
    here = boto3.Session()
    if not here.region_name:
        raise DeployError("No region is set. Set AWS_DEFAULT_REGION, or run: aws configure")
    if here.get_credentials() is None:
        raise DeployError("There are no credentials. Set AWS_PROFILE, or run: aws configure")
    return here


def read_package(folder: Path) -> tuple[bytes, Template]:
    """The zip and the template. Raises DeployError if the folder has no package."""
    try:
        return (folder / PACKAGE).read_bytes(), json.loads((folder / TEMPLATE).read_text())
    except FileNotFoundError:
        raise DeployError(
            f"There is no package in {folder}. Run: make package STAGE={folder.name}"
        ) from None


def deploy(
    console: Console, stack: Stack, bucket: Bucket, folder: Path, given: tuple[str, ...], yes: bool
) -> None:
    """Deploys the package in `folder`; with `yes`, a change that loses no data needs no
    confirmation.

    Raises DeployError, StackFailed.
    """
    package, template = read_package(folder)
    wanted = parse_parameters(given, template)
    with console.status(f"Uploading to {bucket.name} …"):
        bucket.prepare()
        url = upload(bucket, package, template)
    with console.status(f"Creating a change set for {stack.name} …"):
        change_set = stack.create_change_set(url, list(template.get("Parameters", {})), wanted)
    if change_set is None:
        console.print(f"{stack.name} already matches the package. Nothing to do.")
        return
    console.print(changes_table(change_set))
    if not _is_confirmed(change_set, yes):
        stack.discard(change_set)
        raise DeployError("Nothing was changed.")
    stack.execute(change_set, lambda event: console.print(event_line(event), highlight=False))
    _report(console, stack.name, stack.outputs)


def _is_confirmed(change_set: ChangeSet, yes: bool) -> bool:
    lost = [change.resource for change in change_set.changes if loses_state(change)]
    if lost:
        click.echo(
            f"{' and '.join(lost)} would be replaced and would lose all content; "
            "this needs a confirmation even with --yes."
        )
    return (yes and not lost) or click.confirm("Deploy these changes?")


def _report(console: Console, name: str, outputs: Mapping[str, str]) -> None:
    table = Table("output", "value", title=f"{name} is deployed")
    for each in sorted(outputs.items()):
        table.add_row(*each)
    console.print(table)


@click.command()
@click.argument("stage")
@click.option("--yes", is_flag=True, help="Deploy without asking for confirmation.")
@click.option(
    "--parameter", "given", multiple=True, help="Name=Value. Other parameters keep their values."
)
@click.option("--bucket", help="The bucket for packages. Default: one per account and region.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="The package's folder. Default: build/STAGE."
)
@click.option(
    "--minutes", default=60, show_default=True, help="How long to wait for CloudFormation."
)
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
        packages = Bucket(here.client("s3"), bucket or default_bucket(here))
        deploy(Console(), stack, packages, folder or BUILD / stage, given, yes)
    except (DeployError, StackFailed, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
