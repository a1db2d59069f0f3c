"""`baton check`: plays Baton against a bot, and says how to mend what the bot does wrong."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import Any

import click
import httpx

from baton_client.cli import tables
from baton_client.cli.bot_kit.driven import driven_checks
from baton_client.cli.bot_kit.fake_baton import KEY, FakeBaton
from baton_client.cli.bot_kit.stage import Pace, Stage
from baton_client.cli.errors import CommandFailed
from baton_client.cli.events import DELIVERY
from baton_client.cli.webhook_kit.check import CheckedWebhook, checks

PORT = 8787


@click.command()
@click.argument("webhook")
@click.option("--secret", envvar="BATON_WEBHOOK_SECRET", required=True, help="Its secret: whsec_…")
@click.option("--inbound", help="Where the bot takes the messages of the check's users.")
@click.option("--port", default=PORT, show_default=True, help="Where the bot finds Baton.")
@click.option("--word", default="human", show_default=True, help="What makes the bot hand over.")
@click.option("--quiet", default=2.0, show_default=True, help="Seconds to wait for no reply.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with all fields.")
def check(
    webhook: str,
    secret: str,
    inbound: str | None,
    port: int,
    word: str,
    quiet: float,
    as_json: bool,
) -> None:
    """Play Baton against a bot's WEBHOOK, an address: signatures, repeats, order, unknown events.

    It sends invented events of a user "baton-check". With --inbound, it also writes as users, and
    looks at what the bot shows: docs/testing-your-bot.md. Exit code 1 if a check fails.
    """
    with ExitStack() as opened:
        http = opened.enter_context(httpx.Client(timeout=DELIVERY))
        hook = CheckedWebhook(http, webhook, secret)
        baton = opened.enter_context(_fake_baton(port)) if inbound else None
        results = list(checks(hook))
        if inbound and baton:
            pace = Pace(quiet=quiet)
            stages = partial(Stage, http, inbound, hook.send, baton, pace)
            for result in driven_checks(stages, word):
                click.echo(f"{'passed' if result.passed else 'FAILED'}: {result.check}", err=True)
                results.append(result)
            if baton.unplayed:
                told = ", ".join(sorted(set(baton.unplayed)))
                click.echo(f"The bot also made calls that are not played: {told}", err=True)
    shown = [{**asdict(each), "passed": "yes" if each.passed else "no"} for each in results]
    items: Sequence[Mapping[str, Any]] = [asdict(each) for each in results] if as_json else shown
    tables.show(items, ("passed", "check", "found"), as_json=as_json)
    failed = [each for each in results if not each.passed]
    if failed:
        mends = "\n".join(f"- {each.check}: {each.mend}" for each in failed)
        raise CommandFailed(f"{len(failed)} of {len(results)} checks failed.\n{mends}")


def _fake_baton(port: int) -> FakeBaton:
    try:
        baton = FakeBaton(port)
    except OSError as error:
        raise CommandFailed(f"Port {port} cannot be used: {error}. Try --port.") from error
    click.echo(f"The bot finds Baton at {baton.url}, with the key {KEY}.", err=True)
    return baton
