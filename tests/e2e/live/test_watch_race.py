"""The moment between the registration of a watch and the reading of the log, held open: over the
running stack it is too short to be met."""

import json
from collections.abc import Callable

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.conversation.commands import UserMessage
from chalicelib.domain.conversation.entries import Body, Entry
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.stream import CommittedEntry
from tests.support.memory import MemoryConversations
from tests.support.services import MemoryServices

PLACE = Address("demo", "web", "zoe")
BOT = Caller("demo", "Demo bot", Role.BOT, "demo")


class InterruptedConversations(MemoryConversations):
    """As soon as the log has been read, `meanwhile` happens, once."""

    def __init__(self, interrupted: MemoryConversations, meanwhile: Callable[[], object]) -> None:
        # The same table: all that such a store has.
        vars(self).update(vars(interrupted))
        self._meanwhile = [meanwhile]

    def entries_after(self, bot: str, conversation_id: str, seq: int, limit: int) -> list[Entry]:
        found = super().entries_after(bot, conversation_id, seq, limit)
        while self._meanwhile:
            self._meanwhile.pop()()
        return found


def test_a_message_that_arrives_while_a_watch_starts_is_received() -> None:
    services = MemoryServices()
    user_says(services, "before")
    ana = SocketConnection("ana's", person_id("ana@example.test"), 1, ("demo",), 0, 2**53)
    services.connections.put(ana)
    services.sockets.connect(ana.id)
    services.conversations = InterruptedConversations(
        services.conversations, lambda: user_says(services, "meanwhile")
    )

    ask(services, ana, action="watch", conversation_id=PLACE.conversation_id, after=0)
    user_says(services, "after")

    assert texts_seen(services, ana) == {"before", "meanwhile", "after"}


def user_says(services: MemoryServices, text: str) -> None:
    """Accepted, and told to whom it concerns."""
    said = execute(services, BOT, PLACE, UserMessage(Body(text=text)))
    assert said.seq
    (entry,) = services.conversations.entries_after("demo", said.conversation_id, said.seq - 1, 1)
    react(services, CommittedEntry("demo", said.conversation_id, entry))


def ask(services: MemoryServices, connection: SocketConnection, **frame: object) -> None:
    context = {"connectionId": connection.id, "requestId": "r"}
    body = json.dumps({"id": "1", **frame})
    handlers.message(services, {"requestContext": context, "body": body})


def texts_seen(services: MemoryServices, connection: SocketConnection) -> set[str]:
    frames = [json.loads(frame) for frame in services.sockets.frames[connection.id]]
    replied = [entry for f in frames if "result" in f for entry in f["result"]["entries"]]
    pushed = [f["entry"] for f in frames if f.get("event") == "entry"]
    return {entry["text"] for entry in [*replied, *pushed]}
