"""A bot's webhook: set, test, rotate the secret, remove. Baton makes the secret and returns it
once."""

import hashlib
import json

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import Conflict, NotFound, invalid_field
from chalicelib.usecases import recovery, views
from chalicelib.usecases.admin import audit
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.webhooks import NATIVE_FORMAT, RetiringSecret, Webhook
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.sealing import seal_secrets
from chalicelib.usecases.webhooks.send import send_signed
from chalicelib.usecases.webhooks.signing import new_secret

MAX_RETIRING = 4
"""Each replaced secret adds a signature to every call."""
BACKLOG_MS = 3000
"""A call that enables a webhook again wakes the worker for this long. The sweep goes
on with the rest."""


class WebhookTestResult(Struct, frozen=True):
    """`status` is the HTTP status of the bot's server. It is None if there was no answer; then
    `error` says why. `took` is in milliseconds."""

    succeeded: bool
    status: int | None
    took: int
    error: str | None


def get_webhook(services: Services, caller: Caller) -> Webhook:
    """Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    return _require_webhook(services, caller)


def put_webhook(
    services: Services, caller: Caller, url: str, format_: str
) -> tuple[Webhook, str | None]:
    """Returns the webhook, and its secret if the webhook is new. Enables a disabled webhook.

    Raises InvalidRequest for a URL that Baton does not call and for an unknown format, Conflict if
    another request has changed the webhook.
    """
    authorize(caller, Action.CONFIGURE)
    _require_callable(services, url)
    _require_known(services, format_)
    old, secret = services.administration.webhook(caller.bot), None
    if old is None:
        secret = _new_secret(services)
        new = Webhook(url, (secret,), active_since=services.clock.now(), format=format_)
    else:
        new = replace(old, url=url, format=format_, disabled_reason=None, disabled_at=None)
    _update(services, caller, old, new)
    if old and old.disabled_reason:
        _deliver_backlog(services, caller.bot, old.disabled_at or old.active_since)
    audit.record(services, caller, AuditAction.WEBHOOK_SET, format=format_)
    return new, secret


def rotate_secret(services: Services, caller: Caller, overlap: int) -> tuple[Webhook, str]:
    """Returns the webhook and its new secret. The old secret also signs for `overlap`
    milliseconds.

    Raises NotFound; Conflict if `MAX_RETIRING` replaced secrets still sign, or if another request
    has changed the webhook.
    """
    authorize(caller, Action.CONFIGURE)
    now, old = services.clock.now(), _require_webhook(services, caller)
    retiring = old.retiring_at(now)
    if overlap > 0:
        retiring += tuple(RetiringSecret(secret, now + overlap) for secret in old.secrets)
    if len(retiring) > MAX_RETIRING:
        raise Conflict(f"{MAX_RETIRING} older secrets are still valid: wait until one has expired.")
    secret = _new_secret(services)
    new = replace(old, secrets=(secret,), retiring_secrets=retiring)
    _update(services, caller, old, new)
    audit.record(services, caller, AuditAction.WEBHOOK_ROTATED)
    return new, secret


def remove_webhook(services: Services, caller: Caller) -> None:
    """Stops deliveries, also of entries that are pending. Does nothing if there is no webhook."""
    authorize(caller, Action.CONFIGURE)
    old = services.administration.webhook(caller.bot)
    if old:
        _update(services, caller, old, None)
        audit.record(services, caller, AuditAction.WEBHOOK_REMOVED)


def send_test(services: Services, caller: Caller) -> WebhookTestResult:
    """Sends one signed `webhook.test` event, also to a disabled webhook. Raises NotFound.

    Of the answer, only the status is returned.
    """
    authorize(caller, Action.CONFIGURE)
    to, began = _require_webhook(services, caller), services.clock.now()
    event = {
        "type": "webhook.test",
        "timestamp": views.timestamp(began),
        "data": {"bot": caller.bot},
    }
    attempt = send_signed(
        services, caller.bot, to, f"test:{services.random.token()}", json.dumps(event).encode()
    )
    took = services.clock.now() - began
    audit.record(services, caller, AuditAction.WEBHOOK_TESTED, status=attempt.status)
    return WebhookTestResult(attempt.succeeded, attempt.status, took, attempt.error)


def _require_webhook(services: Services, caller: Caller) -> Webhook:
    webhook = services.administration.webhook(caller.bot)
    if webhook is None:
        raise NotFound(f"The bot {caller.bot} has no webhook.")
    return webhook


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


def _deliver_backlog(services: Services, bot: str, disabled_at: int) -> None:
    recovery.recover_from(services, bot, disabled_at)
    recovery.wake_worker(services, bot, disabled_at, services.clock.now() + BACKLOG_MS)


def _new_secret(services: Services) -> str:
    return new_secret(hashlib.sha256(services.random.token().encode()).digest())
