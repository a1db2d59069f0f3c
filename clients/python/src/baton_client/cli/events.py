"""The commands that follow a bot's events: `listen` and `tail`."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import click
import httpx

from baton_client.cli.options import past_time
from baton_client.client import Baton
from baton_client.listening.protocol import LISTENABLE
from baton_client.signatures import WebhookEvent, signing_key

DELIVERY = 10.0
"""Seconds in which a webhook has to answer, as with Baton itself."""


class NotAccepted(Exception):
    """The local server has not answered with 2xx: the event is delivered again."""


url_option = click.option(
    "--url", envvar="BATON_URL", required=True, help="The bot's address, …/api/v1/bots/<bot>."
)
key_option = click.option("--key", envvar="BATON_KEY", required=True, help="The bot's key.")
since_option = click.option(
    "--since",
    type=past_time,
    metavar="TIME",
    help="Also show earlier events: 30m, 2h, 7d, or a time.",
)
count_option = click.option("--count", type=int, help="End after so many events.")


@click.command()
@url_option
@key_option
@since_option
@count_option
@click.option(
    "--forward", "forward_to", metavar="URL", help="Deliver each event to this webhook, signed."
)
@click.option("--secret", envvar="BATON_WEBHOOK_SECRET", help="The secret to sign with: whsec_…")
@click.option("--event", "types", multiple=True, type=click.Choice(LISTENABLE))
def listen(
    url: str,
    key: str,
    since: datetime | None,
    count: int | None,
    forward_to: str | None,
    secret: str | None,
    types: tuple[str, ...],
) -> None:
    """Receive a bot's events without a public address, one JSON object a line.

    With --forward, a webhook on this machine receives them as from Baton: signed, in order, and
    again if it does not answer with 2xx within 10 seconds.
    """
    if forward_to and not secret:
        raise click.UsageError("--forward needs the secret of your webhook: --secret whsec_…")

    local = httpx.Client(timeout=DELIVERY)

    def handle(event: WebhookEvent) -> None:
        if forward_to and secret:
            forward(local, forward_to, secret, event)
        click.echo(json.dumps({"id": event.id, **_body(event)}, ensure_ascii=False))

    with Baton(url, key) as baton:
        follow(baton, since, count, types, handle)


@click.command()
@url_option
@key_option
@since_option
@count_option
def tail(url: str, key: str, since: datetime | None, count: int | None) -> None:
    """Show what happens in a bot's handoffs, one line for each event."""

    def handle(event: WebhookEvent) -> None:
        text = (event.text or "").replace("\n", " ")
        click.echo(f"{event.timestamp}  {event.user}  {event.type}  {text}".rstrip())

    with Baton(url, key) as baton:
        follow(baton, since, count, (), handle)


def follow(
    baton: Baton,
    since: datetime | None,
    count: int | None,
    types: tuple[str, ...],
    handle: Callable[[WebhookEvent], None],
) -> None:
    """Calls `handle` with each event. If it raises, the event comes again. Ends after `count`
    events, or when `baton.stop` is called."""
    left = count

    @baton.on(*(types or LISTENABLE))
    def on_event(event: WebhookEvent) -> None:
        nonlocal left
        if left == 0:
            return
        handle(event)
        if left is not None:
            left -= 1
            if left == 0:
                baton.stop()

    baton.listen(since=since)


def forward(http: httpx.Client, url: str, secret: str, event: WebhookEvent) -> int:
    """The status of the answer. Raises NotAccepted; ValueError if the secret is malformed."""
    body = body_of(event)
    try:
        answer = http.post(url, content=body, headers=sign(secret, event.id, body, time.time()))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotAccepted(f"{url} cannot be reached: {error}") from error
    if not answer.is_success:
        raise NotAccepted(f"{url} answered with the status {answer.status_code}.")
    return answer.status_code


def sign(secret: str, event_id: str, body: bytes, now: float) -> dict[str, str]:
    """The headers of Standard Webhooks. `now` is in seconds since 1970 (UTC)."""
    at = str(int(now))
    mac = hmac.new(
        signing_key(secret), f"{event_id}.{at}.".encode() + body, hashlib.sha256
    ).digest()
    return {
        "content-type": "application/json; charset=utf-8",
        "webhook-id": event_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def body_of(event: WebhookEvent) -> bytes:
    return json.dumps(_body(event)).encode()


def _body(event: WebhookEvent) -> Mapping[str, object]:
    return {"type": event.type, "timestamp": event.timestamp, "data": event.data}
