"""`baton dev`: a bot on this machine receives the events of a real installation."""

import json
import platform
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import httpx

from baton_client.cli.errors import NOT_ALLOWED, CommandFailed
from baton_client.cli.events import DELIVERY, NotAccepted, count_option, follow, forward
from baton_client.cli.logins import LOGIN_FIRST, login_file, write_private
from baton_client.cli.options import past_time
from baton_client.cli.person import PersonClient, as_person, bot_path
from baton_client.cli.setup.new_bot import (
    address,
    create_key,
    ensure_bot,
    new_secret,
    shell_lines,
)
from baton_client.client import Baton
from baton_client.errors import NotFound, Unauthenticated
from baton_client.signatures import WebhookEvent

LOCAL = "http://127.0.0.1:8000"
DEMO_OWNER = ("owner@example.test", "owner-demo")
"""The owner of the stack that `make run` starts. Only that stack has them."""
KEY_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DevAccess:
    """The settings of a bot on this machine. The secret is this machine's own: it signs what is
    forwarded, and the bot verifies it as it does Baton's webhook."""

    url: str
    key: str
    secret: str

    @property
    def environment(self) -> Mapping[str, str]:
        names = ("BATON_URL", "BATON_KEY", "BATON_WEBHOOK_SECRET")
        return dict(zip(names, (self.url, self.key, self.secret), strict=True))


@click.command()
@click.option("--bot", required=True, help="The bot's id. It is created if there is none.")
@click.option("--forward", "forward_to", metavar="URL", required=True, help="Your bot's webhook.")
@click.option(
    "--local",
    "local",
    is_flag=False,
    flag_value=LOCAL,
    metavar="[URL]",
    help=f"Use the stack of `make run` and its demo owner. Default: {LOCAL}",
)
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the bot's address, key and secret there instead of printing them.",
)
@click.option("--since", type=past_time, metavar="TIME", help="Also earlier events: 30m, 2h.")
@count_option
@click.option("--for", "seconds", type=float, help="End after so many seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print each event as JSON.")
@click.pass_context
def dev(
    context: click.Context,
    bot: str,
    forward_to: str,
    local: str | None,
    env_file: Path | None,
    since: datetime | None,
    count: int | None,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Develop a bot on this machine: its webhook gets the events as from Baton itself.

    It creates the bot if there is none, and a key for 30 days, which the next run uses again. The
    events come over a WebSocket, so this machine needs no public address. They are signed, in
    order, and they come again if your webhook does not answer with 2xx within 10 seconds.
    """
    person = _person(context, local)
    is_new = ensure_bot(person, bot)
    access = _access(person, bot)
    told = [f"The bot {bot} is created."] if is_new else []
    told += _other_webhook(person, bot)
    lines = shell_lines(access.environment)
    if env_file:
        write_private(env_file, "\n".join(lines) + "\n")
        told.append(f"Your bot's settings are in {env_file}.")
    else:
        told += ["Your bot's settings:", *(f"  {line}" for line in lines)]
    told.append(f"Forwarding events to {forward_to}. Press Ctrl-C to end.")
    click.echo("\n".join(told), err=True)
    with httpx.Client(timeout=DELIVERY) as http, Baton(access.url, access.key) as baton:

        def handle(event: WebhookEvent) -> None:
            _forwarded(http, forward_to, access.secret, event, as_json=as_json)

        timer = threading.Timer(seconds, baton.stop) if seconds is not None else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            follow(baton, since, count, (), handle)
        except KeyboardInterrupt:
            click.echo("Ended.", err=True)
        finally:
            if timer:
                timer.cancel()


def _forwarded(
    http: httpx.Client, url: str, secret: str, event: WebhookEvent, *, as_json: bool
) -> None:
    """Shows the event and how the webhook took it. Raises NotAccepted."""
    begun, failure = time.monotonic(), None
    try:
        status = str(forward(http, url, secret, event))
    except NotAccepted as error:
        status, failure = str(error), error
    took = round((time.monotonic() - begun) * 1000)
    if as_json:
        body = {"type": event.type, "timestamp": event.timestamp, "data": event.data}
        answered = {"accepted": failure is None, "answer": status, "duration_ms": took}
        click.echo(json.dumps({"id": event.id, **body, **answered}, ensure_ascii=False))
    else:
        text = (event.text or "").replace("\n", " ")
        line = f"{event.timestamp}  {event.user}  {event.type}  {status}  {took} ms  {text}"
        click.echo(line.rstrip())
    if failure:
        raise failure


def _person(context: click.Context, local: str | None) -> PersonClient:
    if local is None:
        try:
            return as_person(context)
        except CommandFailed as error:
            if error.message != LOGIN_FIRST:
                raise
            raise CommandFailed(
                f"{LOGIN_FIRST}. For the stack of `make run`, add --local.", NOT_ALLOWED
            ) from None
    client = PersonClient(local, context.obj, stores=False)
    try:
        client.log_in(*DEMO_OWNER)
    except Unauthenticated:
        raise CommandFailed(
            f"{local} does not know {DEMO_OWNER[0]}: it is not the stack of `make run`. "
            f"Log in: baton login --url {local}",
            NOT_ALLOWED,
        ) from None
    return client


def _access(person: PersonClient, bot: str) -> DevAccess:
    """The same as in the last run, if its key is still valid."""
    file, url = login_file().with_name("dev.json"), address(person.origin, bot)
    try:
        stored = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        stored = {}
    if url in stored:
        known = DevAccess(**stored[url])
        try:
            with Baton(known.url, known.key) as baton:
                baton.call("GET", "/conversations?limit=1")
            return known
        except (Unauthenticated, NotFound):
            pass
    until = (datetime.now(UTC) + KEY_LIFE).isoformat(timespec="milliseconds")
    name = f"baton dev on {platform.node()}"[:64]
    key = create_key(person, bot, name, until)["key"]
    secret = stored[url]["secret"] if url in stored else new_secret()
    access = DevAccess(url, key, secret)
    write_private(file, json.dumps(stored | {url: asdict(access)}))
    return access


def _other_webhook(person: PersonClient, bot: str) -> list[str]:
    try:
        found = person.call("GET", f"{bot_path(bot)}/webhook")
    except NotFound:
        return []
    return [f"The bot has a webhook, too: {found['url']} receives the same events."]
