"""Routes of a bot's webhooks, of the deliveries to it, and of bots that listen without one."""

from chalicelib.domain.errors import invalid_field
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, listed, page
from chalicelib.entrypoints.http.schemas.admin import (
    ChangedWebhookRequest,
    MissedQuery,
    NewWebhookRequest,
    RotateRequest,
    WebhookRequest,
    WebhookTestRequest,
    milliseconds,
)
from chalicelib.entrypoints.http.schemas.conversations import ResendRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty, convert
from chalicelib.usecases import views
from chalicelib.usecases.live import listeners, sockets
from chalicelib.usecases.records.webhooks import CHANNEL, Webhook
from chalicelib.usecases.webhooks import admin, replay
from chalicelib.usecases.webhooks.admin import WebhookSettings
from chalicelib.usecases.webhooks.event_types import names_of, require_types
from chalicelib.usecases.webhooks.worker import webhook_id

HOUR = 60 * 60 * 1000
"""Milliseconds: how far back a bot reads that does not say from when on."""


def get_webhook(call: Call) -> Reply:
    return Reply(_webhook(call, admin.get_webhook(call.services, call.caller)))


def configure_webhook(call: Call, body: WebhookRequest) -> Reply:
    """Shows the secret if the webhook is new, and never again."""
    wanted = WebhookSettings(body.url, body.format)
    found, secret = admin.put_channel(call.services, call.caller, wanted)
    return Reply(_webhook(call, found) | {"secret": secret}, 201 if secret else 200)


def delete_webhook(call: Call) -> Reply:
    admin.remove_channel(call.services, call.caller)
    return Reply(status=204)


def rotate_webhook_secret(call: Call, body: RotateRequest) -> Reply:
    return _rotate(call, body, CHANNEL)


def test_webhook(call: Call, body: WebhookTestRequest) -> Reply:
    return _test(call, body, CHANNEL)


def list_webhooks(call: Call) -> Reply:
    found = admin.list_webhooks(call.services, call.caller)
    return listed(call, [_webhook(call, each) for each in found], "id")


def create_webhook(call: Call, body: NewWebhookRequest) -> Reply:
    """Shows the secret, and never again."""
    wanted = WebhookSettings(body.url, body.format, body.events)
    found, secret = admin.create_webhook(
        call.services, call.caller, wanted, is_channel=body.channel
    )
    return Reply(_webhook(call, found) | {"secret": secret}, 201)


def get_one_webhook(call: Call) -> Reply:
    return Reply(_webhook(call, admin.get_webhook(call.services, call.caller, call.id)))


def change_webhook(call: Call, body: ChangedWebhookRequest) -> Reply:
    wanted = WebhookSettings(body.url, body.format, body.events)
    return Reply(_webhook(call, admin.change_webhook(call.services, call.caller, call.id, wanted)))


def delete_one_webhook(call: Call) -> Reply:
    admin.remove_webhook(call.services, call.caller, call.id)
    return Reply(status=204)


def rotate_one_webhook_secret(call: Call, body: RotateRequest) -> Reply:
    return _rotate(call, body, call.id)


def test_one_webhook(call: Call, body: WebhookTestRequest) -> Reply:
    return _test(call, body, call.id)


def _rotate(call: Call, body: RotateRequest, webhook_id: str) -> Reply:
    overlap = body.overlap_s * 1000
    found, secret = admin.rotate_secret(call.services, call.caller, overlap, webhook_id)
    return Reply(_webhook(call, found) | {"secret": secret}, 201)


def _test(call: Call, body: WebhookTestRequest, webhook_id: str) -> Reply:
    unsaved = WebhookSettings(body.url, body.format, body.events) if body.url else None
    result = admin.send_test(call.services, call.caller, webhook_id, unsaved)
    shown = {
        "succeeded": result.succeeded,
        "http_status": result.status,
        "duration_ms": result.took,
        "error": result.error,
        "signed_with": result.signed_with,
    }
    return Reply(shown)


