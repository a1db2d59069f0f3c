"""Send frames to open connections, in parallel, and delete connections that are gone."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.live import audience
from chalicelib.usecases.ports.call_deadline import PushDeadline, may_push
from chalicelib.usecases.ports.live import FrameTooLarge
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.routing import lost_agents
from chalicelib.usecases.services import Services

MAX_THREADS = 16
HANDSHAKE_MS = 30 * 1000
"""API Gateway allows `$connect` 29 seconds and reports the connection as gone until `$connect` has
returned. So a younger connection that is reported as gone is kept."""
OPENING_MS = 2 * 1000
RETRY_WAITS = (50, 100, 200)
"""Milliseconds before each retry for a connection that is younger than `OPENING_MS`. Older ones are
not retried, so that closed connections do not delay the others."""
RESYNC = {"event": "resync"}
SESSION_ENDED = {"event": "session_ended"}
SEND_MS = 5 * 1000
"""Milliseconds after which a push begins no further attempt. The connections that are left are
taken as not reached. Within a call of an API, it may be less."""
CATCH_UPS = 200
"""Connections that one sweep tells to read everything again: each then makes several calls."""

log = logging.getLogger("baton")

Job = TypeVar("Job")
Sent = TypeVar("Sent")
Frames = Iterable[tuple[str, Mapping[str, object]]]
"""Pairs of connection id and frame."""


def send(services: Services, frames: Frames) -> set[str]:
    """Sends the frames in parallel and deletes connections that are gone.

    Returns the ids of the connections that a frame has not reached.
    """
    jobs = list(frames)
    missed = _in_parallel(services, partial(_send_one, services), jobs)
    return {connection for connection in missed if connection is not None}


def _in_parallel(
    services: Services, send_one: Callable[[Job], Sent], jobs: Sequence[Job]
) -> list[Sent]:
    """No attempt is begun after `SEND_MS`, so that trouble with API Gateway does not delay what
    follows."""
    if not jobs:
        return []
    with (
        PushDeadline(services.clock, SEND_MS),
        ThreadPoolExecutor(max_workers=min(MAX_THREADS, len(jobs))) as pool,
    ):
        # A thread would begin without the deadlines, and a context runs in one thread at a time.
        running = [pool.submit(copy_context().run, send_one, job) for job in jobs]
        return [each.result() for each in running]


def send_or_mark(services: Services, frames: Frames) -> None:
    """As `send`. A connection that was not reached is marked as behind: the sweep then tells it to
    read everything again. Thus it costs the other connections no repetition. Raises
    TemporarilyUnavailable if the table cannot store the mark."""
    for connection_id in sorted(send(services, frames)):
        connection = services.connections.get(connection_id)
        if connection and not connection.is_behind:
            services.connections.put(replace(connection, is_behind=True))


def catch_up(services: Services, connections: Iterable[SocketConnection]) -> None:
    """Tells those of the connections that are behind to read everything again."""
    behind = [connection for connection in connections if connection.is_behind][:CATCH_UPS]
    # Take the mark away first: a push that fails meanwhile must not lose its own.
    for connection in behind:
        services.connections.put(replace(connection, is_behind=False))
    send_or_mark(services, [(connection.id, RESYNC) for connection in behind])


def _send_one(services: Services, frame: tuple[str, Mapping[str, object]]) -> str | None:
    """The connection's id if it could not be reached."""
    connection_id, event = frame
    if not may_push():
        return connection_id
    try:
        if not _send_or_resync(services, connection_id, event):
            _send_when_open(services, connection_id, event)
    except TemporarilyUnavailable:
        return connection_id
    return None


def _send_or_resync(services: Services, connection_id: str, event: Mapping[str, object]) -> bool:
    """Sends a `resync` frame instead of one that is too large: the client then reads by REST."""
    try:
        return services.sockets.send(connection_id, encode(event))
    except FrameTooLarge:
        return services.sockets.send(connection_id, encode(RESYNC))


def _send_when_open(services: Services, connection_id: str, event: Mapping[str, object]) -> None:
    """Retries a connection that may still be opening. Deletes one that is older than
    `HANDSHAKE_MS`."""
    connection = services.connections.get(connection_id)
    if connection is None:
        return
    if _is_retried(services, connection, partial(_send_or_resync, services, connection_id, event)):
        return
    if services.clock.now() >= connection.opened_at + HANDSHAKE_MS:
        close_connection(services, connection)


def _is_retried(
    services: Services, connection: SocketConnection, attempt: Callable[[], bool]
) -> bool:
    """True if the connection was still opening and a further attempt has succeeded."""
    for wait in RETRY_WAITS:
        if services.clock.now() >= connection.opened_at + OPENING_MS:
            return False
        services.clock.sleep(wait)
        if attempt():
            return True
    return False


def end_connections(services: Services, connections: list[SocketConnection]) -> None:
    """After the end of their session: deletes the connections, so that nothing else is sent to
    them, tells their clients with `session_ended`, and closes the WebSockets.

    If API Gateway cannot be reached, a WebSocket stays open. It then receives nothing, and each of
    its frames is refused.
    """
    for connection in connections:
        close_connection(services, connection)
    _in_parallel(services, partial(_tell_and_close, services), connections)


def _tell_and_close(services: Services, connection: SocketConnection) -> None:
    tell = partial(services.sockets.send, connection.id, encode(SESSION_ENDED))
    close = partial(services.sockets.close, connection.id)
    for step in (tell, close):
        try:
            if not step() and not _is_retried(services, connection, step):
                return  # gone
        except TemporarilyUnavailable:
            log.exception("connection not closed", extra={"connection": connection.id})


def close_connection(services: Services, connection: SocketConnection) -> None:
    """Deletes the connection and tells the other watchers of its conversations who is left. If it
    was the person's last one, they are disconnected."""
    watched = services.connections.remove(connection)
    if connection.key:
        return
    lost_agents.connection_closed(services, connection)
    for bot, conversation_id in watched:
        push_viewers(services, bot, conversation_id)


def leave_bot(services: Services, connection: SocketConnection, bot: str) -> None:
    """The connection goes on for the person's other bots. Without one, it is closed, unless it
    belongs to the installation's owner."""
    left = tuple(each for each in connection.bots if each != bot)
    if not left and not connection.is_owner:
        end_connections(services, [connection])
        return
    for conversation_id in services.connections.leave_bot(replace(connection, bots=left), bot):
        push_viewers(services, bot, conversation_id)


def push_viewers(services: Services, bot: str, conversation_id: str, newest: str = "") -> None:
    """Sends the list of viewers, without retry: nothing depends on it. `newest` is the connection
    that has just begun to watch."""
    with suppress(TemporarilyUnavailable):  # the table, when it looks for the viewers
        send(services, audience.viewers_frames(services, bot, conversation_id, newest))


def encode(event: Mapping[str, object]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
