"""`baton deliveries`: what the webhook has not received, and sending it again."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import click

from baton_client.cli import tables
from baton_client.cli.errors import CommandFailed
from baton_client.cli.options import bot_option, json_option, past_time, progress
from baton_client.cli.person import PersonClient, as_person, bot_path
from baton_client.errors import NotFound

COLUMNS = ("at", "webhook_id", "type", "status", "http_status", "error")
DOWN_AFTER = 5
"""Failures in a row after which the webhook counts as down."""
Delivery = Mapping[str, Any]

since_option = click.option(
    "--since",
    type=past_time,
    metavar="TIME",
    default="1d",
    show_default=True,
    help="30m, 2h, 7d, or a time.",
)
failed_option = click.option(
    "--failed", is_flag=True, help="Only events that Baton has given up and nobody has replayed."
)


@dataclass(slots=True)
class ReplayTotals:
    delivered: int = 0
    failed: int = 0
    left: int = 0


@click.group()
def deliveries() -> None:
    """List deliveries to a bot's webhook, and send events again."""


@deliveries.command("list")
@bot_option
@failed_option
@since_option
@json_option
@click.pass_context
def list_(context: click.Context, bot: str, failed: bool, since: datetime, as_json: bool) -> None:
    """List the attempts to deliver events, the newest first."""
    found = list(_attempts(as_person(context), bot, since))
    tables.show(undelivered(found) if failed else found, COLUMNS, as_json=as_json)


@deliveries.command()
@bot_option
@failed_option
@since_option
@click.option("--for", "seconds", default=600.0, show_default=True, help="End after so long.")
@click.option("--dry-run", is_flag=True, help="Only list what would be sent.")
@json_option
@click.argument("ids", nargs=-1)
@click.pass_context
def replay(
    context: click.Context,
    bot: str,
    failed: bool,
    since: datetime,
    seconds: float,
    dry_run: bool,
    as_json: bool,
    ids: tuple[str, ...],
) -> None:
    """Send events again: those of these delivery IDS, or with --failed all that were given up.

    Each is sent once, with its old webhook id, in the order of its conversation. After five
    failures in a row it ends, because the webhook is down then. Exit code 1 if an event could not
    be delivered.
    """
    if bool(ids) == failed:
        raise click.UsageError("Name deliveries by their ids, or choose --failed.")
    client, until = as_person(context), time.monotonic() + seconds
    found = undelivered(_attempts(client, bot, since)) if failed else [{"id": id} for id in ids]
    if dry_run:
        tables.show(found, COLUMNS, as_json=as_json)
        return
    answers, totals = list[Delivery](), ReplayTotals(left=len(found))
    in_a_row = 0
    with progress() as bar:
        task = bar.add_task("events sent again", total=len(found))
        for each in found:
            if in_a_row == DOWN_AFTER or time.monotonic() > until:
                break
            path = f"{bot_path(bot)}/deliveries/{quote(each['id'], safe='')}/replay"
            totals.left -= 1
            bar.update(task, advance=1)
            try:
                answer = client.call("POST", path, {})
            except NotFound:
                continue  # its conversation was erased meanwhile
            answers.append(answer)
            is_delivered = answer["status"] == "delivered"
            in_a_row = 0 if is_delivered else in_a_row + 1
            totals.delivered += is_delivered
            totals.failed += not is_delivered
    tables.show(answers, COLUMNS, as_json=as_json)
    if totals.failed or totals.left:
        raise CommandFailed(_advice(totals, is_down=in_a_row == DOWN_AFTER))


def undelivered(attempts: Iterable[Delivery]) -> list[Delivery]:
    """The last attempts of events that were given up and that nobody has replayed, in the order of
    each conversation.

    An event that Baton goes on with is not among them.
    """
    dead, done = dict[tuple[str, str | None], Delivery](), set[tuple[str, str | None]]()
    for attempt in attempts:
        # A bot can have several webhooks, and each receives the event by itself.
        event = (attempt["webhook_id"], attempt.get("webhook"))
        if attempt["status"] == "delivered":
            done.add(event)
        elif attempt["status"] == "dead":
            dead[event] = attempt
    left = [attempt for event, attempt in dead.items() if event not in done]
    return sorted(left, key=lambda attempt: (attempt["conversation_id"], attempt["seq"]))


def _attempts(client: PersonClient, bot: str, since: datetime) -> Iterable[Delivery]:
    """The newest first. They are listed by time, so the first older one is the end."""
    for attempt in client.items(f"{bot_path(bot)}/deliveries", limit="100"):
        if datetime.fromisoformat(attempt["at"]) < since - timedelta(milliseconds=1):
            return
        yield attempt


def _advice(totals: ReplayTotals, *, is_down: bool) -> str:
    told = f"{totals.delivered} delivered, {totals.failed} refused, {totals.left} not tried."
    if is_down:
        return f"{told} The webhook is down: look at `baton doctor`, then run this again."
    if totals.failed:
        return f"{told} See in your server's log why it refuses them, then run this again."
    return f"{told} The time is over: run this again."
