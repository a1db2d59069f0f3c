"""`make destroy STAGE=prod`: the end of a stack. What is in its table goes only when told twice."""

from dataclasses import dataclass
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from infra.deployment.cloudformation import Stack, StackFailed
from infra.deployment.deploy import DeployError, line, session
from infra.template.names import stack_of


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What the stack's going leaves behind: the table, and the secret that signs. `dynamodb` and
    `secrets` are boto3 clients."""

    dynamodb: Any
    secrets: Any
    table: str
    secret: str

    def rows(self) -> int:
        """As DynamoDB last counted them: it does every six hours."""
        return int(self.dynamodb.describe_table(TableName=self.table)["Table"]["ItemCount"])

    def is_empty(self) -> bool:
        """Looked up now."""
        return not self.dynamodb.scan(TableName=self.table, Limit=1, ConsistentRead=True)["Items"]

    def delete(self) -> None:
        """The backups that DynamoDB makes of a table that is deleted stay for 35 days; the secret
        can be restored for 30."""
        self.dynamodb.update_table(TableName=self.table, DeletionProtectionEnabled=False)
        self.dynamodb.get_waiter("table_exists").wait(TableName=self.table)
        self.dynamodb.delete_table(TableName=self.table)
        self.dynamodb.get_waiter("table_not_exists").wait(TableName=self.table)
        self.secrets.delete_secret(SecretId=self.secret)


def destroy(console: Console, stack: Stack, left: LeftBehind, with_data: bool) -> None:
    """Raises StackFailed."""
    stack.delete(lambda event: console.print(line(event), highlight=False))
    console.print(f"{stack.name} is gone.")
    if with_data:
        with console.status(f"Deleting {left.table} …"):
            left.delete()
        console.print(f"So are {left.table} and {left.secret}.")
    else:
        console.print(f"What stays: the table {left.table} and the secret {left.secret}.")
    console.print("The packages in S3 stay as well: they are the way back.")


def agree(
    stack: Stack, stage: str, left: LeftBehind, with_data: bool, told: tuple[str, str]
) -> None:
    """Asks for what was not told: the stage's name, and that of the table whose rows would be lost.

    Raises DeployError.
    """
    confirmed, lost = told
    _same(confirmed, stage, f"{stack.name} would be deleted. Type the stage's name to do it")
    if with_data and not left.is_empty():
        _same(
            lost,
            left.table,
            f"All that Baton knows would be lost: {left.table} is not empty (about {left.rows()} "
            "rows, when last counted). Type the table's name to do it",
        )


def _same(told: str, name: str, question: str) -> None:
    if (told or click.prompt(question, default="", show_default=False)) != name:
        raise DeployError("Nothing was deleted.")


@click.command()
@click.argument("stage")
@click.option("--with-data", is_flag=True, help="The table and the secret as well.")
@click.option("--confirm", default="", help="The stage's name; asked for if left out.")
@click.option("--lose", default="", help="The table's name, where it has rows; asked for as well.")
def main(stage: str, with_data: bool, confirm: str, lose: str) -> None:
    """Delete the stack of STAGE. Its table and its secret stay, unless told otherwise twice."""
    try:
        here = session()
        stack = Stack(here.client("cloudformation"), stack_of(stage))
        outputs = stack.outputs
        if stack.description() is None:
            click.echo(f"There is no stack {stack.name}: nothing to do.")
            return
        left = LeftBehind(
            here.client("dynamodb"),
            here.client("secretsmanager"),
            outputs["TableName"],
            outputs["SecretArn"],
        )
        agree(stack, stage, left, with_data, (confirm, lose))
        destroy(Console(), stack, left, with_data)
    except (DeployError, StackFailed, ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
