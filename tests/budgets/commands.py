"""Every command, and the calls to DynamoDB that it may cost once its caller is known."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.routing.queues import Queue
from tests.budgets.scene import BOT, Scene
from tests.support.api import ApiAnswer

GET, READ, QUERY, WRITE = "GetItem", "BatchGetItem", "Query", "TransactWriteItems"
Calls = tuple[str, ...]
COMMAND: Calls = (READ, WRITE)
REPLAY: Calls = (READ,)


def _nothing(_: Scene) -> None: ...


@dataclass(frozen=True)
class Command:
    """`given` comes before; `act` is what is measured, and answers with `status`."""

    name: str
    calls: Calls
    act: Callable[[Scene], ApiAnswer]
    given: Callable[[Scene], object] = _nothing
    status: int = 200


def _said(scene: Scene) -> ApiAnswer:
    return scene.say()


def _waiting(scene: Scene) -> None:
    scene.wait()


def _owned(scene: Scene) -> None:
    scene.own()


def _owned_beside_a_queue(scene: Scene) -> None:
    scene.bot.services.directory.put_queue(BOT, Queue("support"))
    scene.own()


def _sams(scene: Scene) -> None:
    scene.wait()
    scene.do(scene.sam, "claim")


def _with_bo_there(scene: Scene) -> None:
    scene.own()
    scene.bo.put("/agents/me/status", {"status": "online"})


QUEUE = {"queue": "sales", "if_unavailable": "queue"}
GATE = Command("gate", (GET,), lambda s: s.look(s.bot, "/gate"), _said)

MESSAGES = (
    Command("first message", COMMAND, _said, status=201),
    Command("next message", COMMAND, _said, _said, 201),
    Command("message, with its id", COMMAND, lambda s: s.say(message_id="m"), _said, 201),
    Command("message, with a key", COMMAND, lambda s: s.say(Idempotency_Key="k"), _said, 201),
    Command(
        "message, with both",
        COMMAND,
        lambda s: s.say(message_id="m", Idempotency_Key=s.user),
        _said,
        201,
    ),
    Command(
        "message, sent again",
        REPLAY,
        lambda s: s.say(message_id="m"),
        lambda s: s.say(message_id="m"),
    ),
    Command("bot's message", COMMAND, lambda s: s.say("bot", epoch=1), _said, 201),
    Command("message while waiting", COMMAND, _said, _waiting, 201),
    Command("bot's message while paused (leak)", COMMAND, lambda s: s.say("bot"), _waiting, 409),
    Command(
        "agent's message", COMMAND, lambda s: s.do(s.ana, "messages", {"text": "Hi"}), _owned, 201
    ),
)

CHANGES = (
    Command("pause", COMMAND, lambda s: s.do(s.bot, "pause"), _said),
    Command(
        "pause, with a key",
        COMMAND,
        lambda s: s.do(s.bot, "pause", Idempotency_Key=s.user),
        _said,
    ),
    Command("pause into a queue", COMMAND, lambda s: s.do(s.bot, "pause", QUEUE), _said),
    Command("pause again", REPLAY, lambda s: s.do(s.bot, "pause"), _waiting),
    Command("pause at an address", COMMAND, lambda s: s.pause_at(**s.address), _said),
    Command("pause at an address, at first", COMMAND, lambda s: s.pause_at(**s.address)),
    Command(
        "pause at an address without a thread",
        (QUERY, *COMMAND),
        lambda s: s.pause_at(channel="web", user=s.user),
        _said,
    ),
    Command(
        "pause, naming an agent",
        COMMAND,
        lambda s: s.do(s.bot, "pause", {"agent": "bo@example.test"}),
        _said,
    ),
    Command(
        "pause for me",
        COMMAND,
        lambda s: s.do(s.ana, "pause", {"agent": "ana@example.test"}),
        _said,
    ),
    Command("claim", COMMAND, lambda s: s.do(s.ana, "claim"), _waiting),
    Command("claim again", REPLAY, lambda s: s.do(s.ana, "claim"), _owned),
    Command("claim, too late", REPLAY, lambda s: s.do(s.bo, "claim"), _owned, 409),
    Command("release", COMMAND, lambda s: s.do(s.ana, "release"), _owned),
    Command(
        "transfer to a queue",
        COMMAND,
        lambda s: s.do(s.ana, "transfer", {"queue": "support"}),
        _owned_beside_a_queue,
    ),
    Command(
        "transfer to an agent",
        COMMAND,
        lambda s: s.do(s.ana, "transfer", {"agent": "bo@example.test"}),
        _with_bo_there,
    ),
    Command("unpause", COMMAND, lambda s: s.do(s.ana, "unpause"), _owned),
    Command("unpause while waiting", COMMAND, lambda s: s.do(s.bot, "unpause"), _waiting),
    Command("unpause again", REPLAY, lambda s: s.do(s.bot, "unpause"), _said),
)

AT_ANY_TIME = (
    Command("note", COMMAND, lambda s: s.do(s.ana, "notes", {"text": "x"}), _owned, 201),
    Command("suggestion", COMMAND, lambda s: s.do(s.bot, "suggestions", {"text": "x"}), _said, 201),
    Command(
        "suggestion, sent by its owner",
        COMMAND,
        lambda s: s.do(s.ana, "messages", {"suggestion": 4}),
        lambda s: _suggested(s),
        201,
    ),
    Command("tags", COMMAND, lambda s: s.tag("vip"), _said),
)

TURNS = (
    Command("turn, begun", (GET,), lambda s: _turn(s), _said, 201),
    Command("turn, begun and committed", (GET, GET), lambda s: _committed(s), _said, 204),
)

LOOKS = (
    Command("conversation", (GET,), lambda s: s.look(s.bot), _said),
    Command("entries", (GET, QUERY), lambda s: s.look(s.bot, "/entries"), _said),
    Command(
        "look up an address",
        REPLAY,
        lambda s: s.bot.get(f"/bots/{BOT}/conversations/lookup", **s.address),
        _said,
    ),
    Command(
        "look up a user",
        (QUERY, READ),
        lambda s: s.bot.get(f"/bots/{BOT}/conversations/lookup", channel="web", user=s.user),
        _said,
    ),
    Command(
        "look up a name",
        (QUERY, READ),
        lambda s: s.bot.get(f"/bots/{BOT}/conversations/lookup", name=f"User {s.number}"),
        _said,
    ),
    Command("handoff", (GET, GET), lambda s: s.bot.get(_handoff(s)), _waiting),
)

LISTS = (
    Command("list", (QUERY, READ), lambda s: _list(s), _said),
    Command("list of who waits", (QUERY, READ), lambda s: _list(s, status="waiting"), _waiting),
    Command("list of my own", (QUERY, READ), lambda s: _list(s, owner="me"), _sams),
    Command("list of a name", (QUERY, READ), lambda s: _list(s, name="user"), _said),
)
"""With one shard: each further one is one more query."""

COMMANDS = (GATE, *MESSAGES, *CHANGES, *AT_ANY_TIME, *TURNS, *LOOKS, *LISTS)


def _list(scene: Scene, **query: str) -> ApiAnswer:
    return scene.sam.get(f"/bots/{BOT}/conversations", limit="5", **query)


def _handoff(scene: Scene) -> str:
    # The message is the first entry, the request the second.
    return f"/bots/{BOT}/handoffs/h_{scene.cid.removeprefix('c_')}_2"


def _suggested(scene: Scene) -> None:
    """In the fourth entry: after the message, the request and the claim."""
    scene.own()
    scene.do(scene.bot, "suggestions", {"text": "Offer a refund."})


def _turn(scene: Scene) -> ApiAnswer:
    return scene.bot.post(f"/bots/{BOT}/turns", {"conversation_id": scene.cid})


def _committed(scene: Scene) -> ApiAnswer:
    ticket = _turn(scene).json["ticket"]
    return scene.bot.post(f"/bots/{BOT}/turns/{ticket}/commit")