def create_listening_ticket(call: Call, _: Empty) -> Reply:
    issued, expires_at = sockets.issue_ticket_to_key(call.services, call.caller)
    shown = {"ticket": issued, "expires_at": views.timestamp(expires_at)}
    return Reply(shown | {"url": call.services.socket_url}, 201)


def list_deliveries(call: Call) -> Reply:
    """The log of attempts for people, the missed events for a bot that listens."""
    return _list_attempts(call) if call.caller.is_person else _list_missed(call)


def _list_missed(call: Call) -> Reply:
    if "status" in call.query:
        raise invalid_field("status", "`status` is for people. A key reads events `after` a time.")
    asked = convert({n: v for n, v in call.query.items() if n == "after"}, MissedQuery)
    after = milliseconds(asked.after)
    if after is None:
        after = call.services.clock.now() - HOUR
    named = call.query.get("events", "")
    names = [name for name in named.split(",") if name]
    types = require_types(names, listeners.EVENT_TYPES, listeners.EVENT_TYPES)

    def fetch(wanted: PageRequest) -> tuple[list[views.Json], str | None]:
        found, position = listeners.missed(
            call.services,
            call.caller,
            after,
            types,
            wanted.position,
            wanted.limit,
        )
        return [{"id": each.id, "body": each.body} for each in found], position

    return page(call, fetch)


def _list_attempts(call: Call) -> Reply:
    for name in ("after", "events"):
        if name in call.query:
            raise invalid_field(name, f"`{name}` is for a bot's key, which reads its events.")
    outcome = _outcome(call)

    def fetch(wanted: PageRequest) -> tuple[list[views.Json], str | None]:
        found, position = replay.list_deliveries(
            call.services, call.caller, outcome, wanted.position, wanted.limit
        )
        return [_delivery(each) for each in found], position

    return page(call, fetch)


def get_delivery(call: Call) -> Reply:
    found = replay.get_delivery(call.services, call.caller, call.id)
    address = found.head.address
    about = {"channel": address.channel, "user": address.user, "user_name": found.head.user_name}
    return Reply(_delivery(found.logged) | about | {"body": found.body})


def replay_delivery(call: Call, _: Empty) -> Reply:
    return Reply(_delivery(replay.replay(call.services, call.caller, call.id)), 201)


def resend_entry(call: Call, body: ResendRequest) -> Reply:
    return Reply(_delivery(replay.resend(call.services, call.caller, call.id, body.seq)), 201)


def _outcome(call: Call) -> replay.DeliveryOutcome | None:
    name = call.query.get("status")
    if name is None:
        return None
    if name not in list(replay.DeliveryOutcome):
        raise invalid_field("status", f"`status` is one of {', '.join(replay.DeliveryOutcome)}.")
    return replay.DeliveryOutcome(name)


def _webhook(call: Call, webhook: Webhook) -> views.Json:
    retiring = webhook.retiring_at(call.services.clock.now())
    return {
        "id": webhook.id,
        "channel": webhook.is_channel,
        "url": webhook.url,
        "format": webhook.format,
        "events": names_of(webhook),
        "switched_off": webhook.disabled_reason,
        "since": views.timestamp(webhook.active_since),
        "older_secrets_until": [views.timestamp(each.ends_at) for each in retiring],
    }


def _delivery(logged: replay.LoggedDelivery) -> views.Json:
    attempt = logged.delivery
    return {
        "id": attempt.id,
        "webhook": attempt.webhook,
        "webhook_id": webhook_id(attempt.conversation_id, attempt.seq),
        "conversation_id": attempt.conversation_id,
        "seq": attempt.seq,
        "type": attempt.type,
        "attempt": attempt.attempt,
        "status": logged.outcome,
        "http_status": attempt.status,
        "error": attempt.error,
        "at": views.timestamp(attempt.at),
    }
