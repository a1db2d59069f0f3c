"""Frames to open connections: all at once, and without those who are gone."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.live import audience
from chalicelib.usecases.ports.live import FrameTooLarge
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.services import Services

MAX_THREADS = 16
HANDSHAKE_MS = 30 * 1000
"""Milliseconds: API Gateway gives $connect 29 seconds, and until it has answered calls its
connection gone, like one that has ended."""
OPENING_MS = 2 * 1000
RETRY_WAITS = (50, 100, 200)
"""Milliseconds before each further look at a connection that is not older than `OPENING`: one that
has ended meanwhile must not keep the others waiting."""
RESYNC = {"event": "resync"}


def send(services: Services, frames: Iterable[tuple[str, Mapping[str, object]]]) -> None:
    """Sends each (connection id, event) at once; whoever is gone is forgotten.

    Raises TemporarilyUnavailable after all have been tried: a repetition does no harm.
    """
    jobs = [partial(_send_one, services, connection, event) for connection, event in frames]
    if not jobs:
        return
    with ThreadPoolExecutor(max_workers=min(MAX_THREADS, len(jobs))) as pool:
        failures = [error for error in pool.map(lambda job: job(), jobs) if error]
    if failures:
        raise failures[0]


def _send_one(
    services: Services, connection_id: str, event: Mapping[str, object]
) -> TemporarilyUnavailable | None:
    try:
        if not _send_or_resync(services, connection_id, event):
            _send_when_open(services, connection_id, event)
    except TemporarilyUnavailable as error:
        return error
    return None


def _send_or_resync(services: Services, connection_id: str, event: Mapping[str, object]) -> bool:
    """What is too large for a frame becomes the advice to read it by REST."""
    try:
        return services.sockets.send(connection_id, encode(event))
    except FrameTooLarge:
        return services.sockets.send(connection_id, encode(RESYNC))


def _send_when_open(services: Services, connection_id: str, event: Mapping[str, object]) -> None:
    """One that is gone is forgotten; but one that may be opening is not, or whoever has just come
    would never be told anything."""
    connection = services.connections.get(connection_id)
    if connection is None:
        return
    for wait in RETRY_WAITS:
        if services.clock.now() >= connection.opened_at + OPENING_MS:
            break
        services.clock.sleep(wait)
        if _send_or_resync(services, connection_id, event):
            return
    if services.clock.now() >= connection.opened_at + HANDSHAKE_MS:
        close_connection(services, connection)


def close_connection(services: Services, connection: SocketConnection) -> None:
    """Closes it; whoever looked at the same conversations is told who is left."""
    for bot, conversation_id in services.connections.remove(connection):
        push_viewers(services, bot, conversation_id)


def push_viewers(services: Services, bot: str, conversation_id: str) -> None:
    """Told at once or not at all: a sign, on which nothing rests."""
    with suppress(TemporarilyUnavailable):
        send(services, audience.viewers_frames(services, bot, conversation_id))


def encode(event: Mapping[str, object]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
