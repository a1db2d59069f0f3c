"""`baton webhooks`."""

import click

from baton_client.cli.admin.groups import (
    bot_option,
    confirmed,
    list_group,
    one_path,
    told,
    yes_option,
)
from baton_client.cli.errors import CommandFailed
from baton_client.cli.options import json_option
from baton_client.cli.person import as_person, bot_path

webhooks = list_group("webhooks", ("id", "url", "format", "events", "switched_off"))
ONCE = "Its secret is shown only once (BATON_WEBHOOK_SECRET):"
event_option = click.option("--event", "events", multiple=True, help="Again for each.")


@webhooks.command()
@bot_option
@click.argument("url")
@click.option("--channel", is_flag=True, help="It is the bot's own server: it shows messages.")
@event_option
@click.option("--format", "format_", default="baton", show_default=True)
@json_option
@click.pass_context
def add(
    context: click.Context,
    bot: str,
    url: str,
    channel: bool,
    events: tuple[str, ...],
    format_: str,
    as_json: bool,
) -> None:
    """Add an address to which Baton sends events, and print its secret.

    Without --event, it gets the events of a bot's channel.
    """
    body: dict[str, object] = {"url": url, "channel": channel, "format": format_}
    body |= {"events": list(events)} if events else {}
    made = as_person(context).call("POST", f"{bot_path(bot)}/webhooks", body)
    told(made, as_json=as_json, secret=made["secret"], rest=f"Added {made['id']}. {ONCE}")


@webhooks.command()
@bot_option
@click.argument("id")
@click.option("--url", help="Its new address.")
@event_option
@json_option
@click.pass_context
def change(
    context: click.Context,
    bot: str,
    id: str,
    url: str | None,
    events: tuple[str, ...],
    as_json: bool,
) -> None:
    """Change the webhook ID, or switch it on again. What is not given stays as it is."""
    person, path = as_person(context), one_path(bot, "webhooks", id)
    now = person.call("GET", path)
    body = {"url": url or now["url"], "format": now["format"]}
    changed = person.call("PUT", path, body | ({"events": list(events)} if events else {}))
    told(changed, as_json=as_json, rest=f"Changed {id}.")


@webhooks.command()
@bot_option
@click.argument("id")
@json_option
@click.pass_context
def test(context: click.Context, bot: str, id: str, as_json: bool) -> None:
    """Send an event webhook.test to the webhook ID. Exit code 1 if it does not answer with 2xx."""
    path = f"{one_path(bot, 'webhooks', id)}/test"
    result = as_person(context).call("POST", path, {})
    answered = result["error"] or f"It answered {result['http_status']}"
    told(result, as_json=as_json, rest=f"{answered} after {result['duration_ms']} ms.")
    if not result["succeeded"]:
        raise CommandFailed("The webhook did not accept the event.")


@webhooks.command()
@bot_option
@click.argument("id")
@click.option(
    "--overlap", default=24.0, show_default=True, help="Hours for which the old one signs."
)
@json_option
@click.pass_context
def rotate(context: click.Context, bot: str, id: str, overlap: float, as_json: bool) -> None:
    """Make another secret for the webhook ID, and print it. Until the overlap ends, both sign."""
    body = {"overlap_s": round(overlap * 3600)}
    made = as_person(context).call("POST", f"{one_path(bot, 'webhooks', id)}/rotate", body)
    told(made, as_json=as_json, secret=made["secret"], rest=f"Rotated {id}. {ONCE}")


@webhooks.command()
@bot_option
@click.argument("id")
@yes_option
@click.pass_context
def remove(context: click.Context, bot: str, id: str, yes: bool) -> None:
    """Delete the webhook ID. `channel` is the one of the bot's own server."""
    confirmed(f"Delete the webhook {id} of {bot}? It gets no more events.", yes=yes)
    as_person(context).call("DELETE", one_path(bot, "webhooks", id))
    click.echo(f"Deleted {id}.", err=True)
