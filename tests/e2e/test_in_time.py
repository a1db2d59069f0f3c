"""What happens by itself on the running stack: offers, alerts, giving up, an agent who is lost.

A sweep comes once a minute there; here it comes as often as it is asked for.
"""

import json
import time
from collections.abc import Callable, Container, Iterable

from chalicelib.domain.queues import Limits, Mode, Queue
from chalicelib.entrypoints.timers import every_minute
from tests.e2e.scene import Running, Scene, Someone
from tests.e2e.subscriber import Subscriber
from tests.e2e.test_story import PUSHED_WITHIN, head_of
from tests.local.waiting import eventually
from tests.support.sockets import Frame, Socket

SALES = frozenset({"sales"})
SWEPT_WITHIN = 8.0
"""Seconds."""


def sweeping(running: Running, holds: Callable[[], object]) -> bool:
    """Whether it comes true in time, while the sweep runs again and again."""

    def swept() -> object:
        every_minute(running.world)
        time.sleep(0.05)
        return holds()

    return eventually(swept, SWEPT_WITHIN)


def opened(scene: Scene, queue: Queue) -> None:
    scene.running.world.directory.put_queue(scene.bot, queue)


def head(scene: Scene, conversation_id: str) -> Frame:
    found: Frame = scene.rest.get(scene.one(conversation_id)).json
    return found


def offered_to(head: Frame) -> str | None:
    """The agent's id."""
    offered = head.get("offered_to")
    return offered["id"] if offered else None


def test_what_the_first_agent_lets_pass_is_offered_to_the_next_who_takes_it(
    running: Running, scene: Scene
) -> None:
    opened(scene, Queue("sales", mode=Mode.OFFER, offer_seconds=2))
    agents = {each.id: each for each in (scene.person(n, queues=SALES) for n in ("Ana", "Bo"))}
    sockets = {who: agent.connect() for who, agent in agents.items()}
    for socket in sockets.values():
        socket.do("ping")

    conversation = scene.pause("zoe", queue="sales")["id"]

    first = offer_seen(sockets.values(), conversation, agents.keys())
    (second,) = agents.keys() - {first}
    early = sockets[second].ask("claim", conversation_id=conversation)
    assert early["error"]["code"] == "illegal_move"
    assert sweeping(running, lambda: offered_to(head(scene, conversation)) == second)
    taken = sockets[second].do("claim", conversation_id=conversation)
    assert taken["owner"] == second
    sockets[first].wait_for(head_of(conversation, status="agent"), PUSHED_WITHIN)
    for socket in sockets.values():
        socket.close()


def offer_seen(sockets: Iterable[Socket], conversation: str, candidates: Container[str]) -> str:
    """To whom; all of them are told the same."""

    def fits(frame: Frame) -> object:
        head = frame.get("head", {})
        return head.get("id") == conversation and (offered_to(head) or "") in candidates

    (who,) = {offered_to(each.wait_for(fits, PUSHED_WITHIN)["head"]) for each in sockets}
    assert who
    return who


def test_who_waits_too_long_is_told_of_to_agents_and_topic_and_given_back_to_the_bot(
    running: Running, scene: Scene
) -> None:
    limits = Limits(first_alert=1, escalate=(2,), give_up=3)
    opened(scene, Queue("sales", limits=limits))
    alerts = {"bot": [scene.bot], "type": ["handoff.escalated"]}
    with (
        scene.person("Ana", queues=SALES).connect() as ana,
        Subscriber(running.environment, alerts) as topic,
    ):
        ana.do("ping")
        conversation = scene.pause("zoe", queue="sales")["id"]
        ana.wait_for(head_of(conversation, status="waiting"), PUSHED_WITHIN)

        assert sweeping(running, lambda: head(scene, conversation)["status"] == "bot")

        ana.wait_for(head_of(conversation, status="bot"), PUSHED_WITHIN)
        told = [topic.next(PUSHED_WITHIN) for _ in range(2)]
    levels = [json.loads(each["Message"])["level"] for each in told if each]
    assert levels == ["warning", "error"]
    kinds = [entry["kind"] for entry in scene.entries(conversation)]
    assert kinds == ["requested", "escalated", "escalated", "returned"]
    (handoff,) = scene.rest.get(f"{scene.path}/handoffs").json["items"]
    assert handoff["outcome"] == "expired"


def test_what_a_lost_agent_had_waits_again_and_their_late_word_is_refused(
    running: Running, scene: Scene
) -> None:
    opened(scene, Queue("sales", limits=Limits(agent_lost=1)))
    lost, bo = scene.person("Ana", queues=SALES), scene.person("Bo", queues=SALES)
    conversation = scene.pause("zoe", queue="sales")["id"]
    with bo.connect() as watching:
        epoch = taken_and_lost(lost, conversation)

        assert sweeping(running, lambda: head(scene, conversation)["status"] == "waiting")

        watching.wait_for(head_of(conversation, status="agent"), PUSHED_WITHIN)
        watching.wait_for(back_in_queue(conversation, epoch), PUSHED_WITHIN)
    late = {"text": "I am back!", "epoch": epoch}
    refused = lost.rest.post(scene.one(conversation, "messages"), late)
    assert (refused.status, refused.json["code"]) == (409, "stale_epoch")
    (*_, released) = scene.entries(conversation)
    assert (released["kind"], released["payload"]["cause"]) == ("released", "agent_lost")


def taken_and_lost(agent: Someone, conversation: str) -> int:
    """The epoch under which they had it."""
    socket: Socket = agent.connect()
    head = socket.do("claim", conversation_id=conversation)
    socket.cut()
    return int(head["epoch"])


def back_in_queue(conversation: str, since: int) -> Callable[[Frame], object]:
    def fits(frame: Frame) -> object:
        head = frame.get("head", {})
        return head.get("id") == conversation and (
            head["status"] == "waiting" and head["epoch"] > since
        )

    return fits
