"""Short messages to everybody who serves a bot."""

from chalicelib.entrypoints import paging, requests
from chalicelib.entrypoints.http import Call, Reply, Routes
from chalicelib.usecases import notifications
from chalicelib.usecases import representation as rep

ALL = "/api/v1/bots/{bot}/notifications"
routes = Routes(__name__)


@routes.on("POST", ALL)
def notify(call: Call) -> Reply:
    caller, body = call.caller, call.body(requests.NotificationRequest)
    sent = notifications.notify(
        call.world, caller, body.message, body.level, body.url, body.conversation_id, call.key
    )
    return Reply(rep.notification(sent, caller.id), 201)


@routes.on("GET", ALL)
def latest(call: Call) -> Reply:
    asked = paging.asked(call)
    found, following = notifications.latest(call.world, call.caller, asked.position, asked.limit)
    items = [rep.notification(notification, call.caller.id) for notification in found]
    kept = paging.fitting(items)
    if kept < len(items):
        items, following = items[:kept], found[kept - 1].id
    return paging.page(call, asked, items, following)


@routes.on("POST", ALL + "/{id}/read")
def mark_read(call: Call) -> Reply:
    caller, _ = call.caller, call.body(requests.Nothing)
    notifications.mark_read(call.world, caller, call.id)
    return Reply({"id": call.id, "read": True})
