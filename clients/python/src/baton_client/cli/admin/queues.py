"""`baton queues`."""

from typing import Any

import click

from baton_client.cli.admin.groups import (
    Json,
    bot_option,
    confirmed,
    find,
    list_group,
    missing,
    one_path,
    told,
    yes_option,
)
from baton_client.cli.errors import CommandFailed
from baton_client.cli.options import json_option
from baton_client.cli.person import as_person

queues = list_group("queues", ("name", "mode", "priority", "fallback", "served"))
mode_option = click.option("--mode", type=click.Choice(("manual", "offer")))
priority_option = click.option("--priority", type=int, help="Higher is first.")
fallback_option = click.option("--fallback", help="The queue that helps out.")


@queues.command()
@bot_option
@click.argument("name")
@mode_option
@priority_option
@fallback_option
@json_option
@click.pass_context
def add(context: click.Context, /, bot: str, name: str, as_json: bool, **asked: Any) -> None:
    """Create a queue. Hours, limits and texts are set in the console or over the API."""
    if _queue(context, bot, name):
        raise CommandFailed(f"{bot} has a queue {name} already. `baton queues change` changes it.")
    _put(context, bot, name, _given(asked), as_json=as_json, done=f"Created {name}.")


@queues.command()
@bot_option
@click.argument("name")
@mode_option
@priority_option
@fallback_option
@json_option
@click.pass_context
def change(context: click.Context, /, bot: str, name: str, as_json: bool, **asked: Any) -> None:
    """Change a queue. What is not given stays as it is."""
    now = _queue(context, bot, name)
    if now is None:
        raise missing(f"{bot} has no queue {name}. `baton queues` lists them.")
    kept = {field: value for field, value in now.items() if field not in ("name", "served")}
    _put(context, bot, name, kept | _given(asked), as_json=as_json, done=f"Changed {name}.")


@queues.command()
@bot_option
@click.argument("name")
@yes_option
@click.pass_context
def remove(context: click.Context, bot: str, name: str, yes: bool) -> None:
    """Delete a queue. What waits in it then waits without a queue."""
    confirmed(f"Delete the queue {name} of {bot}?", yes=yes)
    as_person(context).call("DELETE", one_path(bot, "queues", name))
    click.echo(f"Deleted {name}.", err=True)


def _queue(context: click.Context, bot: str, name: str) -> Json | None:
    return find(context, bot, "queues", lambda each: bool(each["name"] == name))


def _given(asked: Json) -> Json:
    return {name: value for name, value in asked.items() if value is not None}


def _put(
    context: click.Context, bot: str, name: str, body: Json, *, as_json: bool, done: str
) -> None:
    made = as_person(context).call("PUT", one_path(bot, "queues", name), body)
    told(made, as_json=as_json, rest=done)
