"""Routes of a bot's keys.

The routes that show a secret take no `Idempotency-Key`, because the answer would be stored.
"""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import listed
from chalicelib.entrypoints.http.schemas import admin
from chalicelib.usecases import views
from chalicelib.usecases.admin import keys
from chalicelib.usecases.records.bots import BotKey


def list_keys(call: Call) -> Reply:
    items = [_key(key) for key in keys.list_keys(call.services, call.caller)]
    return listed(call, items, "id")


def create_key(call: Call, body: admin.KeyRequest) -> Reply:
    expires_at = admin.milliseconds(body.expires_at)
    key, secret = keys.create(call.services, call.caller, body.name, body.scopes, expires_at)
    return Reply(_key(key) | {"key": secret}, 201)


def rotate_key(call: Call, body: admin.RotateKeyRequest) -> Reply:
    overlap, expires_at = body.overlap_s * 1000, admin.milliseconds(body.expires_at)
    key, secret, ends_at = keys.rotate(call.services, call.caller, call.id, overlap, expires_at)
    old = {"id": call.id, "expires_at": views.timestamp(ends_at)}
    return Reply(_key(key) | {"key": secret, "replaces": old}, 201)


def revoke_key(call: Call) -> Reply:
    keys.revoke(call.services, call.caller, call.id)
    return Reply(status=204)


def _key(key: BotKey) -> views.Json:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": views.optional_timestamp(key.created_at),
        "expires_at": views.optional_timestamp(key.expires_at),
    }
