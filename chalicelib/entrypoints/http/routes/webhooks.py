"""Routes of a bot's webhook and of the deliveries to it."""

from chalicelib.domain.errors import invalid_field
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, page
from chalicelib.entrypoints.http.schemas.admin import RotateRequest, WebhookRequest
from chalicelib.entrypoints.http.schemas.conversations import ResendRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases import views
from chalicelib.usecases.records.webhooks import Webhook
from chalicelib.usecases.webhooks import admin, replay
from chalicelib.usecases.webhooks.worker import webhook_id


def get_webhook(call: Call) -> Reply:
    return Reply(_webhook(call, admin.get_webhook(call.services, call.caller)))


def configure_webhook(call: Call, body: WebhookRequest) -> Reply:
    """Shows the secret if the webhook is new, and never again."""
    found, secret = admin.put_webhook(call.services, call.caller, body.url, body.format)
    return Reply(_webhook(call, found) | {"secret": secret}, 201 if secret else 200)


def delete_webhook(call: Call) -> Reply:
    admin.remove_webhook(call.services, call.caller)
    return Reply(status=204)


def rotate_webhook_secret(call: Call, body: RotateRequest) -> Reply:
    found, secret = admin.rotate_secret(call.services, call.caller, body.overlap_s * 1000)
    return Reply(_webhook(call, found) | {"secret": secret}, 201)


def test_webhook(call: Call, body: Empty) -> Reply:
    result = admin.send_test(call.services, call.caller)
    shown = {
        "succeeded": result.succeeded,
        "http_status": result.status,
        "duration_ms": result.took,
        "error": result.error,
    }
    return Reply(shown)


def list_deliveries(call: Call) -> Reply:
    outcome = _outcome(call)

    def fetch(wanted: PageRequest) -> tuple[list[views.Json], str | None]:
        found, position = replay.list_deliveries(
            call.services, call.caller, outcome, wanted.position, wanted.limit
        )
        return [_delivery(each) for each in found], position

    return page(call, fetch)


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
        "url": webhook.url,
        "format": webhook.format,
        "switched_off": webhook.disabled_reason,
        "since": views.timestamp(webhook.active_since),
        "older_secrets_until": [views.timestamp(each.ends_at) for each in retiring],
    }


def _delivery(logged: replay.LoggedDelivery) -> views.Json:
    attempt = logged.delivery
    return {
        "id": attempt.id,
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
