"""The commands of `baton`."""

import time
from urllib.parse import quote

import click

from baton_client.cli import data, events
from baton_client.cli.admin.agents import agents
from baton_client.cli.admin.bots import bots
from baton_client.cli.admin.keys import keys
from baton_client.cli.admin.queues import queues
from baton_client.cli.admin.webhooks import webhooks
from baton_client.cli.bot_kit.command import check
from baton_client.cli.errors import CommandFailed, readable_errors
from baton_client.cli.mcp import mcp
from baton_client.cli.options import bot_option
from baton_client.cli.person import PersonClient, as_person, bot_path
from baton_client.cli.setup.dev import dev
from baton_client.cli.setup.doctor import doctor
from baton_client.cli.setup.init import init, log_in
from baton_client.cli.webhook_kit.deliveries import deliveries
from baton_client.cli.webhook_kit.trigger import trigger
from baton_client.errors import Refused
from baton_client.version import __version__

TIMEOUT = 30.0
"""Seconds for one call with all its repetitions."""
POLL = 1.0
"""Seconds between two looks at the queue."""


@click.group(context_settings={"auto_envvar_prefix": "BATON", "max_content_width": 100})
@click.version_option(__version__, prog_name="baton")
@click.option("--timeout", default=TIMEOUT, show_default=True, help="Seconds for each call.")
@click.pass_context
def baton(context: click.Context, timeout: float) -> None:
    """Baton on the command line.

    Exit codes: 1 refused, 2 wrong options, 3 no login or no right, 4 not found, 5 no answer.
    """
    context.obj = timeout
    context.with_resource(readable_errors())


@baton.command()
@click.option("--url", required=True, help="Where Baton is, for example https://baton.example.com")
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True)
@click.pass_context
def login(context: click.Context, url: str, email: str, password: str) -> None:
    """Log in as a person, for the commands that manage bots and answer as an agent."""
    log_in(PersonClient(url, context.obj), email, password)
    click.echo(f"You are logged in as {email}.")


@baton.command()
@bot_option
@click.option("--auto", "text", required=True, help="What the agent answers.")
@click.option("--count", default=1, show_default=True, help="End after so many conversations.")
@click.option("--for", "seconds", default=300.0, show_default=True, help="End after so long.")
@click.option("--close/--keep", default=True, show_default=True, help="Return each to the bot.")
@click.pass_context
def agent(
    context: click.Context, bot: str, text: str, count: int, seconds: float, close: bool
) -> None:
    """A scripted agent for tests: claims conversations that wait, and answers each once.

    It fails if fewer than --count conversations have come in time.
    """
    client, path, until = as_person(context), bot_path(bot), time.monotonic() + seconds
    client.call("PUT", "/agents/me/status", {"status": "online"})
    answered = 0
    while answered < count:
        for head in client.items(f"{path}/conversations", status="waiting"):
            if answered < count and _answer(client, path, head["id"], text, close=close):
                answered += 1
                click.echo(f"Answered {head['id']}.")
        if answered < count and time.monotonic() > until:
            raise CommandFailed(f"{answered} of {count} conversations came in {seconds:g} s.")
        if answered < count:
            time.sleep(POLL)


def _answer(client: PersonClient, path: str, conversation: str, text: str, *, close: bool) -> bool:
    """False if somebody else was faster."""
    one = f"{path}/conversations/{quote(conversation, safe='')}"
    try:
        client.call("POST", f"{one}/claim", {})
    except Refused:
        return False
    client.call("POST", f"{one}/messages", {"text": text})
    if close:
        client.call("POST", f"{one}/unpause", {"outcome": "resolved"})
    return True


for _each in (
    *(events.listen, events.tail, check, trigger, deliveries),
    *(data.export, data.erase, init, dev, doctor, mcp),
    *(bots, keys, agents, queues, webhooks),
):
    baton.add_command(_each)
