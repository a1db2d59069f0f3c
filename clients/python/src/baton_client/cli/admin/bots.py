"""`baton bots`."""

import click

from baton_client.cli import tables
from baton_client.cli.admin.groups import confirmed, told, yes_option
from baton_client.cli.options import json_option
from baton_client.cli.person import as_person, bot_path


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def bots(context: click.Context, as_json: bool) -> None:
    """List your bots, or change them."""
    if context.invoked_subcommand is None:
        tables.show(list(as_person(context).items("/bots")), ("id", "name"), as_json=as_json)


@bots.command()
@click.argument("id")
@click.option("--name", help="Default: its id.")
@json_option
@click.pass_context
def add(context: click.Context, id: str, name: str | None, as_json: bool) -> None:
    """Create a bot. Only an owner of the installation may."""
    made = as_person(context).call("POST", "/bots", {"id": id, "name": name or id})
    told(made, as_json=as_json, rest=f"Created {id}. Next: baton keys create --bot {id}")


@bots.command()
@click.argument("id")
@click.argument("name")
@json_option
@click.pass_context
def rename(context: click.Context, id: str, name: str, as_json: bool) -> None:
    """Change a bot's NAME. Its id stays."""
    changed = as_person(context).call("PUT", bot_path(id), {"name": name})
    told(changed, as_json=as_json, rest=f"{id} is called {name}.")


@bots.command()
@click.argument("id")
@yes_option
@click.pass_context
def remove(context: click.Context, id: str, yes: bool) -> None:
    """Delete a bot with its keys, members and queues. Only an owner of the installation may.

    It is refused while a conversation waits for a person or is with one. It takes six seconds.
    """
    confirmed(f"Delete the bot {id} with everything in it? Its id cannot be used again.", yes=yes)
    as_person(context).call("DELETE", bot_path(id))
    click.echo(f"Deleted {id}.", err=True)
