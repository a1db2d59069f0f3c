"""`python -m infra.baton init|add-bot|env`: an operator sets up a stage.

With `--stage NAME` the commands use that deployed stack. Without it they use the environment
variables; `make run` prints the path of a file that sets them for the local stack.
"""

import os
import shlex

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import wiring
from chalicelib.domain.access import Caller, Role, Scope
from chalicelib.domain.errors import BatonError
from chalicelib.entrypoints.http.schemas.admin import AgentRequest, BotRequest
from chalicelib.settings import Misconfigured
from chalicelib.usecases.admin import bots, keys, members
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import timestamp
from infra.deployment.cloudformation import StackFailed
from infra.deployment.deploy import DeployError, session
from infra.deployment.stage import StageNotDeployed, environment_of

OPERATOR = Person("operator", "", "Operator", "", is_owner=True)
"""The person that the audit log records for these commands."""
EXPECTED_ERRORS = (
    BatonError,
    BotoCoreError,
    ClientError,
    DeployError,
    Misconfigured,
    StageNotDeployed,
    StackFailed,
    ValueError,
)


class OperatorCommands(click.Group):
    """Prints an expected error as one sentence instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except EXPECTED_ERRORS as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=OperatorCommands, help=__doc__)
@click.option("--stage", help="The stage of a deployed stack.")
def main(stage: str | None) -> None:
    if stage:
        os.environ.update(environment_of(session(), stage))


@main.command(
    help="Create the first owner, or send a new invitation to an owner who lost the password."
)
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
def init(email: str, name: str) -> None:
    wanted = AgentRequest(email=email, name=name)
    invitation = members.invite_owner(_services(), wanted.email, wanted.name)
    click.echo(
        f"Open the console, enter this invitation and choose a password. The invitation works "
        f"once, until {timestamp(invitation.expires_at)}:\n\n  {_console()}\n\n{invitation.token}"
    )


@main.command(help="Create a bot and its first API key. The key is shown only now.")
@click.argument("bot")
@click.option("--name", help="The bot's display name. Default: its id.")
def add_bot(bot: str, name: str | None) -> None:
    services, wanted = _services(), BotRequest(bot, name)
    bots.create(services, OPERATOR, wanted.id, wanted.name)
    operator = Caller(OPERATOR.id, OPERATOR.name, Role.OWNER, bot)
    _, key = keys.create(services, operator, "first", Scope, None)
    click.echo(f"{os.environ.get('BATON_URL', '')}/api/v1/bots/{bot}\n{key}")


@main.command(help="Print the stage's settings, including its secret, as shell commands.")
def env() -> None:
    names = sorted(name for name in os.environ if name.startswith("BATON_"))
    for name in (*names, "AWS_REGION"):
        click.echo(f"export {name}={shlex.quote(os.environ.get(name, ''))}")


def _services() -> Services:
    return wiring.services()


def _console() -> str:
    return f"{os.environ.get('BATON_URL', '')}/console/index.html"


if __name__ == "__main__":
    main()
