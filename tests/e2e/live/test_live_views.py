"""Agents receive what concerns them over their WebSockets, and nothing else."""

import json
import threading
from collections.abc import Callable

import pytest

from chalicelib.domain.access import Role
from chalicelib.usecases.records.connections import SocketConnection
from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.local.waiting import eventually
from tests.support.network.webhook_receiver import WebhookReceiver
from tests.support.network.websocket import Frame, WebSocketClient

PUSHED_WITHIN = 10.0
"""Seconds."""


def test_a_watch_pages_through_the_log_and_goes_on_live_without_a_gap(scene: BotSetup) -> None:
    conversation_id = scene.pause("zoe")["id"]
    for _ in range(60):
        scene.user_says("zoe", "x" * 4000)
    writing = threading.Thread(
        target=lambda: [scene.user_says("zoe", f"meanwhile {n}") for n in range(40)]
    )

    with scene.person("Ana").connect() as socket:
        writing.start()
        read = every_entry(socket, conversation_id)
        writing.join()
        last = scene.rest.get(scene.one(conversation_id)).json["last_seq"]
        socket.wait_for(lambda f: f.get("event") == "entry" and f["entry"]["seq"] == last, 20)
        live = [entry["seq"] for entry in socket.entries(conversation_id)]

    assert len(read) > 60
    assert last == 101
    assert sorted({*read, *live}) == list(range(1, last + 1))


def test_entries_stop_after_unwatch(scene: BotSetup) -> None:
    conversation_id = scene.pause("zoe")["id"]
    with scene.person("Ana").connect() as socket, scene.person("Bo").connect() as other:
        for one in (socket, other):
            one.do("watch", conversation_id=conversation_id, after=0)
        socket.do("unwatch", conversation_id=conversation_id)

        said = scene.user_says("zoe", "Is anybody there?")
        other.wait_for(entry_event(conversation_id, said["seq"]), PUSHED_WITHIN)

        assert socket.entries(conversation_id) == []


def test_a_conversation_with_the_bot_costs_no_push(scene: BotSetup) -> None:
    with scene.person("Ana").connect() as socket:
        scene.user_says("zoe", "Hello")
        scene.bot_says("zoe", "Hi!")
        paused = scene.pause("zoe")
        socket.wait_for(head_event(paused["id"]), PUSHED_WITHIN)

        assert [event["head"]["last_seq"] for event in socket.events] == [paused["last_seq"]]


def test_the_agents_of_another_bot_see_nothing(running: RunningStack, scene: BotSetup) -> None:
    elsewhere = running.bot()
    eve, sam = elsewhere.person("Eve"), elsewhere.person("Sam", Role.SUPERVISOR)
    with (
        eve.connect() as one,
        sam.connect() as two,
        scene.person("Ana").connect() as ana,
    ):
        paused = scene.pause("zoe")
        ana.do("claim", conversation_id=paused["id"])
        scene.rest.post(f"{scene.path}/notifications", {"message": "Look here"})
        ana.wait_for(lambda f: f.get("event") == "notification", PUSHED_WITHIN)
        barrier = elsewhere.pause("somebody")
        for socket in (one, two):
            socket.wait_for(head_event(barrier["id"]), PUSHED_WITHIN)

            assert [event["head"]["id"] for event in socket.events] == [barrier["id"]]


def test_an_agent_sees_the_queue_they_serve_and_no_other(scene: BotSetup) -> None:
    ana = scene.person("Ana", queues=frozenset({"sales"}))
    with ana.connect() as socket:
        billing = scene.pause("zoe", queue="billing")
        sales = scene.pause("yan", queue="sales")
        socket.wait_for(head_event(sales["id"]), PUSHED_WITHIN)

        changes = [event for event in socket.events if "head" in event]
        heads = {event["head"]["id"]: event["head"] for event in changes}
        assert heads[sales["id"]]["status"] == "waiting"
        assert heads[billing["id"]] == {
            "id": billing["id"],
            "bot": scene.bot,
            "last_seq": billing["last_seq"],
            "visible": False,
        }


def test_a_conversation_transferred_to_an_invisible_queue_leaves_the_board(
    scene: BotSetup,
) -> None:
    ana, bo = scene.person("Ana", queues=frozenset({"sales"})), scene.person("Bo")
    paused = scene.pause("zoe")
    scene.ensure_queue("billing")
    with ana.connect() as socket, bo.connect() as other:
        other.do("claim", conversation_id=paused["id"])
        socket.wait_for(head_event(paused["id"], status="agent"), PUSHED_WITHIN)
        other.do("transfer", conversation_id=paused["id"], queue="billing")

        gone = socket.wait_for(lambda f: f.get("head", {}).get("visible") is False, PUSHED_WITHIN)

    assert gone["head"]["id"] == paused["id"]


