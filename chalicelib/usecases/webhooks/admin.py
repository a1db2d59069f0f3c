"""A bot's webhooks: add, change, test, rotate the secret, remove. Baton makes each secret and
returns it once. The webhook with the id `CHANNEL` is the bot's channel."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.address import digest
from chalicelib.domain.errors import Conflict, NotFound, invalid_field
from chalicelib.usecases import recovery, views
from chalicelib.usecases.admin import audit
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.webhooks import (
    CHANNEL,
    MAX_OTHERS,
    NATIVE_FORMAT,
    RetiringSecret,
    Webhook,
)
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.event_types import (
    AGENT_MESSAGE,
    DEFAULT_EVENTS,
    EVENTS,
    received_since,
    require_types,
)
from chalicelib.usecases.webhooks.sealing import seal_secrets
from chalicelib.usecases.webhooks.send import send_signed
from chalicelib.usecases.webhooks.signing import new_secret

MAX_RETIRING = 4
"""Each replaced secret adds a signature to every call."""
ID_LENGTH = 13
UNSAVED = "new"
"""Stands for the id of a webhook that was not added yet; the ids of others begin with `w_`."""
STORED, TEMPORARY = "stored", "temporary"
BACKLOG_MS = 3000
"""A call that enables a webhook again wakes the worker for this long. The sweep goes
on with the rest."""


class WebhookTestResult(Struct, frozen=True):
    """`status` is the HTTP status of the bot's server. It is None if there was no answer; then
    `error` says why. `took` is in milliseconds. `signed_with` is `stored` or `temporary`: a webhook
    that was not saved yet has no secret that its server could know."""

    succeeded: bool
    status: int | None
    took: int
    error: str | None
    signed_with: str


class WebhookSettings(Struct, frozen=True):
    """`events` None: the default types for a new webhook, and no change for one that exists."""

    url: str
    format: str = NATIVE_FORMAT
    events: Iterable[str] | None = None


def list_webhooks(services: Services, caller: Caller) -> list[Webhook]:
    authorize(caller, Action.CONFIGURE)
    return services.administration.webhooks(caller.bot)


def get_webhook(services: Services, caller: Caller, webhook_id: str = CHANNEL) -> Webhook:
    """Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    return _require_webhook(services, caller, webhook_id)


def create_webhook(
    services: Services, caller: Caller, wanted: WebhookSettings, *, is_channel: bool
) -> tuple[Webhook, str]:
    """Returns the webhook and its secret. Raises InvalidRequest as `put_channel`; Conflict if the
    bot has a channel already, or as many other webhooks as it may have."""
    authorize(caller, Action.CONFIGURE)
    _require_valid(services, wanted)
    webhooks = services.administration.webhooks(caller.bot)
    if is_channel and any(each.is_channel for each in webhooks):
        raise Conflict("The bot's channel has a webhook: change that one.")
    if not is_channel and sum(not each.is_channel for each in webhooks) >= MAX_OTHERS:
        raise Conflict(f"A bot has at most {MAX_OTHERS} webhooks beside its channel's.")
    return _create(services, caller, wanted, CHANNEL if is_channel else _new_id(services))


def put_channel(
    services: Services, caller: Caller, wanted: WebhookSettings
) -> tuple[Webhook, str | None]:
    """Returns the webhook, and its secret if the webhook is new. Enables a disabled webhook.

    Raises InvalidRequest for a URL that Baton does not call, for an unknown format and for unknown
    events; Conflict if another request has changed the webhook.
    """
    authorize(caller, Action.CONFIGURE)
    _require_valid(services, wanted)
    old = services.administration.webhook(caller.bot)
    if old is None:
        return _create(services, caller, wanted, CHANNEL)
    return _change(services, caller, old, wanted), None


def change_webhook(
    services: Services, caller: Caller, webhook_id: str, wanted: WebhookSettings
) -> Webhook:
    """Raises NotFound, and otherwise as `put_channel`. Enables a disabled webhook."""
    authorize(caller, Action.CONFIGURE)
    _require_valid(services, wanted)
    return _change(services, caller, _require_webhook(services, caller, webhook_id), wanted)


def rotate_secret(
    services: Services, caller: Caller, overlap: int, webhook_id: str = CHANNEL
) -> tuple[Webhook, str]:
    """Returns the webhook and its new secret. The old secret also signs for `overlap`
    milliseconds.

    Raises NotFound; Conflict if `MAX_RETIRING` replaced secrets still sign, or if another request
    has changed the webhook.
    """
    authorize(caller, Action.CONFIGURE)
    now, old = services.clock.now(), _require_webhook(services, caller, webhook_id)
    retiring = old.retiring_at(now)
    if overlap > 0:
        retiring += tuple(RetiringSecret(secret, now + overlap) for secret in old.secrets)
    if len(retiring) > MAX_RETIRING:
        raise Conflict(f"{MAX_RETIRING} older secrets are still valid: wait until one has expired.")
    secret = _new_secret(services)
    new = replace(old, secrets=(secret,), retiring_secrets=retiring)
    _update(services, caller, old, new)
    audit.record(services, caller, AuditAction.WEBHOOK_ROTATED, webhook=old.id)
    return new, secret


def remove_channel(services: Services, caller: Caller) -> None:
    """As `remove_webhook`. Does nothing if there is no webhook."""
    authorize(caller, Action.CONFIGURE)
    if services.administration.webhook(caller.bot):
        remove_webhook(services, caller, CHANNEL)


