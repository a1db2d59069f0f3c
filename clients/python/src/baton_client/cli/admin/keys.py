"""`baton keys`."""

from datetime import UTC, datetime, timedelta

import click

from baton_client.cli.admin.groups import (
    bot_option,
    confirmed,
    list_group,
    one_path,
    told,
    yes_option,
)
from baton_client.cli.options import json_option
from baton_client.cli.person import as_person
from baton_client.cli.setup.new_bot import SCOPES, create_key

keys = list_group("keys", ("id", "name", "scopes", "created_at", "expires_at"))
ALL_SCOPES = click.Choice((*SCOPES, "agents"))
ONCE = "The key is shown only once:"


@keys.command()
@bot_option
@click.option("--name", default="command line", show_default=True)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=ALL_SCOPES,
    help=f"Again for each. Default: {', '.join(SCOPES)}.",
)
@click.option("--days", type=click.IntRange(min=1), help="Days until it expires. Default: never.")
@json_option
@click.pass_context
def create(
    context: click.Context,
    bot: str,
    name: str,
    scopes: tuple[str, ...],
    days: int | None,
    as_json: bool,
) -> None:
    """Create a key, and print it."""
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat() if days else None
    made = create_key(as_person(context), bot, name, until, scopes or SCOPES)
    told(made, as_json=as_json, secret=made["key"], rest=f"Created {made['id']}. {ONCE}")


@keys.command()
@bot_option
@click.argument("id")
@click.option(
    "--overlap", default=24.0, show_default=True, help="Hours for which the old one works."
)
@json_option
@click.pass_context
def rotate(context: click.Context, bot: str, id: str, overlap: float, as_json: bool) -> None:
    """Create another key with the name and scopes of the key ID, and print it."""
    body = {"overlap_s": round(overlap * 3600)}
    made = as_person(context).call("POST", f"{one_path(bot, 'keys', id)}/rotate", body)
    told(made, as_json=as_json, secret=made["key"], rest=f"Created {made['id']}. {ONCE}")


@keys.command()
@bot_option
@click.argument("id")
@yes_option
@click.pass_context
def revoke(context: click.Context, bot: str, id: str, yes: bool) -> None:
    """Delete the key ID. Within five seconds it is refused everywhere."""
    confirmed(f"Revoke the key {id}? Programs that use it stop working.", yes=yes)
    as_person(context).call("DELETE", one_path(bot, "keys", id))
    click.echo(f"Revoked {id}.", err=True)
