"""The moment between the registration of a watch and the reading of the log, held open: over the
running stack it is too short to be met."""

import json
from collections.abc import Callable

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.commands import UserMessage
from chalicelib.domain.entries import Body, Entry
from chalicelib.entrypoints import socket_handlers
from chalicelib.usecases.conversations import execute
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records import Committed, Connection
from tests.support.memory import MemoryConversations
from tests.support.world import MemoryWorld

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


def test_what_is_said_while_a_watch_begins_is_seen() -> None:
    world = MemoryWorld()
    user_says(world, "before")
    ana = Connection("ana's", person_id("ana@example.test"), 1, ("demo",), 0, 2**53)
    world.connections.open(ana)
    world.sockets.connect(ana.id)
    world.conversations = InterruptedConversations(
        world.conversations, lambda: user_says(world, "meanwhile")
    )

    ask(world, ana, action="watch", conversation_id=PLACE.conversation_id, after=0)
    user_says(world, "after")

    assert texts_seen(world, ana) == {"before", "meanwhile", "after"}


def user_says(world: MemoryWorld, text: str) -> None:
    """Accepted, and told to whom it concerns."""
    said = execute(world, BOT, PLACE, UserMessage(Body(text=text)))
    assert said.seq
    (entry,) = world.conversations.entries_after("demo", said.conversation_id, said.seq - 1, 1)
    react(world, Committed("demo", said.conversation_id, entry))


def ask(world: MemoryWorld, connection: Connection, **frame: object) -> None:
    context = {"connectionId": connection.id, "requestId": "r"}
    body = json.dumps({"id": "1", **frame})
    socket_handlers.message(world, {"requestContext": context, "body": body})


def texts_seen(world: MemoryWorld, connection: Connection) -> set[str]:
    frames = [json.loads(frame) for frame in world.sockets.frames[connection.id]]
    replied = [entry for f in frames if "result" in f for entry in f["result"]["entries"]]
    pushed = [f["entry"] for f in frames if f.get("event") == "entry"]
    return {entry["text"] for entry in [*replied, *pushed]}
