"""Routes of what admins set for a bot: its queues, its settings, its canned replies."""

from chalicelib.domain.errors import invalid_field
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import listed
from chalicelib.entrypoints.http.schemas import settings as schemas
from chalicelib.entrypoints.http.schemas.limits import NAME, SHORT
from chalicelib.entrypoints.http.schemas.parsing import FieldError, identifier, words
from chalicelib.usecases.admin import replies, settings
from chalicelib.usecases.records.bots import CannedReply
from chalicelib.usecases.views import Json


def list_queues(call: Call) -> Reply:
    found = settings.list_queues(call.services, call.caller)
    items = [schemas.queue(queue, served=served) for queue, served in found]
    return listed(call, items, "name")


def configure_queue(call: Call, body: schemas.QueueRequest) -> Reply:
    queue = body.queue(_queue_name(call))
    served = settings.put_queue(call.services, call.caller, queue)
    return Reply(schemas.queue(queue, served=served))


def delete_queue(call: Call) -> Reply:
    settings.remove_queue(call.services, call.caller, _queue_name(call))
    return Reply(status=204)


def get_settings(call: Call) -> Reply:
    return Reply(schemas.settings(settings.get_settings(call.services, call.caller)))


def update_settings(call: Call, body: schemas.SettingsRequest) -> Reply:
    wanted = body.settings()
    settings.put_settings(call.services, call.caller, wanted)
    return Reply(schemas.settings(wanted))


def list_built_in_texts(call: Call) -> Reply:
    found = settings.built_in_texts(call.caller)
    items = [
        {"locale": locale, "name": name, "text": text}
        for locale, by_name in found.items()
        for name, text in by_name.items()
    ]
    return Reply({"items": items, "next": None})


def list_replies(call: Call) -> Reply:
    found = replies.list_replies(call.services, call.caller)
    return listed(call, [_reply(reply) for reply in found], "name")


def save_reply(call: Call, body: schemas.CannedReplyRequest) -> Reply:
    reply = body.reply(_reply_name(call))
    replies.put(call.services, call.caller, reply)
    return Reply(_reply(reply))


def delete_reply(call: Call) -> Reply:
    replies.remove(call.services, call.caller, _reply_name(call))
    return Reply(status=204)


def list_own_replies(call: Call) -> Reply:
    found = replies.list_own(call.services, call.caller)
    return listed(call, [_reply(reply) for reply in found], "name")


def save_own_reply(call: Call, body: schemas.CannedReplyRequest) -> Reply:
    reply = body.reply(_reply_name(call))
    replies.put_own(call.services, call.caller, reply)
    return Reply(_reply(reply))


def delete_own_reply(call: Call) -> Reply:
    replies.remove_own(call.services, call.caller, _reply_name(call))
    return Reply(status=204)


def _reply(reply: CannedReply) -> Json:
    return {
        "name": reply.name,
        "text": reply.text,
        "tags": reply.tags,
        "outcome": reply.outcome,
        "queue": reply.queue,
    }


def _queue_name(call: Call) -> str:
    name = call.params["name"]
    try:
        identifier("name", name, SHORT)
    except FieldError as error:
        raise invalid_field(error.field, f"{error}.") from None
    return name


def _reply_name(call: Call) -> str:
    name = call.params["name"]
    try:
        return words("name", name, NAME)
    except FieldError as error:
        raise invalid_field(error.field, f"{error}.") from None
    return name
