"""A bot's webhook, and what has become of deliveries to it."""

from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints.http import paging
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.idempotency import once
from chalicelib.entrypoints.http.schemas import admin as shapes
from chalicelib.entrypoints.http.schemas import conversations
from chalicelib.usecases import views
from chalicelib.usecases.records.webhooks import Webhook
from chalicelib.usecases.webhooks import admin
from chalicelib.usecases.webhooks import replay as replaying

WEBHOOK = "/api/v1/bots/{bot}/webhook"
DELIVERIES = "/api/v1/bots/{bot}/deliveries"
routes = Routes(__name__)


@routes.on("GET", WEBHOOK)
def webhook(call: Call) -> Reply:
    return Reply(_shown(call, admin.get_webhook(call.services, call.caller)))


@routes.on("PUT", WEBHOOK)
def put_webhook(call: Call) -> Reply:
    """Shows the secret of one that is new, and no other's."""
    caller, body = call.caller, call.body(shapes.WebhookRequest)
    found, secret = admin.put_webhook(call.services, caller, body.url, body.format)
    return Reply(_shown(call, found) | {"secret": secret}, 201 if secret else 200)


@routes.on("DELETE", WEBHOOK)
def remove_webhook(call: Call) -> Reply:
    admin.remove_webhook(call.services, call.caller)
    return Reply(status=204)


@routes.on("POST", WEBHOOK + "/rotate")
def rotate_secret(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.RotateRequest)
    found, secret = admin.rotate_secret(call.services, caller, body.overlap_s * 1000)
    return Reply(_shown(call, found) | {"secret": secret}, 201)


@routes.on("POST", WEBHOOK + "/test")
def try_out(call: Call) -> Reply:
    caller, _ = call.caller, call.body(conversations.Nothing)
    return once(call, lambda: Reply(shapes.tried(admin.send_test(call.services, caller))))


@routes.on("GET", DELIVERIES)
def deliveries(call: Call) -> Reply:
    asked, wanted = paging.asked(call), _wanted(call)
    found, position = replaying.list_deliveries(
        call.services, call.caller, wanted, asked.position, asked.limit
    )
    return paging.page(call, asked, [shapes.delivery(told) for told in found], position)


@routes.on("POST", DELIVERIES + "/{id}/replay")
def replay(call: Call) -> Reply:
    caller, _ = call.caller, call.body(conversations.Nothing)
    return once(
        call, lambda: Reply(shapes.delivery(replaying.replay(call.services, caller, call.id)), 201)
    )


def _wanted(call: Call) -> replaying.DeliveryOutcome | None:
    name = call.query.get("status")
    if name is None:
        return None
    if name not in list(replaying.DeliveryOutcome):
        raise InvalidRequest(f"`status` is one of {', '.join(replaying.DeliveryOutcome)}.")
    return replaying.DeliveryOutcome(name)


def _shown(call: Call, of: Webhook) -> views.Json:
    return shapes.webhook(of, call.services.clock.now())
