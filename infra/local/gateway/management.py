"""The management API `@connections/{id}`, which boto3's apigatewaymanagementapi client calls. It
does not check signatures."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from infra.local.gateway.connection import Connection, Gone
from infra.local.gateway.limits import Limits
from infra.local.gateway.sockets import Sockets

NORMAL_CLOSURE = 1000

Command = Callable[[Connection, bytes], Awaitable[Response]]


class Management:
    """Answers POST (send a frame), GET (times and identity) and DELETE (close)."""

    def __init__(self, sockets: Sockets, limits: Limits) -> None:
        self._sockets = sockets
        self._limits = limits

    async def answer(self, request: Request) -> Response:
        data = await request.body()
        if len(data) > self._limits.message_bytes:
            return _error(413, "PayloadTooLargeException", "Message too long")
        try:
            connection = self._sockets.connection(request.path_params["connection_id"])
            return await COMMANDS[request.method](connection, data)
        except Gone:
            return _error(410, "GoneException", "The connection is closed, or was never open.")


async def _post(connection: Connection, data: bytes) -> Response:
    await connection.send(_text_if_possible(data))
    return Response(status_code=200)


async def _get(connection: Connection, _data: bytes) -> Response:
    facts = {
        "connectedAt": _iso(connection.connected_at),
        "lastActiveAt": _iso(connection.active_at),
        "identity": connection.identity,
    }
    return _json(200, facts)


async def _delete(connection: Connection, _data: bytes) -> Response:
    await connection.close(NORMAL_CLOSURE)
    return Response(status_code=204)


COMMANDS: dict[str, Command] = {"POST": _post, "GET": _get, "DELETE": _delete}


def _text_if_possible(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(status: int, kind: str, message: str) -> Response:
    response = _json(status, {"message": message})
    response.headers["x-amzn-ErrorType"] = kind
    return response


def _json(status: int, content: dict[str, Any]) -> Response:
    return Response(json.dumps(content), status, {"Content-Type": "application/json"})
