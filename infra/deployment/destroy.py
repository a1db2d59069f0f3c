"""`make destroy STAGE=dev`: deletes a stack. The table, the bucket of files and the secret are
deleted only if the user asks for it and confirms it by typing the table's name."""

from collections.abc import Sequence

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from infra.deployment.account import Account, DeployError, account
from infra.deployment.cloudformation import Stack, StackFailed
from infra.deployment.leftovers import Leftover, Leftovers, named
from infra.deployment.stack_change import delete_stack, say
from infra.deployment.stack_states import Remedy, remedy_of


def confirm_deletion(
    what: str, stage: str, leftovers: Leftovers, lost: Sequence[Leftover], typed: tuple[str, str]
) -> None:
    """Asks for the stage's name and, if `lost` holds data, for the name of the first that does: the
    table, if it has rows, else the bucket. `typed` are the names that the command line gave, or "".

    Raises DeployError.
    """
    typed_stage, typed_data = typed
    _require(typed_stage, stage, f"This deletes {what}. Type the name of the stage to confirm")
    filled = leftovers.filled(lost)
    for first in filled[:1]:
        rows = ", ".join(
            f"{table.name} has about {leftovers.rows(table.name)} rows (counted within the last six"
            " hours)"
            for table in leftovers.tables(filled)
        )
        files = [f"{bucket} has files" for bucket in leftovers.buckets(filled)]
        what = "; ".join([*([rows] if rows else []), *files])
        question = f"This deletes all data: {what}. Type {first.name} to confirm"
        _require(typed_data, first.name, question)


def _require(typed: str, name: str, question: str) -> None:
    if (typed or click.prompt(question, default="", show_default=False)) != name:
        raise DeployError("Nothing was deleted.")


def destroy(
    console: Console,
    here: Account,
    stack: Stack,
    stage: str,
    with_data: bool,
    unprotect: bool,
    typed: tuple[str, str],
) -> None:
    """Deletes the stack in whatever status it is, and with `with_data` what outlives it. Raises
    DeployError, StackFailed."""
    if remedy_of(stack.status) is Remedy.WAIT:
        say(console, f"{stack.name} is {stack.status}. Waiting until it has ended …")
        stack.wait(lambda _: None)
    exists, leftovers = stack.status is not None, Leftovers(here)
    kept = leftovers.among(stack.resources()) if exists else leftovers.of_stage(stage)
    if not exists and not (kept and with_data):
        say(console, f"There is no stack {stack.name} in {here.region}. Nothing to do.")
        _mention(console, kept, stage)
        return
    if stack.is_protected and not unprotect:
        raise DeployError(
            f"{stack.name} is protected against deletion. To delete it nevertheless: "
            f"make destroy STAGE={stage} ARGS=--unprotect"
        )
    what = stack.name if exists else named(kept)
    confirm_deletion(what, stage, leftovers, kept if with_data else (), typed)
    if exists:
        if stack.is_protected:
            stack.protect(on=False)
        delete_stack(stack, console)
    rest = leftovers.existing(kept)
    if with_data and rest:
        with console.status("Deleting the data …"):
            leftovers.delete(rest)
        say(console, f"Deleted: {named(rest)}.")
    else:
        _mention(console, rest, stage)
    say(console, "The packages in S3 are kept.")


def _mention(console: Console, kept: Sequence[Leftover], stage: str) -> None:
    if kept:
        text = f"Kept: {named(kept)}. To delete them, too: make destroy STAGE={stage}"
        say(console, f"{text} ARGS=--with-data")


@click.command()
@click.argument("stage")
@click.option("--with-data", is_flag=True, help="Delete the table, the files and the secret, too.")
@click.option("--unprotect", is_flag=True, help="Delete the stack even if it is protected.")
@click.option(
    "--confirm", default="", help="The stage's name. The command asks for it if it is missing."
)
@click.option(
    "--lose",
    default="",
    help="The name of the table, or of the bucket if only that holds data. The command asks for it "
    "if it is missing.",
)
@click.pass_obj
def main(
    given_account: Account | None,
    stage: str,
    with_data: bool,
    unprotect: bool,
    confirm: str,
    lose: str,
) -> None:
    """Delete the stack of STAGE. Its table, its files and its secret are kept unless you ask for
    more."""
    try:
        here = account(given_account)
        stack = here.stack(stage)
        console = Console()
        say(console, here.identity().place(stack))
        destroy(console, here, stack, stage, with_data, unprotect, (confirm, lose))
    except (DeployError, StackFailed, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
