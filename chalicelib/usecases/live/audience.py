"""The open connections that receive frames: those whose session has not ended."""

from collections.abc import Mapping

from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services

VIEWERS_SHOWN = 20
"""Agents want to know that a colleague has the conversation open, not how many hundreds have."""

Event = Mapping[str, object]


def connections_of_bot(services: Services, bot: str) -> list[SocketConnection]:
    """The open connections of the bot's members and of owners."""
    return with_valid_session(services, services.connections.of_bot(bot))


def with_valid_session(
    services: Services, connections: list[SocketConnection]
) -> list[SocketConnection]:
    """The connections whose people are still logged in; one round trip per 100 people. Those of
    keys are left out."""
    people = _people(services, connections)
    return [c for c in connections if _is_current(people.get(c.person), c)]


def viewers_frames(
    services: Services, bot: str, conversation_id: str, newest: str
) -> list[tuple[str, Event]]:
    """One `viewers` frame for each connection that watches this conversation, but for at most
    `VIEWERS_SHOWN` of them, the `newest` included. Otherwise n people who open one conversation
    would cause n² frames.

    The frame names each person of these connections once. Returns pairs of connection id and frame.
    """
    watching = sorted(services.connections.watchers(bot, conversation_id))
    watching.sort(key=lambda connection: connection != newest)
    open_watchers = services.connections.get_all(watching[:VIEWERS_SHOWN])
    if not open_watchers:
        return []
    people = _people(services, open_watchers)
    current = [c for c in open_watchers if _is_current(people.get(c.person), c)]
    names = sorted((people[person].name, person) for person in {c.person for c in current})
    event = {
        "event": "viewers",
        "conversation_id": conversation_id,
        "people": [{"id": person, "name": name} for name, person in names],
    }
    return [(c.id, event) for c in current]


def _people(services: Services, connections: list[SocketConnection]) -> Mapping[str, Person]:
    ids = {connection.person for connection in connections if not connection.key}
    return {person.id: person for person in services.directory.people(ids)}


def _is_current(person: Person | None, connection: SocketConnection) -> bool:
    return person is not None and person.accepts(connection.session_reference)
