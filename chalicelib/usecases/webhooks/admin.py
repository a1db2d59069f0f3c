"""A bot's webhook: set, tried, its secret replaced without a gap. The secret is ours to make; it is
told once."""

import hashlib
import json

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import Conflict, InvalidRequest, NotFound
from chalicelib.usecases import views
from chalicelib.usecases.admin import audit
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.webhooks import RetiringSecret, Webhook, WebhookFormat
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.send import send_signed
from chalicelib.usecases.webhooks.signing import new_secret

MAX_RETIRING = 4
"""Each of them adds a signature to every call."""
BACKLOG_CONVERSATIONS = 100
"""Conversations, the latest ones, of which what has piled up is delivered after a time off."""


class WebhookTestResult(Struct, frozen=True):
    """`status` is what the bot's server answered; without it, `error` is a sentence. In `took`
    milliseconds."""

    succeeded: bool
    status: int | None
    took: int
    error: str | None


def get_webhook(services: Services, caller: Caller) -> Webhook:
    """Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    return _require_webhook(services, caller)


def put_webhook(
    services: Services, caller: Caller, url: str, format_: WebhookFormat
) -> tuple[Webhook, str | None]:
    """The webhook, and its secret where it is new. One that was switched off is on again. Raises
    InvalidRequest for a URL that Baton would not call; Conflict where others were faster."""
    authorize(caller, Action.CONFIGURE)
    _require_callable(services, url)
    old, secret = services.administration.webhook(caller.bot), None
    if old is None:
        secret = _new_secret(services)
        new = Webhook(url, (secret,), active_since=services.clock.now(), format=format_)
    else:
        new = replace(old, url=url, format=format_, disabled_reason=None)
    _update(services, caller, old, new)
    if old and old.disabled_reason:
        _enqueue_backlog(services, caller.bot)
    audit.log_change(caller, "webhook_set", format=format_)
    return new, secret


def rotate_secret(services: Services, caller: Caller, overlap: int) -> tuple[Webhook, str]:
    """The webhook, and its new secret. The one before signs for `overlap` milliseconds more.
    Raises NotFound; Conflict where others were faster, or too many are still good."""
    authorize(caller, Action.CONFIGURE)
    now, old = services.clock.now(), _require_webhook(services, caller)
    retiring = old.retiring_at(now)
    if overlap > 0:
        retiring += tuple(RetiringSecret(secret, now + overlap) for secret in old.secrets)
    if len(retiring) > MAX_RETIRING:
        raise Conflict(f"{MAX_RETIRING} older secrets are still good: wait until one has ended.")
    secret = _new_secret(services)
    new = replace(old, secrets=(secret,), retiring_secrets=retiring)
    _update(services, caller, old, new)
    audit.log_change(caller, "webhook_rotated")
    return new, secret


def remove_webhook(services: Services, caller: Caller) -> None:
    """Nothing more is delivered, also of what was said before."""
    authorize(caller, Action.CONFIGURE)
    old = services.administration.webhook(caller.bot)
    if old:
        _update(services, caller, old, None)
        audit.log_change(caller, "webhook_removed")


def send_test(services: Services, caller: Caller) -> WebhookTestResult:
    """One signed call, `webhook.test`, at once, also where it is switched off. Of the answer
    nothing is told but its status. Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    to, began = _require_webhook(services, caller), services.clock.now()
    told = {
        "type": "webhook.test",
        "timestamp": views.timestamp(began),
        "data": {"bot": caller.bot},
    }
    attempt = send_signed(
        services, to, f"test:{services.random.token()}", json.dumps(told).encode()
    )
    took = services.clock.now() - began
    audit.log_change(caller, "webhook_tested", status=attempt.status)
    return WebhookTestResult(attempt.succeeded, attempt.status, took, attempt.error)


def _require_webhook(services: Services, caller: Caller) -> Webhook:
    found = services.administration.webhook(caller.bot)
    if found is None:
        raise NotFound(f"The bot {caller.bot} has no webhook.")
    return found


def _require_callable(services: Services, url: str) -> None:
    try:
        services.webhook_client.check_url(url)
    except Unreachable as error:
        errors = [{"field": "url", "message": str(error)}]
        raise InvalidRequest(f"url: {error}", errors=errors) from error


def _update(services: Services, caller: Caller, old: Webhook | None, new: Webhook | None) -> None:
    if not services.administration.update_webhook(caller.bot, old, new):
        raise Conflict("Somebody else has changed the webhook meanwhile: look again.")


def _enqueue_backlog(services: Services, bot: str) -> None:
    now = services.clock.now()
    for conversation_id in services.conversations.recent(
        bot, None, BACKLOG_CONVERSATIONS
    ).conversation_ids:
        services.webhook_queue.enqueue_backlog(bot, conversation_id, now)


def _new_secret(services: Services) -> str:
    return new_secret(hashlib.sha256(services.random.token().encode()).digest())
