"""The WebSocket handlers: connect with a ticket, one reply to each frame, disconnect."""

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from chalicelib.domain.errors import BatonError, Forbidden, Unauthenticated
from chalicelib.entrypoints.http.framework import InternalError
from chalicelib.entrypoints.http.problems import problem, status_of
from chalicelib.entrypoints.request_log import request_log
from chalicelib.entrypoints.websocket.actions import ACTIONS, act
from chalicelib.entrypoints.websocket.frames import id_of, read_frame
from chalicelib.usecases.live import push, sockets
from chalicelib.usecases.ports.call_deadline import FRAME, REPLY, CallDeadline
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.services import Services
from chalicelib.usecases.views import Json

PROTOCOL = "baton.v1"
log = logging.getLogger("baton")
Event = Mapping[str, Any]


def connect(services: Services, event: Event) -> dict[str, object]:
    """API Gateway refuses the handshake if `statusCode` is not 2xx."""
    context = event["requestContext"]
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    with _line("connect", context) as line:
        try:
            origin = headers.get("origin")
            protocols = headers.get("sec-websocket-protocol", "")
            _require_origin(services, origin, protocols)
            ticket = _ticket(protocols)
            with CallDeadline(services.clock):
                sockets.connect(
                    services, context["connectionId"], ticket, has_origin=origin is not None
                )
        except BatonError as error:
            line["code"] = error.code
            body = msgspec.json.encode(problem(error, context.get("requestId", ""))).decode()
            return {"statusCode": status_of(error).value, "body": body}
    return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": PROTOCOL}}


def disconnect(services: Services, event: Event) -> dict[str, object]:
    with _line("disconnect", event["requestContext"]), CallDeadline(services.clock):
        sockets.disconnect(services, event["requestContext"]["connectionId"])
    return {"statusCode": 200}


def message(services: Services, event: Event) -> dict[str, object]:
    """A bad frame gets an error reply and the connection stays."""
    context, began = event["requestContext"], services.clock.now()
    with _line("frame", context) as line:
        reply = _reply(services, context, (event.get("body") or "").encode(), line)
        with CallDeadline(services.clock, REPLY, began):
            push.send(services, [(context["connectionId"], reply)])
    return {"statusCode": 200}


def _line(event: str, context: Event) -> AbstractContextManager[dict[str, object]]:
    return request_log.line(
        event, request_id=context.get("requestId", ""), connection=context["connectionId"]
    )


def _reply(services: Services, context: Event, raw: bytes, line: dict[str, object]) -> Json:
    try:
        frame = read_frame(raw)
        if frame.envelope.action in ACTIONS:
            line["action"] = frame.envelope.action
        with CallDeadline(services.clock, FRAME):
            result = act(services, _known(services, context["connectionId"]), frame)
        return {"reply_to": frame.envelope.id, "ok": True, "result": result}
    except BatonError as error:
        shown = error
    except Exception:
        log.exception("frame failed", extra={"request_id": context.get("requestId")})
        shown = InternalError("Baton failed. The frame may have had an effect.")
    line["code"] = shown.code
    request_id = context.get("requestId", "")
    return {"reply_to": id_of(raw), "ok": False, "error": problem(shown, request_id)}


def _known(services: Services, connection_id: str) -> SocketConnection:
    """Raises Unauthenticated."""
    connection = services.connections.get(connection_id)
    if connection is None:
        raise Unauthenticated("This connection is not known, or no longer.")
    return connection


def _ticket(protocols: str) -> str:
    """From `Sec-WebSocket-Protocol: baton.v1, <ticket>`, the only header that a browser can set."""
    offered = [protocol.strip() for protocol in protocols.split(",")]
    if len(offered) != 2 or offered[0] != PROTOCOL or not offered[1]:
        raise Unauthenticated(f'Connect with the subprotocols "{PROTOCOL}" and a ticket.')
    return offered[1]


def _require_origin(services: Services, origin: str | None, protocols: str) -> None:
    """Browsers always send one; only a bot that listens has none."""
    offered = [protocol.strip() for protocol in protocols.split(",")]
    if origin is None and any(each.startswith(sockets.BOT_TICKET) for each in offered):
        return
    if origin not in services.origins:
        raise Forbidden("This origin may not connect.", origin=origin)
