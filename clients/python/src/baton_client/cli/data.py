"""The commands for requests of people about their data: `export` and `erase`."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import click

from baton_client.cli.options import bot_option, json_option, progress
from baton_client.cli.person import as_person, bot_path


@click.command()
@bot_option
@click.option("--channel", help="The channel of the user.")
@click.option("--user", help="Only this user: their id on the channel.")
@click.option("--conversation", help="Only this conversation: its id.")
@click.option("--output", type=click.Path(path_type=Path), help="A file. Default: stdout.")
@click.pass_context
def export(
    context: click.Context,
    bot: str,
    channel: str | None,
    user: str | None,
    conversation: str | None,
    output: Path | None,
) -> None:
    """Export a bot, one user or one conversation as JSON Lines. Secrets and keys are left out.

    The file is there only if the export is whole, and only you may read it.
    """
    if (channel is None) != (user is None):
        raise click.UsageError("--channel and --user name a user together.")
    if user is not None and conversation is not None:
        raise click.UsageError("Choose one: a user or a conversation.")
    path = bot_path(bot)
    if channel is not None and user is not None:
        path += _user_path(channel, user)
    elif conversation is not None:
        path += f"/conversations/{quote(conversation, safe='')}"
    lines = 0
    with _opened(output) as file, progress() as bar:
        task = bar.add_task("lines exported", total=None)
        for page in as_person(context).pages(f"{path}/export"):
            file.write(page)
            lines += page.count("\n")
            bar.update(task, completed=lines)
    if output:
        click.echo(f"{lines} lines are in {output}.", err=True)


@click.command()
@bot_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.argument("channel")
@click.argument("user")
@click.pass_context
def erase(
    context: click.Context, bot: str, yes: bool, as_json: bool, channel: str, user: str
) -> None:
    """Erase everything about a USER of a CHANNEL. It cannot be undone.

    It is hidden at once and deleted within minutes. Open handoffs of the user end.
    """
    if not yes:
        click.confirm(f"Erase everything about {user} on {channel}? This is final.", abort=True)
    order = as_person(context).call("DELETE", bot_path(bot) + _user_path(channel, user))
    if as_json:
        click.echo(json.dumps(order))
    else:
        click.echo(f"{order['erasure']}: conversations hidden: {order['conversations']}")


def _user_path(channel: str, user: str) -> str:
    return f"/users/{quote(channel, safe='')}/{quote(user, safe='')}"


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    """The file gets its name when it is complete."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(f"{output.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        with os.fdopen(os.open(part, flags, 0o600), "w", encoding="utf-8", newline="\n") as file:
            yield file
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(output)
