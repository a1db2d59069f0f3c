"""`make rollback STAGE=prod`: deploys the package and the template that were deployed before."""

from dataclasses import replace

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Column, Table

from infra.deployment.account import WAIT_MINUTES, Account, DeployError, account
from infra.deployment.cloudformation import StackFailed
from infra.deployment.deploy import minutes_for, package_bucket, rollout_before
from infra.deployment.releases import (
    KEPT,
    Deployment,
    Records,
    chosen,
    current,
    interrupted,
    previous,
    template_in_use,
)
from infra.deployment.stack_change import Approval, StackChange, say
from infra.template.rollout import AT_ONCE


def history_table(history: list[Deployment], now: Deployment | None) -> Table:
    """The newest first."""
    version = Column("version", no_wrap=True)
    table = Table("deployment", version, "by", "", title="Deployments")
    for each in reversed(history[-KEPT:]):
        note = f"rollback to {each.restores}" if each.restores else ""
        note = "current" if each == now else note
        table.add_row(each.id, each.version, each.by, note)
    return table


@click.command()
@click.argument("stage")
@click.option("--to", help="The id of a deployment. Default: the one before the current one.")
@click.option("--list", "only_list", is_flag=True, help="List the deployments and change nothing.")
@click.option("--yes", is_flag=True, help="Roll back without asking for confirmation.")
@click.option(
    "--gradual",
    is_flag=True,
    help="Move the calls step by step, as a deployment does. While an alarm is raised this fails.",
)
@click.option("--clear", is_flag=True, help="Finish a rollback by CloudFormation that has failed.")
@click.option(
    "--lose",
    multiple=True,
    help="A resource with data or an address that may be replaced or removed.",
)
@click.option("--bucket", help="The bucket for packages. Default: one per account and region.")
@click.option(
    "--minutes",
    type=int,
    help=f"How long to wait for CloudFormation. Default: {WAIT_MINUTES}, and those of Rollout.",
)
@click.pass_obj
def main(
    given_account: Account | None,
    stage: str,
    to: str | None,
    only_list: bool,
    yes: bool,
    gradual: bool,
    clear: bool,
    lose: tuple[str, ...],
    bucket: str | None,
    minutes: int | None,
) -> None:
    """Deploy the package again that STAGE had before. The parameters keep their values, except that
    the calls move at once."""
    try:
        here = account(given_account)
        stack = here.stack(stage, minutes or WAIT_MINUTES)
        identity, console = here.identity(), Console()
        say(console, identity.place(stack))
        packages = package_bucket(here, identity, bucket)
        if not packages.exists():
            raise DeployError(f"There is no bucket {packages.name}, so nothing was deployed yet.")
        records = Records(packages)
        change = StackChange(console, here, stage, stack, records, Approval(yes, clear, lose))
        if not only_list:
            change.settle()
        unrecorded = interrupted(records, stack)
        history = [*records.of(stack.name), *([unrecorded] if unrecorded else [])]
        now = current(history, template_in_use(stack))
        console.print(history_table(history, now))
        if now is None:
            say(console, f"{stack.name} runs a package that is not recorded.", "yellow")
        if only_list:
            return
        target = chosen(history, to) if to else previous(history, now)
        origin = f" from {now.id}" if now else ""
        say(console, f"Going back{origin} to {target.id}.")
        package = records.package_of(target)
        present = {**stack.parameters, **history[-1].overridden}
        before = {} if gradual else rollout_before(package.template, present)
        if before:
            say(console, "All calls go back at once, whatever the alarms say (or give --gradual).")
        given = dict.fromkeys(before, AT_ONCE)
        patience = minutes or minutes_for(package.template, {**present, **given})
        change = replace(change, stack=here.stack(stage, patience))
        wanted = change.prepare(package.template, given, size=0)
        change = change.with_key(wanted)
        change.apply(package, wanted, target.restores or target.id, before)
    except (DeployError, StackFailed, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
