"""`make destroy STAGE=prod`: deletes a stack. The table and the secret are deleted only if the user
asks for it and confirms it by typing the table's name."""

from dataclasses import dataclass
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from infra.deployment.cloudformation import Stack, StackFailed
from infra.deployment.deploy import DeployError, event_line, session
from infra.template.names import stack_of


@dataclass(frozen=True, slots=True)
class RetainedResources:
    """The table and the secret, which CloudFormation retains when it deletes the stack. `dynamodb`
    and `secrets` are boto3 clients."""

    dynamodb: Any
    secrets: Any
    table: str
    secret: str

    def rows(self) -> int:
        """DynamoDB's own count, which it updates every six hours."""
        return int(self.dynamodb.describe_table(TableName=self.table)["Table"]["ItemCount"])

    def is_empty(self) -> bool:
        """Reads the table, so the answer is current."""
        return not self.dynamodb.scan(TableName=self.table, Limit=1, ConsistentRead=True)["Items"]

    def delete(self) -> None:
        """DynamoDB keeps a backup of a deleted table for 35 days; the secret can be restored for 30
        days."""
        self.dynamodb.update_table(TableName=self.table, DeletionProtectionEnabled=False)
        self.dynamodb.get_waiter("table_exists").wait(TableName=self.table)
        self.dynamodb.delete_table(TableName=self.table)
        self.dynamodb.get_waiter("table_not_exists").wait(TableName=self.table)
        self.secrets.delete_secret(SecretId=self.secret)


def destroy(console: Console, stack: Stack, left: RetainedResources, with_data: bool) -> None:
    """Deletes the stack, and with `with_data` its table and secret. Raises StackFailed."""
    stack.delete(lambda event: console.print(event_line(event), highlight=False))
    console.print(f"{stack.name} is deleted.")
    if with_data:
        with console.status(f"Deleting {left.table} …"):
            left.delete()
        console.print(f"{left.table} and {left.secret} are deleted.")
    else:
        console.print(f"The table {left.table} and the secret {left.secret} are kept.")
    console.print("The packages in S3 are kept; a rollback needs them.")


def confirm_deletion(
    stack: Stack, stage: str, left: RetainedResources, with_data: bool, typed: tuple[str, str]
) -> None:
    """Asks for the stage's name, and, if rows would be lost, for the table's name. `typed` are the
    names that the command line gave, or "".

    Raises DeployError.
    """
    typed_stage, typed_table = typed
    _require(
        typed_stage, stage, f"This deletes {stack.name}. Type the name of the stage to confirm"
    )
    if with_data and not left.is_empty():
        _require(
            typed_table,
            left.table,
            f"This deletes all data: {left.table} has about {left.rows()} rows (counted within the "
            "last six hours). Type the name of the table to confirm",
        )


def _require(typed: str, name: str, question: str) -> None:
    if (typed or click.prompt(question, default="", show_default=False)) != name:
        raise DeployError("Nothing was deleted.")


@click.command()
@click.argument("stage")
@click.option("--with-data", is_flag=True, help="Delete the table and the secret, too.")
@click.option(
    "--confirm", default="", help="The stage's name. The command asks for it if it is missing."
)
@click.option(
    "--lose",
    default="",
    help="The table's name, if it has rows. The command asks for it if it is missing.",
)
def main(stage: str, with_data: bool, confirm: str, lose: str) -> None:
    """Delete the stack of STAGE. Its table and its secret are kept unless you ask for more."""
    try:
        here = session()
        stack = Stack(here.client("cloudformation"), stack_of(stage))
        outputs = stack.outputs
        if stack.description() is None:
            click.echo(f"There is no stack {stack.name}. Nothing to do.")
            return
        left = RetainedResources(
            here.client("dynamodb"),
            here.client("secretsmanager"),
            outputs["TableName"],
            outputs["SecretArn"],
        )
        confirm_deletion(stack, stage, left, with_data, (confirm, lose))
        destroy(Console(), stack, left, with_data)
    except (DeployError, StackFailed, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
