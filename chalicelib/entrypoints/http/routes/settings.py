"""What admins set for a bot and its queues."""

from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas import settings as shapes
from chalicelib.entrypoints.http.schemas.conversations import SHORT
from chalicelib.entrypoints.http.schemas.parsing import identifier
from chalicelib.usecases.admin import settings as configuring

QUEUES = "/api/v1/bots/{bot}/queues"
QUEUE = QUEUES + "/{name}"
SETTINGS = "/api/v1/bots/{bot}/settings"
routes = Routes(__name__)


@routes.on("GET", QUEUES)
def queues(call: Call) -> Reply:
    found = configuring.list_queues(call.services, call.caller)
    return Reply({"items": [shapes.queue(queue) for queue in found], "next": None})


@routes.on("PUT", QUEUE)
def put_queue(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.QueueRequest)
    queue = body.queue(_name(call))
    configuring.put_queue(call.services, caller, queue)
    return Reply(shapes.queue(queue))


@routes.on("DELETE", QUEUE)
def remove_queue(call: Call) -> Reply:
    configuring.remove_queue(call.services, call.caller, _name(call))
    return Reply(status=204)


@routes.on("GET", SETTINGS)
def settings(call: Call) -> Reply:
    return Reply(shapes.settings(configuring.get_settings(call.services, call.caller)))


@routes.on("PUT", SETTINGS)
def put_settings(call: Call) -> Reply:
    caller, body = call.caller, call.body(shapes.SettingsRequest)
    wanted = body.settings()
    configuring.put_settings(call.services, caller, wanted)
    return Reply(shapes.settings(wanted))


def _name(call: Call) -> str:
    name = call.params["name"]
    try:
        identifier("name", name, SHORT)
    except ValueError as error:
        raise InvalidRequest(
            f"{error}.", errors=[{"field": "name", "message": str(error)}]
        ) from None
    return name
