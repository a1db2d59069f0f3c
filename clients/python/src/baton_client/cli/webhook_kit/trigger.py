"""`baton trigger`: sends an example event to a webhook, signed as Baton signs."""

import json
import time
from uuid import uuid4

import click
import httpx

from baton_client.cli.errors import CommandFailed
from baton_client.cli.events import DELIVERY, body_of, sign
from baton_client.cli.webhook_kit.examples import EXAMPLES, Place, example_event


@click.command()
@click.argument("type", type=click.Choice((*EXAMPLES, "all")))
@click.argument("webhook")
@click.option("--secret", envvar="BATON_WEBHOOK_SECRET", required=True, help="Its secret: whsec_…")
@click.option("--channel", default="web", show_default=True)
@click.option("--user", default="u-example", show_default=True, help="The user's id.")
@click.option("--thread", help="The user's thread on the channel.")
@click.option("--conversation", help="A conversation's id. Default: an invented one.")
@click.option("--text", help="What the agent writes.")
@click.option("--json", "as_json", is_flag=True, help="Also print what was sent.")
def trigger(
    type: str,
    webhook: str,
    secret: str,
    channel: str,
    user: str,
    thread: str | None,
    conversation: str | None,
    text: str | None,
    as_json: bool,
) -> None:
    """Send an example event of a TYPE, or of `all` types, to a WEBHOOK, an address.

    The event is invented: nothing changes in Baton. Exit code 1 if the webhook does not accept it.
    """
    id, refused = conversation or f"c_example_{uuid4().hex}", 0
    with httpx.Client(timeout=DELIVERY) as http:
        types = tuple(EXAMPLES) if type == "all" else (type,)
        for seq, each in enumerate(types, 4):
            event = example_event(each, Place(id, seq, channel, user, thread, text))
            body = body_of(event)
            begun = time.monotonic()
            try:
                headers = sign(secret, event.id, body, time.time())
                answer = http.post(webhook, content=body, headers=headers)
                told, accepted = str(answer.status_code), answer.is_success
            except httpx.TimeoutException:
                told, accepted = f"no answer within {DELIVERY:g} s", False
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                told, accepted = f"no answer: {error}", False
            refused += not accepted
            took = time.monotonic() - begun
            if as_json:
                sent = {"id": event.id, **json.loads(body)}
                shown = {"event": sent, "accepted": accepted, "answer": told}
                click.echo(json.dumps(shown, ensure_ascii=False))
            else:
                click.echo(f"{each}  {told}  {took * 1000:.0f} ms")
    if refused:
        raise CommandFailed(
            f"The webhook has not accepted {refused} of {len(types)} events. Is it running, and "
            "has it the same secret? `baton check` says more."
        )
