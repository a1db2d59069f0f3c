"""Routes of notifications: short messages to everybody who serves a bot."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, page
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
    def fetch(wanted: PageRequest) -> tuple[list[views.Json], str | None]:
        found, following = notifications.list_notifications(
            call.services, call.caller, wanted.position, wanted.limit
        )
        items = [views.notification(notification, call.caller.id) for notification in found]
        return items, following

    return page(call, fetch)


def mark_notification_read(call: Call, _: Empty) -> Reply:
    notifications.mark_read(call.services, call.caller, call.id)
    return Reply({"id": call.id, "read": True})