def test_a_note_reaches_the_agents_and_neither_the_bot_nor_its_webhook(
    running: RunningStack, receiver: WebhookReceiver
) -> None:
    scene = running.bot(receiver)
    ana, bo = scene.person("Ana"), scene.person("Bo")
    paused = scene.pause("zoe")
    with ana.connect() as socket, bo.connect() as other:
        other.do("watch", conversation_id=paused["id"], after=0)
        socket.do("claim", conversation_id=paused["id"])
        noted = socket.do("note", conversation_id=paused["id"], text="A secret of ours")
        other.wait_for(entry_event(paused["id"], noted["seq"]), PUSHED_WITHIN)
        socket.do("transfer", conversation_id=paused["id"], agent=bo.id, note="Another secret")
        head = other.do("unpause", conversation_id=paused["id"])
    told = receiver.wait_for(lambda all: all[-1:] and all[-1].seq == head["last_seq"], 20)

    seen_by_people = json.dumps(scene.entries(paused["id"], ana.rest))
    seen_by_the_bot = json.dumps([scene.entries(paused["id"]), [t.body for t in told]])
    assert seen_by_people.count("secret") == 2
    assert "secret" not in seen_by_the_bot


@pytest.mark.parametrize("watches", [False, True], ids=["on the board", "watching"])
def test_a_connection_that_is_gone_is_forgotten_at_the_first_push(
    running: RunningStack, scene: BotSetup, watches: bool
) -> None:
    """API Gateway does not promise to tell of a lost connection; then it answers 410."""
    ana, connections = scene.person("Ana"), running.services.connections
    conversation_id = scene.pause("zoe")["id"]
    lost = SocketConnection(f"lost-{scene.bot}", ana.id, 1, (scene.bot,), 0, 2**53)
    connections.put(lost)
    if watches:
        connections.watch(scene.bot, conversation_id, lost)

    with ana.connect() as socket:
        said = scene.user_says("zoe", "Is anybody there?")
        socket.wait_for(head_event(conversation_id), PUSHED_WITHIN)

        assert said["disposition"] == "waiting"
        assert eventually(lambda: connections.get(lost.id) is None, PUSHED_WITHIN)
        assert [c.person for c in connections.of_bot(scene.bot)] == [ana.id]
        assert connections.watchers(scene.bot, conversation_id) == []


def test_a_disconnected_agent_is_no_longer_free(scene: BotSetup) -> None:
    with scene.person("Ana").connect():
        online = status_of_agents(scene)
    gone = eventually(lambda: status_of_agents(scene) == {"Ana": "offline"}, PUSHED_WITHIN)

    assert online == {"Ana": "online"}
    assert gone


def test_agents_see_who_is_away_and_who_is_typing(scene: BotSetup) -> None:
    ana = scene.person("Ana")
    conversation_id = scene.pause("zoe")["id"]
    with ana.connect() as socket, scene.person("Bo").connect() as other:
        other.do("watch", conversation_id=conversation_id, after=0)
        socket.do("typing", conversation_id=conversation_id)
        socket.do("presence", status="away")

        typing = other.wait_for(lambda f: f.get("event") == "typing", PUSHED_WITHIN)
        away = other.wait_for(lambda f: f.get("event") == "presence", PUSHED_WITHIN)

    assert (typing["conversation_id"], typing["author"]["id"]) == (conversation_id, ana.id)
    assert (away["agent"]["id"], away["status"]) == (ana.id, "away")


def every_entry(socket: WebSocketClient, conversation_id: str) -> list[int]:
    """The numbers that `watch` answers with, page by page."""
    seqs: list[int] = []
    following: int | None = 0
    while following is not None:
        page = socket.do("watch", conversation_id=conversation_id, after=following)
        seqs += [entry["seq"] for entry in page["entries"]]
        following = page["next"]
    return seqs


def head_event(conversation_id: str, **wanted: object) -> Callable[[Frame], object]:
    def fits(frame: Frame) -> object:
        head = frame.get("head", {}) if frame.get("event") == "head" else {}
        expected = {"id": conversation_id, **wanted}
        return head and all(head.get(name) == value for name, value in expected.items())

    return fits


def entry_event(conversation_id: str, seq: int) -> Callable[[Frame], object]:
    return lambda frame: (
        frame.get("event") == "entry"
        and (frame["conversation_id"], frame["entry"]["seq"]) == (conversation_id, seq)
    )


def status_of_agents(scene: BotSetup) -> dict[str, str]:
    agents = scene.rest.get(f"{scene.path}/agents").json["items"]
    return {agent["name"]: agent["status"] for agent in agents}
