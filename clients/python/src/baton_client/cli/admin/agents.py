"""`baton agents`."""

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
from baton_client.cli.options import json_option
from baton_client.cli.person import as_person, bot_path

agents = list_group("agents", ("id", "name", "email", "role", "queues", "status", "open"))
ROLES = click.Choice(("agent", "supervisor", "admin"))
queue_option = click.option("--queue", "queues", multiple=True, help="Again for each.")


@agents.command()
@bot_option
@click.argument("email")
@click.option("--name", help="Default: the part of the address before the @.")
@click.option("--role", type=ROLES, default="agent", show_default=True)
@queue_option
@click.option("--capacity", type=int, help="The most conversations at a time. Default: no limit.")
@json_option
@click.pass_context
def invite(
    context: click.Context,
    bot: str,
    email: str,
    name: str | None,
    role: str,
    queues: tuple[str, ...],
    capacity: int | None,
    as_json: bool,
) -> None:
    """Add a person to the bot's team, and print their invitation."""
    member = {"role": role, "queues": list(queues), "capacity": capacity}
    body = {"email": email, "name": name or email.partition("@")[0], **member}
    _tell(as_person(context).call("POST", f"{bot_path(bot)}/agents", body), email, as_json=as_json)


@agents.command()
@bot_option
@click.argument("who")
@json_option
@click.pass_context
def reinvite(context: click.Context, bot: str, who: str, as_json: bool) -> None:
    """Make another invitation for WHO, an id or an e-mail address, who has no password yet."""
    member = _member(context, bot, who)
    path = f"{one_path(bot, 'agents', member['id'])}/invitation"
    _tell(as_person(context).call("POST", path, {}), member["email"], as_json=as_json)


@agents.command()
@bot_option
@click.argument("who")
@click.argument("role", type=ROLES)
@json_option
@click.pass_context
def role(context: click.Context, bot: str, who: str, role: str, as_json: bool) -> None:
    """Give WHO, an id or an e-mail address, another ROLE. Queues and capacity stay."""
    _change(context, bot, who, as_json=as_json, role=role)


@agents.command()
@bot_option
@click.argument("who")
@click.argument("names", nargs=-1)
@json_option
@click.pass_context
def queues(
    context: click.Context, bot: str, who: str, names: tuple[str, ...], as_json: bool
) -> None:
    """Let WHO serve these queues and no others. Without NAMES, they serve none."""
    _change(context, bot, who, as_json=as_json, queues=list(names))


@agents.command()
@bot_option
@click.argument("who")
@click.argument("most", type=click.IntRange(min=0), required=False)
@json_option
@click.pass_context
def capacity(context: click.Context, bot: str, who: str, most: int | None, as_json: bool) -> None:
    """Let WHO have at most so many conversations at a time. Without MOST, there is no limit."""
    _change(context, bot, who, as_json=as_json, capacity=most)


@agents.command()
@bot_option
@click.argument("who")
@yes_option
@click.pass_context
def remove(context: click.Context, bot: str, who: str, yes: bool) -> None:
    """Take WHO out of the team. Their conversations go back to the queue."""
    member = _member(context, bot, who)
    confirmed(f"Remove {member['name']} ({member['email']}) from {bot}?", yes=yes)
    as_person(context).call("DELETE", one_path(bot, "agents", member["id"]))
    click.echo(f"Removed {member['email']}.", err=True)


def _member(context: click.Context, bot: str, who: str) -> Json:
    """Raises CommandFailed."""
    wanted = who.casefold()
    found = find(
        context,
        bot,
        "agents",
        lambda each: wanted in (each["id"].casefold(), each["email"].casefold()),
    )
    if found is None:
        raise missing(f"Nobody in the team of {bot} is {who}. `baton agents` lists them.")
    return found


def _change(context: click.Context, bot: str, who: str, *, as_json: bool, **change: Any) -> None:
    """The call replaces all three, so it sends what stays, too."""
    member = _member(context, bot, who)
    body = {name: member[name] for name in ("role", "queues", "capacity")} | change
    changed = as_person(context).call("PUT", one_path(bot, "agents", member["id"]), body)
    told(changed, as_json=as_json, rest=f"Changed {member['email']}.")


def _tell(answer: Json, email: str, *, as_json: bool) -> None:
    if answer["invitation"]:
        rest = f"Send {email} this invitation. It is shown only once:"
    elif answer["mailed"]:
        rest = f"{email} gets an invitation by mail."
    else:
        rest = f"{email} has a password already."
    told(answer, as_json=as_json, secret=answer["invitation"] or "", rest=rest)
