"""`make deploy STAGE=prod`: deploys build/prod/ to AWS, after showing what would change."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from infra.deployment.account import WAIT_MINUTES, Account, DeployError, Identity, account
from infra.deployment.cloudformation import StackFailed
from infra.deployment.packages import PackageBucket, Template, upload
from infra.deployment.releases import Records
from infra.deployment.stack_change import Approval, StackChange, say
from infra.packaging.package import BUILD, PACKAGE, TEMPLATE
from infra.template.rollout import AT_ONCE, ROLLOUT, ROLLOUT_MINUTES
from infra.template.storage import EXISTING_FILES, EXISTING_TABLE


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


def read_package(folder: Path) -> tuple[bytes, Template]:
    """The zip and the template. Raises DeployError if the folder has no package."""
    try:
        return (folder / PACKAGE).read_bytes(), json.loads((folder / TEMPLATE).read_text())
    except FileNotFoundError:
        raise DeployError(
            f"There is no package in {folder}. Run: make package STAGE={folder.name}"
        ) from None


def require_stage(template: Mapping[str, Any], stage: str) -> None:
    """Raises DeployError if the package was made for another stage: its functions would use that
    stage's name in their settings."""
    made_for = template.get("Metadata", {}).get("Baton", {}).get("Stage", stage)
    if made_for != stage:
        raise DeployError(
            f"This package was made for the stage {made_for}. Run: make package STAGE={stage}"
        )


def give_back(change: StackChange, template: Template, wanted: Mapping[str, str]) -> dict[str, str]:
    """Adds the values that parameters had before a rollback has changed them for itself. Raises
    DeployError if the bucket belongs to another account."""
    before = change.records.overridden(change.stack.name)
    declared = template.get("Parameters", {})
    back = {k: v for k, v in before.items() if k in declared and k not in wanted}
    for name, value in back.items():
        say(change.console, f"{name} is {value} again, as before the last deployment.")
    return {**back, **wanted}


def rollout_before(template: Template, present: Mapping[str, str]) -> dict[str, str]:
    """The parameter that lets calls move step by step, if the template has it, and its value in
    `present`; empty if they move at once. A change that must not be gradual overrides it."""
    value = present.get(ROLLOUT, AT_ONCE)
    gradual = ROLLOUT in template.get("Parameters", {}) and value != AT_ONCE
    return {ROLLOUT: value} if gradual else {}


def minutes_for(template: Template, values: Mapping[str, str]) -> int:
    """The minutes that CloudFormation may take with the parameters `values`."""
    declared = template.get("Parameters", {}).get(ROLLOUT, {})
    rollout = values.get(ROLLOUT, str(declared.get("Default", AT_ONCE)))
    return WAIT_MINUTES + ROLLOUT_MINUTES.get(rollout, 0)


def changed_stores(present: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The parameters by which a stack with the parameters `present` gets another table or bucket.

    IAM roles have no versions: from this change on they permit only the new one, so the old
    functions must not go on beside the new ones."""
    return [
        name
        for name in (EXISTING_TABLE, EXISTING_FILES)
        if present and wanted.get(name, present.get(name, "")) != present.get(name, "")
    ]


def package_bucket(here: Account, identity: Identity, name: str | None) -> PackageBucket:
    """The bucket `name`, or the one of this account and region."""
    default = f"baton-packages-{identity.account}-{here.region}"
    ours = name in (None, default)
    return PackageBucket(here.client("s3"), name or default, identity.account, ours)


@click.command()
@click.argument("stage")
@click.option("--yes", is_flag=True, help="Deploy without asking for confirmation.")
@click.option(
    "--clear",
    is_flag=True,
    help="Delete a stack whose creation has failed, and finish a rollback that has failed.",
)
@click.option(
    "--lose",
    multiple=True,
    help="A resource with data or an address that may be replaced or removed.",
)
@click.option(
    "--parameter", "given", multiple=True, help="Name=Value. Other parameters keep their values."
)
@click.option(
    "--protect/--no-protect",
    default=None,
    help="Protect the stack against deletion, and its data and addresses against replacement. "
    "Default: only prod.",
)
@click.option("--bucket", help="The bucket for packages. Default: one per account and region.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="The package's folder. Default: build/STAGE."
)
@click.option(
    "--minutes",
    type=int,
    help=f"How long to wait for CloudFormation. Default: {WAIT_MINUTES}, and those of Rollout.",
)
@click.pass_obj
def main(
    given_account: Account | None,
    stage: str,
    yes: bool,
    clear: bool,
    lose: tuple[str, ...],
    given: tuple[str, ...],
    protect: bool | None,
    bucket: str | None,
    folder: Path | None,
    minutes: int | None,
) -> None:
    """Deploy the package of STAGE."""
    try:
        here = account(given_account)
        stack = here.stack(stage, minutes or WAIT_MINUTES)
        code, template = read_package(folder or BUILD / stage)
        require_stage(template, stage)
        wanted = parse_parameters(given, template)
        identity, console = here.identity(), Console()
        say(console, identity.place(stack))
        packages = package_bucket(here, identity, bucket)
        approval = Approval(yes, clear, lose)
        change = StackChange(console, here, stage, stack, Records(packages), approval, protect)
        change.settle()
        wanted = give_back(change, template, wanted)
        present = stack.parameters
        changed = changed_stores(present, wanted)
        before = rollout_before(template, {**present, **wanted}) if changed else {}
        if before:
            say(
                console,
                f"{' and '.join(changed)} changes, and the old functions may not use the new data: "
                f"all calls move at once in this deployment. The next one has {ROLLOUT}="
                f"{before[ROLLOUT]} again.",
            )
        wanted |= dict.fromkeys(before, AT_ONCE)
        patience = minutes or minutes_for(template, {**present, **wanted})
        change = replace(change, stack=here.stack(stage, patience))
        wanted = change.prepare(template, wanted, len(code))
        change = change.with_key(wanted)
        packages = change.records.bucket
        with console.status(f"Uploading to {packages.name} …"):
            packages.prepare()
            package = upload(packages, code, template)
        change.apply(package, wanted, overridden=before)
    except (DeployError, StackFailed, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
