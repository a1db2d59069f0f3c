"""`python -m infra.baton COMMAND`: an operator sets up a stage (`init`, `add-bot`, `env`,
`seal-secrets`), answers requests of users about their data (`export`, `erase`), and imports bots
(`import`, `import-botpress`).

`--stage local` is the stack that `make run` has started; it is found in the folder STATE (.local).
Any other `--stage NAME` is a deployed stack. Without `--stage` the commands use the environment
variables.
"""

import os
import re
import shlex
import sys
from pathlib import Path
from urllib.parse import quote

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import wiring
from chalicelib.domain.access import Caller, Role, Scope
from chalicelib.domain.errors import BatonError
from chalicelib.entrypoints.http.schemas.admin import AgentRequest, BotRequest
from chalicelib.settings import LOCAL, Misconfigured
from chalicelib.usecases.admin import bots, keys, members
from chalicelib.usecases.conversations import export as user_export
from chalicelib.usecases.privacy import bot_export, bot_import
from chalicelib.usecases.privacy import erase as erasures
from chalicelib.usecases.privacy.export_file import ExportFile
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import timestamp
from chalicelib.usecases.webhooks.sealing import seal_stored_secrets
from infra.deployment.account import DeployError, session
from infra.deployment.cloudformation import StackFailed
from infra.deployment.stage import StageNotDeployed, environment_of
from infra.local.environment import StackNotRunning, local_environment, state_folder
from infra.migration.botpress_v12 import BotpressDatabase

OPERATOR = Person("operator", "", "Operator", "", is_owner=True)
"""The person that the audit log records for these commands."""
EXPECTED_ERRORS = (
    BatonError,
    BotoCoreError,
    ClientError,
    DeployError,
    StageNotDeployed,
    StackFailed,
    StackNotRunning,
    ValueError,
)


STAGE_NAME = "[A-Za-z0-9][A-Za-z0-9-]{0,60}"
NAME_A_STAGE = "For the stack of `make run`, add: --stage local"


LOCAL_ONLY = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_SECRET_ACCESS_KEY",
)
"""The local engine's address and its key, which is no secret. `env` prints no keys of AWS."""


class OperatorCommands(click.Group):
    """Prints an expected error as one sentence instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except Misconfigured as error:
            raise click.ClickException(f"{error} {NAME_A_STAGE}") from None
        except EXPECTED_ERRORS as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=OperatorCommands, help=__doc__)
@click.option("--stage", help="`local`, or the stage of a deployed stack.")
def main(stage: str | None) -> None:
    if stage == LOCAL:
        os.environ.update(local_environment(state_folder()))
    elif stage is not None:
        if not re.fullmatch(STAGE_NAME, stage):
            raise click.BadParameter(
                "A stage's name has letters, digits and hyphens.", param_hint="--stage"
            )
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
    _, key = keys.create(services, _operator(bot), "first", Scope, None)
    click.echo(f"{os.environ.get('BATON_URL', '')}/api/v1/bots/{quote(wanted.id, safe='')}\n{key}")


@main.command(
    help="Seal the secrets of webhooks and second factors and the key of web push anew with the "
    "stage's key, or unseal them without one."
)
def seal_secrets() -> None:
    sealed = seal_stored_secrets(_services())
    click.echo(
        f"{sealed.webhooks} webhooks, {sealed.second_factors} second factors and "
        f"{sealed.push_keys} keys of web push are sealed with "
        f"{os.environ.get('BATON_SECRETS_KEY') or 'no key'}."
    )
    if sealed.overtaken:
        click.echo(f"{sealed.overtaken} were changed by others meanwhile. Run this again.")


@main.command(help="Print a bot, or one user of it, as JSON Lines.")
@click.argument("bot")
@click.option("--channel", help="The channel of the user.")
@click.option("--user", help="The user's id on the channel. Without it: the whole bot.")
def export(bot: str, channel: str | None, user: str | None) -> None:
    if (channel is None) != (user is None):
        raise click.UsageError("--channel and --user name a user together.")
    services, operator, position = _services(), _operator(bot), None
    while True:
        if channel is None or user is None:
            page = bot_export.bot_page(services, operator, position)
        else:
            page = user_export.user_page(services, operator, channel, user, position)
        click.echo("".join(page.lines), nl=False)
        if page.position is None:
            return
        position = page.position


@main.command(
    "import",
    help="Import the export of a bot as a new bot. Nothing follows from what is imported: no "
    "webhook, no report. After a crash, run it again.",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--bot", required=True, help="The id of the new bot.")
@click.option("--name", help="The new bot's display name. Default: as it was.")
@click.option("--check", is_flag=True, help="Only check the file.")
def import_(file: Path, bot: str, name: str | None, check: bool) -> None:
    wanted = BotRequest(bot, name)
    source = ExportFile(file, wanted.id)
    if check:
        click.echo(f"{file} is whole: {len(source.blocks)} conversations.")
        return
    _import(source, wanted, len(source.blocks))


@main.command(
    help="Import a bot's conversations from the database of Botpress v12, a SQLite file, as a new "
    "bot. The file is only read."
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "source", required=True, help="The id of the bot in Botpress.")
@click.option("--bot", required=True, help="The id of the new bot.")
@click.option("--name", help="The new bot's display name. Default: its id in Botpress.")
def import_botpress(file: Path, source: str, bot: str, name: str | None) -> None:
    wanted = BotRequest(bot, name)
    database = BotpressDatabase(file, source, wanted.id)
    _import(database, wanted, len(database))


def _import(source: bot_import.ImportSource, wanted: BotRequest, count: int) -> None:
    services, operator = _services(), _operator(wanted.id)
    with click.progressbar(length=count, label="conversations", file=sys.stderr) as bar:
        totals = bot_import.import_bot(
            services, operator, source, name=wanted.name, progress=lambda _: bar.update(1)
        )
    click.echo(_imported(wanted.id, totals))


def _imported(bot: str, totals: bot_import.ImportTotals) -> str:
    told = [
        f"The bot {bot} is imported: {totals.conversations} conversations, {totals.entries} "
        f"entries, {totals.handoffs} handoffs. It has no keys, no webhook and no people yet."
    ]
    if totals.closed:
        told.append(f"Open handoffs that ended as cancelled: {len(totals.closed)}, in")
        told += [f"  {each}" for each in totals.closed]
    if totals.files:
        told.append(f"Messages whose file was not imported: {totals.files}")
    return "\n".join(told)


@main.command(help="Erase a user of a bot. The sweep deletes what is hidden within minutes.")
@click.argument("bot")
@click.argument("channel")
@click.argument("user")
def erase(bot: str, channel: str, user: str) -> None:
    order = erasures.erase_user(_services(), _operator(bot), channel, user)
    click.echo(f"{order.id}: conversations hidden: {order.conversations}")


@main.command(help="Print the stage's settings, including its secret, as shell commands.")
def env() -> None:
    names = sorted(name for name in os.environ if name.startswith("BATON_"))
    if not names:
        raise click.ClickException(f"The environment has no settings of Baton. {NAME_A_STAGE}")
    is_local = os.environ.get("BATON_STAGE") == LOCAL
    for name in (*names, "AWS_REGION", *(LOCAL_ONLY if is_local else ())):
        click.echo(f"export {name}={shlex.quote(os.environ.get(name, ''))}")


def _services() -> Services:
    return wiring.services()


def _operator(bot: str) -> Caller:
    return Caller(OPERATOR.id, OPERATOR.name, Role.OWNER, bot)


def _console() -> str:
    return f"{os.environ.get('BATON_URL', '')}/console/index.html"


if __name__ == "__main__":
    main()
