"""A bot's keys. What shows a secret takes no `Idempotency-Key`: an answer would have to be kept."""

from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import admin as shapes
from chalicelib.usecases import views
from chalicelib.usecases.admin import keys as bot_keys

KEYS = "/api/v1/bots/{bot}/keys"
ONE = KEYS + "/{id}"
routes = Routes(__name__)


@routes.on("GET", KEYS)
def keys(call: Call) -> Reply:
    items = [shapes.key(key) for key in bot_keys.list_keys(call.services, call.caller)]
    return Reply({"items": items, "next": None})


@routes.on("POST", KEYS)
def create(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.KeyRequest)
    expires_at = shapes.milliseconds(body.expires_at)
    key, shown = bot_keys.create(call.services, caller, body.name, body.scopes, expires_at)
    return Reply(shapes.key(key) | {"key": shown}, 201)


@routes.on("POST", ONE + "/rotate")
def rotate(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.RotateKeyRequest)
    overlap, expires_at = body.overlap_s * 1000, shapes.milliseconds(body.expires_at)
    key, shown, ends_at = bot_keys.rotate(call.services, caller, call.id, overlap, expires_at)
    old = {"id": call.id, "expires_at": views.timestamp(ends_at)}
    return Reply(shapes.key(key) | {"key": shown, "replaces": old}, 201)


@routes.on("DELETE", ONE)
def revoke(call: Call) -> Reply:
    bot_keys.revoke(call.services, call.caller, call.id)
    return Reply(status=204)
