"""Timers on the running stack: offers, alerts, giving up, lost agents.

The sweep runs in the test, in the world behind the stack: what the schedule calls once a minute.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.domain.access import Role
from chalicelib.domain.routing.queues import Limits, Mode, Queue
from chalicelib.entrypoints.events.minute import every_minute
from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.e2e.subscriber import TopicSubscriber
from tests.local.waiting import eventually
from tests.support.network.webhook_receiver import WebhookReceiver
from tests.support.network.websocket import Frame

PUSHED_WITHIN = 10.0
"""Seconds."""
SALES = frozenset({"sales"})


def test_an_offer_that_expires_goes_to_the_next_agent(
    scene: BotSetup,
) -> None:
    with_queue(scene, Queue("sales", mode=Mode.OFFER, offer_seconds=2))
    ana, bo = scene.person("Ana", queues=SALES), scene.person("Bo", queues=SALES)
    with ana.connect() as a, bo.connect() as b:
        sockets = {ana.id: a, bo.id: b}
        paused = scene.pause("zoe", queue="sales")
        first = a.wait_for(offered(paused["id"]), PUSHED_WITHIN)["head"]["offered_to"]
        b.wait_for(offered(paused["id"], first["id"]), PUSHED_WITHIN)
        too_late, in_time = sockets.pop(first["id"]), sockets.popitem()
        refused = in_time[1].ask("claim", conversation_id=paused["id"])

        swept_after(scene, first["until"])
        for socket in (a, b):
            socket.wait_for(offered(paused["id"], in_time[0]), PUSHED_WITHIN)
        claimed = in_time[1].do("claim", conversation_id=paused["id"])
        too_late.wait_for(head_of(paused["id"], status="agent"), PUSHED_WITHIN)

    assert refused["error"]["code"] == "illegal_move"
    assert claimed["owner"] == in_time[0]
    assert kinds(scene, paused["id"]) == ["requested", "offered", "declined", "offered", "claimed"]


def test_an_unanswered_request_escalates_and_returns_to_the_bot(
    running: RunningStack, receiver: WebhookReceiver
) -> None:
    scene = running.bot(receiver)
    with_queue(scene, Queue("sales", limits=Limits(1, (4,), give_up=8)))
    alerts = {"bot": [scene.bot], "type": ["handoff.escalated"]}
    ana, sam = scene.person("Ana", queues=SALES), scene.person("Sam", Role.SUPERVISOR)
    with ana.connect() as socket, TopicSubscriber(running.environment, alerts) as topic:
        paused = scene.pause("zoe", queue="sales")
        for number, (seconds, level) in enumerate(((1, "warning"), (4, "error")), 1):
            swept_after(scene, paused["waiting_since"], seconds)
            seq = paused["last_seq"] + number
            socket.wait_for(head_of(paused["id"], status="waiting", last_seq=seq), PUSHED_WITHIN)
            told = topic.next(PUSHED_WITHIN)
            assert told
            assert told["MessageAttributes"]["level"]["Value"] == level
            assert json.loads(told["Message"])["handoff_id"] == paused["handoff"]["id"]
        swept_after(scene, paused["waiting_since"], 8)
        back = socket.wait_for(head_of(paused["id"], status="bot"), PUSHED_WITHIN)["head"]
    returned = receiver.wait_for(lambda all: all[-1:] and all[-1].seq == back["last_seq"], 20)[-1]

    assert kinds(scene, paused["id"]) == ["requested", "escalated", "escalated", "returned"]
    assert (returned.type, returned.data["outcome"]) == ("conversation.returned", "expired")
    assert returned.data["text"]
    assert scene.bot_says("zoe", "Here I am again.", epoch=back["epoch"]).status == 201
    assert eventually(lambda: report(scene, sam.rest)["expired"] == 1, PUSHED_WITHIN)


def test_a_lost_agents_conversation_is_requeued_and_their_later_message_is_refused(
    scene: BotSetup,
) -> None:
    with_queue(scene, Queue("sales", limits=Limits(agent_lost=1)))
    ana, bo = scene.person("Ana", queues=SALES), scene.person("Bo", queues=SALES)
    with ana.connect() as lost, bo.connect() as other:
        paused = scene.pause("zoe", queue="sales")
        claimed = lost.do("claim", conversation_id=paused["id"])
        other.wait_for(head_of(paused["id"], status="agent"), PUSHED_WITHIN)
        lost.cut()

        def waits_again() -> bool:
            every_minute(scene.running.services)
            return bool(scene.rest.get(scene.one(paused["id"])).json["status"] == "waiting")

        assert eventually(waits_again, PUSHED_WITHIN)
        after = claimed["last_seq"] + 1
        other.wait_for(head_of(paused["id"], status="waiting", last_seq=after), PUSHED_WITHIN)
        late = {"text": "Sorry, I am back.", "epoch": claimed["epoch"]}
        by_rest = ana.rest.post(scene.one(paused["id"], "messages"), late)
        with ana.connect() as again:
            by_socket = again.ask("message", conversation_id=paused["id"], **late)
        taken = other.do("claim", conversation_id=paused["id"])

    assert (by_rest.status, by_rest.json["code"]) == (409, "stale_epoch")
    assert by_socket["error"]["code"] == "stale_epoch"
    assert taken["owner"] == bo.id
    assert scene.entries(paused["id"])[2]["payload"]["cause"] == "agent_lost"
    assert kinds(scene, paused["id"]) == ["requested", "claimed", "released", "claimed"]


def with_queue(scene: BotSetup, queue: Queue) -> None:
    """Not by the API, where an offer stands for five seconds at least."""
    scene.running.services.directory.put_queue(scene.bot, queue)


def swept_after(scene: BotSetup, moment: str, seconds: float = 0) -> None:
    """As soon as it is over."""
    due = datetime.fromisoformat(moment).timestamp() + seconds
    time.sleep(max(0.0, due - time.time()) + 0.005)
    every_minute(scene.running.services)


def kinds(scene: BotSetup, conversation_id: str) -> list[str]:
    return [entry["kind"] for entry in scene.entries(conversation_id)]


def head_of(conversation_id: str, **wanted: object) -> Callable[[Frame], object]:
    def fits(frame: Frame) -> object:
        head = frame.get("head") or {}
        expected = {"id": conversation_id, **wanted}
        return all(head.get(name) == value for name, value in expected.items())

    return fits


def offered(conversation_id: str, to: str | None = None) -> Callable[[Frame], object]:
    """To this agent, or to any."""

    def fits(frame: Frame) -> object:
        head = frame.get("head") or {}
        asked = head.get("offered_to") if head.get("id") == conversation_id else None
        return asked and to in (None, asked["id"])

    return fits


def report(scene: BotSetup, rest: Any) -> dict[str, Any]:
    outcomes: dict[str, Any] = rest.get(f"{scene.path}/report").json["totals"]["outcomes"]
    return outcomes
