"""The group of commands that a bot's keys, agents, queues and webhooks have in common."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import click

from baton_client.cli import tables
from baton_client.cli.errors import MISSING, CommandFailed
from baton_client.cli.options import json_option
from baton_client.cli.person import as_person, bot_path

Json = dict[str, Any]


def _given_to_either(context: click.Context, parameter: click.Parameter, bot: str | None) -> str:
    """`baton keys --bot shop create …` and `baton keys create --bot shop …` mean the same."""
    found = bot or (context.parent.params.get("bot") if context.parent else None)
    if not found:
        raise click.MissingParameter(ctx=context, param=parameter)
    return str(found)


bot_option = click.option("--bot", callback=_given_to_either, help="The bot's id.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def list_group(name: str, columns: tuple[str, ...]) -> click.Group:
    """`baton NAME --bot …` lists. Its commands are added to the group."""

    @click.group(name, invoke_without_command=True, help=f"List a bot's {name}, or change them.")
    @click.option("--bot", help="The bot's id.")
    @json_option
    @click.pass_context
    def group(context: click.Context, bot: str | None, as_json: bool) -> None:
        if context.invoked_subcommand is not None:
            return
        if not bot:
            raise click.UsageError("Missing option '--bot'.")
        found = list(as_person(context).items(f"{bot_path(bot)}/{name}"))
        tables.show(found, columns, as_json=as_json)

    made: click.Group = group
    return made


def one_path(bot: str, of: str, id: str) -> str:
    return f"{bot_path(bot)}/{of}/{quote(id, safe='')}"


def find(context: click.Context, bot: str, of: str, matches: Callable[[Json], bool]) -> Json | None:
    return next(filter(matches, as_person(context).items(f"{bot_path(bot)}/{of}")), None)


def missing(what: str) -> CommandFailed:
    return CommandFailed(what, MISSING)


def confirmed(question: str, *, yes: bool) -> None:
    """Ends the command unless the person agrees."""
    if not yes:
        click.confirm(question, abort=True)


def told(answer: Mapping[str, Any], *, as_json: bool, secret: str = "", rest: str = "") -> None:
    """Prints the secret alone on stdout, so that a script can keep it, and the rest on stderr."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    if rest:
        click.echo(rest, err=True)
    if secret:
        click.echo(secret)
