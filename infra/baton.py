"""`python -m infra.baton init|add-bot|env`: the first steps of a stage, by whoever holds it.

With `--stage` they are those of the stack that has been deployed; without it, where the environment
says: that of `make run` is in the file that it names.
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
from infra.deployment.stage import NotThere, environment_of

OPERATOR = Person("operator", "", "Operator", "", is_owner=True)
"""Who acts here, as the log of changes names them."""
WRONG = (
    BatonError,
    BotoCoreError,
    ClientError,
    DeployError,
    Misconfigured,
    NotThere,
    StackFailed,
    ValueError,
)


class Sentences(click.Group):
    """What goes wrong is told in a sentence, not a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except WRONG as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=Sentences, help=__doc__)
@click.option("--stage", help="Of a stack that has been deployed.")
def main(stage: str | None) -> None:
    if stage:
        os.environ.update(environment_of(session(), stage))


@main.command(help="Makes the first owner, or invites an owner anew who has lost the password.")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
def init(email: str, name: str) -> None:
    wanted = AgentRequest(email=email, name=name)
    invitation = members.invite_owner(_services(), wanted.email, wanted.name)
    click.echo(
        f"Sign in with this invitation, once, until {timestamp(invitation.expires_at)}, "
        f"and choose a password:\n\n  {_console()}\n\n{invitation.token}"
    )


@main.command(help="Makes a bot and its first key, which is shown this once.")
@click.argument("bot")
@click.option("--name", help="Its id if left out.")
def add_bot(bot: str, name: str | None) -> None:
    services, wanted = _services(), BotRequest(bot, name)
    bots.create(services, OPERATOR, wanted.id, wanted.name)
    operator = Caller(OPERATOR.id, OPERATOR.name, Role.OWNER, bot)
    _, key = keys.create(services, operator, "first", Scope, None)
    click.echo(f"{os.environ.get('BATON_URL', '')}/api/v1/bots/{bot}\n{key}")


@main.command(help="Prints where the stage is, for a shell and other tools; with its secret.")
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
