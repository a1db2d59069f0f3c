"""Routes of notifications: short messages to everybody who serves a bot."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import fitting, page, page_request
from chalicelib.entrypoints.http.schemas.admin import NotificationRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases import views
from chalicelib.usecases.admin import notifications


def create_notification(call: Call, body: NotificationRequest) -> Reply:
    sent = notifications.notify(
        call.services,
        call.caller,
        body.message,
        body.level,
        body.url,
        body.conversation_id,
        call.key,
    )
    return Reply(views.notification(sent, call.caller.id), 201)


def list_notifications(call: Call) -> Reply:
    wanted = page_request(call)
    found, following = notifications.list_notifications(
        call.services, call.caller, wanted.position, wanted.limit
    )
    items = [views.notification(notification, call.caller.id) for notification in found]
    kept = fitting(items)
    if kept < len(items):
        items, following = items[:kept], found[kept - 1].id
    return page(call, wanted, items, following)


def mark_notification_read(call: Call, _: Empty) -> Reply:
    notifications.mark_read(call.services, call.caller, call.id)
    return Reply({"id": call.id, "read": True})