def remove_webhook(services: Services, caller: Caller, webhook_id: str) -> None:
    """Stops deliveries, also of entries that are pending. Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    old = _require_webhook(services, caller, webhook_id)
    _update(services, caller, old, None)
    audit.record(services, caller, AuditAction.WEBHOOK_REMOVED, webhook=old.id)


def send_test(
    services: Services,
    caller: Caller,
    webhook_id: str = CHANNEL,
    wanted: WebhookSettings | None = None,
) -> WebhookTestResult:
    """Sends one signed `webhook.test` event, also to a disabled webhook. `wanted` is what a form
    holds and nobody has saved: nothing is stored. Raises NotFound, and InvalidRequest as
    `put_channel`.

    Of the answer, only the status is returned.
    """
    authorize(caller, Action.CONFIGURE)
    to, is_stored = _webhook_to_test(services, caller, webhook_id, wanted)
    began = services.clock.now()
    event = {
        "type": "webhook.test",
        "timestamp": views.timestamp(began),
        "data": {"bot": caller.bot},
    }
    attempt = send_signed(
        services, caller.bot, to, f"test:{services.random.token()}", json.dumps(event).encode()
    )
    took = services.clock.now() - began
    audit.record(services, caller, AuditAction.WEBHOOK_TESTED, status=attempt.status, webhook=to.id)
    signed_with = STORED if is_stored else TEMPORARY
    return WebhookTestResult(attempt.succeeded, attempt.status, took, attempt.error, signed_with)


def _webhook_to_test(
    services: Services, caller: Caller, webhook_id: str, wanted: WebhookSettings | None
) -> tuple[Webhook, bool]:
    """The webhook as it would be saved, and whether its secret is a stored one."""
    if wanted is None:
        return _require_webhook(services, caller, webhook_id), True
    _require_valid(services, wanted)
    if webhook_id in (CHANNEL, UNSAVED):
        old = services.administration.webhook(caller.bot, webhook_id)
    else:
        old = _require_webhook(services, caller, webhook_id)
    now = services.clock.now()
    to = old or Webhook(wanted.url, (_new_secret(services),), now, id=webhook_id)
    to = replace(to, url=wanted.url, format=wanted.format)
    if wanted.events is not None:
        to = replace(to, events=_events(old, wanted.events, now))
    _require_words(to)
    return to, old is not None


def _create(
    services: Services, caller: Caller, wanted: WebhookSettings, webhook_id: str
) -> tuple[Webhook, str]:
    now, secret = services.clock.now(), _new_secret(services)
    new = Webhook(wanted.url, (secret,), now, format=wanted.format, id=webhook_id)
    if wanted.events is not None:
        new = replace(new, events=_events(None, wanted.events, now))
    _require_words(new)
    _update(services, caller, None, new)
    audit.record(services, caller, AuditAction.WEBHOOK_SET, format=wanted.format, webhook=new.id)
    return new, secret


def _change(services: Services, caller: Caller, old: Webhook, wanted: WebhookSettings) -> Webhook:
    new = replace(old, url=wanted.url, format=wanted.format, disabled_reason=None, disabled_at=None)
    if wanted.events is not None:
        new = replace(new, events=_events(old, wanted.events, services.clock.now()))
    _require_words(new)
    _update(services, caller, old, new)
    if old.disabled_reason:
        _deliver_backlog(services, caller.bot, old)
    audit.record(services, caller, AuditAction.WEBHOOK_SET, format=wanted.format, webhook=new.id)
    return new


def _events(old: Webhook | None, named: Iterable[str], now: int) -> Mapping[str, int]:
    """A type that the webhook has received before goes on without a gap; others begin now."""
    events = dict.fromkeys(require_types(named, EVENTS, DEFAULT_EVENTS), now)
    known = {name: received_since(old, name) for name in events} if old else {}
    return events | {name: since for name, since in known.items() if since is not None}


def _require_words(webhook: Webhook) -> None:
    if webhook.is_channel and received_since(webhook, AGENT_MESSAGE) is None:
        raise invalid_field(
            "events", f"The bot's channel needs {AGENT_MESSAGE}: users read what it receives."
        )


def _require_webhook(services: Services, caller: Caller, webhook_id: str) -> Webhook:
    webhook = services.administration.webhook(caller.bot, webhook_id)
    if webhook is None:
        named = "" if webhook_id == CHANNEL else f" {webhook_id}"
        raise NotFound(f"The bot {caller.bot} has no webhook{named}.")
    return webhook


def _require_valid(services: Services, wanted: WebhookSettings) -> None:
    _require_callable(services, wanted.url)
    _require_known(services, wanted.format)


def _require_callable(services: Services, url: str) -> None:
    try:
        services.webhook_client.check_url(url)
    except Unreachable as error:
        raise invalid_field("url", str(error)) from error


def _require_known(services: Services, format_: str) -> None:
    formats = [NATIVE_FORMAT, *(each.webhook_format for each in services.integrations)]
    if format_ not in formats:
        raise invalid_field("format", f"`format` is {' or '.join(formats)}.")


def _update(services: Services, caller: Caller, old: Webhook | None, new: Webhook | None) -> None:
    stored = seal_secrets(services, caller.bot, new) if new else None
    if not services.administration.update_webhook(caller.bot, old, stored):
        raise Conflict("Another request has changed the webhook: read it again.")


def _deliver_backlog(services: Services, bot: str, webhook: Webhook) -> None:
    disabled_at = webhook.disabled_at or webhook.active_since
    recovery.recover_from(services, bot, disabled_at)
    deadline = services.clock.now() + BACKLOG_MS
    recovery.wake_worker(services, bot, disabled_at, deadline, webhook.id)


def _new_id(services: Services) -> str:
    return "w_" + digest(services.random.token())[:ID_LENGTH]


def _new_secret(services: Services) -> str:
    return new_secret(hashlib.sha256(services.random.token().encode()).digest())
