"""Frames to open connections: all at once, and without those who are gone."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports import FrameTooLarge
from chalicelib.usecases.records import Connection, Person
from chalicelib.usecases.world import World

SENDERS = 16
RESYNC = {"event": "resync"}


def audience(world: World, bot: str) -> list[Connection]:
    """The open connections of this bot's people, without those whose session has ended."""
    return in_session(world, world.connections.of_bot(bot))


def in_session(world: World, connections: list[Connection]) -> list[Connection]:
    """Those of people who are still logged in; one read for all."""
    people = {p.id: p for p in world.directory.people({c.person for c in connections})}
    return [c for c in connections if _is_current(people.get(c.person), c)]


def _is_current(person: Person | None, connection: Connection) -> bool:
    if person is None or person.disabled:
        return False
    return person.token_version == connection.token_version


def send(world: World, frames: Iterable[tuple[str, Mapping[str, object]]]) -> None:
    """Sends each (connection id, event) at once; whoever is gone is forgotten.

    Raises TemporarilyUnavailable after all have been tried: a repetition does no harm.
    """
    jobs = [partial(_send_one, world, connection, event) for connection, event in frames]
    if not jobs:
        return
    with ThreadPoolExecutor(max_workers=min(SENDERS, len(jobs))) as pool:
        failures = [error for error in pool.map(lambda job: job(), jobs) if error]
    if failures:
        raise failures[0]


def _send_one(
    world: World, connection_id: str, event: Mapping[str, object]
) -> TemporarilyUnavailable | None:
    try:
        if not _sent(world, connection_id, event):
            _forget(world, connection_id)
    except TemporarilyUnavailable as error:
        return error
    return None


def _sent(world: World, connection_id: str, event: Mapping[str, object]) -> bool:
    """What is too large for a frame becomes the advice to read it by REST."""
    try:
        return world.sockets.send(connection_id, encode(event))
    except FrameTooLarge:
        return world.sockets.send(connection_id, encode(RESYNC))


def _forget(world: World, connection_id: str) -> None:
    connection = world.connections.get(connection_id)
    if connection:
        world.connections.close(connection)


def encode(event: Mapping[str, object]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
