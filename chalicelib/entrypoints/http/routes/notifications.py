"""Short messages to everybody who serves a bot."""

from chalicelib.entrypoints.http import paging
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import conversations
from chalicelib.usecases import views
from chalicelib.usecases.admin import notifications

ALL = "/api/v1/bots/{bot}/notifications"
routes = Routes(__name__)


@routes.on("POST", ALL)
def notify(call: Call) -> Reply:
    caller, body = call.caller, call.body(conversations.NotificationRequest)
    sent = notifications.notify(
        call.services, caller, body.message, body.level, body.url, body.conversation_id, call.key
    )
    return Reply(views.notification(sent, caller.id), 201)


@routes.on("GET", ALL)
def latest(call: Call) -> Reply:
    asked = paging.asked(call)
    found, following = notifications.list_notifications(
        call.services, call.caller, asked.position, asked.limit
    )
    items = [views.notification(notification, call.caller.id) for notification in found]
    kept = paging.fitting(items)
    if kept < len(items):
        items, following = items[:kept], found[kept - 1].id
    return paging.page(call, asked, items, following)


@routes.on("POST", ALL + "/{id}/read")
def mark_read(call: Call) -> Reply:
    caller, _ = call.caller, call.body(conversations.Nothing)
    notifications.mark_read(call.services, caller, call.id)
    return Reply({"id": call.id, "read": True})
