"""A bot's webhook, and what has become of deliveries to it."""

from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints import admin_shapes as shapes
from chalicelib.entrypoints import paging, requests
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.entrypoints.once import once
from chalicelib.usecases import replaying, webhooks
from chalicelib.usecases import representation as rep
from chalicelib.usecases.records import Webhook

WEBHOOK = "/api/v1/bots/{bot}/webhook"
DELIVERIES = "/api/v1/bots/{bot}/deliveries"
routes = Routes(__name__)


@routes.on("GET", WEBHOOK)
def webhook(call: Call) -> Reply:
    return Reply(_shown(call, webhooks.webhook(call.world, call.caller)))


@routes.on("PUT", WEBHOOK)
def put_webhook(call: Call) -> Reply:
    """Shows the secret of one that is new, and no other's."""
    caller, body = call.caller, call.body(shapes.WebhookRequest)
    found, secret = webhooks.put(call.world, caller, body.url, body.format)
    return Reply(_shown(call, found) | {"secret": secret}, 201 if secret else 200)


@routes.on("DELETE", WEBHOOK)
def remove_webhook(call: Call) -> Reply:
    webhooks.remove(call.world, call.caller)
    return Reply(status=204)


@routes.on("POST", WEBHOOK + "/rotate")
def rotate_secret(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.RotateRequest)
    found, secret = webhooks.rotate(call.world, caller, body.overlap_s * 1000)
    return Reply(_shown(call, found) | {"secret": secret}, 201)


@routes.on("POST", WEBHOOK + "/test")
def try_out(call: Call) -> Reply:
    caller, _ = call.caller, call.body(requests.Nothing)
    return once(call, lambda: Reply(shapes.tried(webhooks.try_out(call.world, caller))))


@routes.on("GET", DELIVERIES)
def deliveries(call: Call) -> Reply:
    asked, wanted = paging.asked(call), _wanted(call)
    found, position = replaying.latest(call.world, call.caller, wanted, asked.position, asked.limit)
    return paging.page(call, asked, [shapes.delivery(told) for told in found], position)


@routes.on("POST", DELIVERIES + "/{id}/replay")
def replay(call: Call) -> Reply:
    caller, _ = call.caller, call.body(requests.Nothing)
    return once(
        call, lambda: Reply(shapes.delivery(replaying.replay(call.world, caller, call.id)), 201)
    )


def _wanted(call: Call) -> replaying.Outcome | None:
    name = call.query.get("status")
    if name is None:
        return None
    if name not in list(replaying.Outcome):
        raise InvalidRequest(f"`status` is one of {', '.join(replaying.Outcome)}.")
    return replaying.Outcome(name)


def _shown(call: Call, of: Webhook) -> rep.Json:
    return shapes.webhook(of, call.world.clock.now())
