"""The story of docs/story.md from beginning to end, and its latency."""

import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any

from tests.e2e.bot_setup import BotSetup, LoggedInPerson, RunningStack
from tests.e2e.subscriber import TopicSubscriber
from tests.support.network.webhook_receiver import ReceivedWebhook, WebhookReceiver
from tests.support.network.websocket import Frame, WebSocketClient

PUSHED_WITHIN = 10.0
TOLD_WITHIN = 1.0
"""Seconds: what a push may take at all on a busy machine, and what it takes."""


def test_a_conversation_goes_to_a_person_and_back_and_nothing_is_lost_on_the_way(
    running: RunningStack, receiver: WebhookReceiver
) -> None:
    scene = running.bot(receiver)
    ana, bo = scene.person("Ana"), scene.person("Bo")
    handoffs = {"bot": [scene.bot], "type": ["handoff.requested"]}

    with (
        ana.connect() as a,
        bo.connect() as b,
        TopicSubscriber(running.environment, handoffs) as topic,
    ):
        first = the_bot_and_its_user_talk(scene)
        paused = the_bot_asks_for_a_person(scene)
        both_are_told((a, b), topic, paused)
        winner, loser = both_claim_at_once(scene, paused, {"Ana": (ana, a), "Bo": (bo, b)})
        (owner, socket), (other, watching) = winner, loser
        seen = watching.do("watch", conversation_id=paused["id"], after=0)["entries"]
        the_user_is_with_the_owner_now(scene, paused["id"], owner, socket)
        the_bot_has_to_be_silent(scene, owner)
        answers = the_owner_answers(socket, paused["id"], cut_meanwhile=watching)
        the_bot_hears_them(receiver, answers)
        returned = the_owner_gives_it_back(socket, paused["id"])
        the_bot_was_told_all_of_it(receiver, answers, returned)
        the_bot_speaks_again(scene, first["epoch"], returned["epoch"])
        seen += watching.entries(paused["id"])
        with other.connect() as again:
            nothing_is_missing(scene, paused["id"], seen, again, other)


def the_bot_and_its_user_talk(scene: BotSetup) -> dict[str, Any]:
    first = scene.user_says("zoe", "Hello", thread="t-1", message_id="u-1")
    answered = scene.bot_says("zoe", "Hi! I am a bot.", thread="t-1", epoch=first["epoch"])
    asks = scene.user_says("zoe", "I want to talk to a person", thread="t-1", message_id="u-2")

    assert (first["disposition"], first["paused"], first["seq"]) == ("bot", False, 1)
    assert answered.status == 201
    assert (asks["disposition"], asks["seq"]) == ("bot", 3)
    return first


def the_bot_asks_for_a_person(scene: BotSetup) -> dict[str, Any]:
    paused = scene.pause("zoe", thread="t-1", reason="The user asked for a person.")

    assert (paused["status"], paused["paused"], paused["owner"]) == ("waiting", True, None)
    return paused


def both_are_told(
    agents: tuple[WebSocketClient, WebSocketClient], topic: TopicSubscriber, paused: Frame
) -> None:
    for socket in agents:
        event = socket.wait_for(head_of(paused["id"], status="waiting"), PUSHED_WITHIN)
        assert event["head"]["handoff"]["reason"] == "The user asked for a person."
    wrapped = topic.next(PUSHED_WITHIN)
    assert wrapped is not None
    message = json.loads(wrapped["Message"])
    assert message["type"] == wrapped["MessageAttributes"]["type"]["Value"] == "handoff.requested"
    assert message["conversation_id"] == paused["id"]
    assert message["handoff_id"] == paused["handoff"]["id"]
    assert "Hello" not in wrapped["Message"]


Agent = tuple[LoggedInPerson, WebSocketClient]


def both_claim_at_once(
    scene: BotSetup, paused: Frame, agents: dict[str, Agent]
) -> tuple[Agent, Agent]:
    """Each agent's view: the owner has it, the other one has not."""
    together = Barrier(len(agents))

    def claim(name: str) -> tuple[str, Frame]:
        together.wait()
        return name, agents[name][1].ask("claim", conversation_id=paused["id"])

    with ThreadPoolExecutor() as pool:
        replies = dict(pool.map(claim, agents))
    (winner,) = [name for name, reply in replies.items() if reply["ok"]]
    (loser,) = [name for name, reply in replies.items() if not reply["ok"]]
    owner, (_, told) = agents[winner][0], agents[loser]
    refusal = replies[loser]["error"]
    assert replies[winner]["result"]["owner"] == owner.id
    assert (refusal["code"], refusal["owner"]) == ("already_claimed", owner.id)
    assert refusal["owner_name"] == owner.name
    event = told.wait_for(head_of(paused["id"], status="agent"), PUSHED_WITHIN)
    assert event["head"]["owner_name"] == owner.name
    return agents[winner], agents[loser]


def the_user_is_with_the_owner_now(
    scene: BotSetup, conversation_id: str, owner: LoggedInPerson, socket: WebSocketClient
) -> None:
    said = scene.user_says("zoe", "Are you human?", thread="t-1", message_id="u-3")

    event = socket.wait_for(entry_of(conversation_id, said["seq"]), PUSHED_WITHIN)
    assert said["disposition"] == "agent"
    assert event["entry"]["text"] == "Are you human?"
    assert event["head"]["owner"] == owner.id


def the_bot_has_to_be_silent(scene: BotSetup, owner: LoggedInPerson) -> None:
    refused = scene.bot_says("zoe", "I am still here!", thread="t-1")

    assert (refused.status, refused.json["code"]) == (409, "not_your_turn")
    assert refused.json["owner"] == owner.id


def the_owner_answers(
    socket: WebSocketClient, conversation_id: str, cut_meanwhile: WebSocketClient
) -> list[str]:
    texts = ["Yes, I am.", "How can I help?", "Consider it done."]
    for number, text in enumerate(texts):
        said = socket.do("message", conversation_id=conversation_id, text=text)
        if number == 0:
            cut_meanwhile.wait_for(entry_of(conversation_id, said["seq"]), PUSHED_WITHIN)
            cut_meanwhile.cut()
    return texts


def the_bot_hears_them(receiver: WebhookReceiver, answers: list[str]) -> None:
    told = receiver.wait_for(lambda all: len(said_by_agents(all)) == len(answers), 20)

    assert said_by_agents(told) == answers


def said_by_agents(told: list[ReceivedWebhook]) -> list[str]:
    return [t.data["entry"]["text"] for t in told if t.type == "agent.message"]


def the_owner_gives_it_back(socket: WebSocketClient, conversation_id: str) -> Frame:
    head = socket.do("unpause", conversation_id=conversation_id, note="Wants a refund.")

    assert (head["status"], head["owner"], head["handoff"]) == ("bot", None, None)
    return head


def the_bot_was_told_all_of_it(receiver: WebhookReceiver, answers: list[str], head: Frame) -> None:
    told = receiver.wait_for(lambda all: all[-1:] and all[-1].seq == head["last_seq"], 20)

    assert receiver.forged == 0
    assert [t.type for t in told] == [
        "handoff.requested",
        "handoff.claimed",
        *["agent.message"] * len(answers),
        "conversation.returned",
    ]
    assert all(earlier.seq < later.seq for earlier, later in pairwise(told))
    returned = told[-1].data
    assert (returned["outcome"], returned["note"]) == ("resolved", "Wants a refund.")
    assert (returned["epoch"], returned["truncated"]) == (head["epoch"], False)
    said = [e["text"] for e in returned["stretch"] if e["kind"] == "message"]
    assert said == ["Are you human?", *answers]


def the_bot_speaks_again(scene: BotSetup, old_epoch: int, epoch: int) -> None:
    late = scene.bot_says("zoe", "What I wanted to say before …", thread="t-1", epoch=old_epoch)
    thanks = scene.user_says("zoe", "Thank you!", thread="t-1", message_id="u-4")
    answer = scene.bot_says("zoe", "You are welcome.", thread="t-1", epoch=epoch)

    assert (late.status, late.json["code"]) == (409, "stale_epoch")
    assert (thanks["disposition"], thanks["epoch"]) == ("bot", epoch)
    assert answer.status == 201


def nothing_is_missing(
    scene: BotSetup,
    conversation_id: str,
    seen: list[Frame],
    again: WebSocketClient,
    other: LoggedInPerson,
) -> None:
    """Seen before the cut, and after it by asking for what came later."""
    after = max(entry["seq"] for entry in seen)
    rest = again.do("watch", conversation_id=conversation_id, after=after)
    log = scene.entries(conversation_id, other.rest)
    by_seq = {entry["seq"]: entry for entry in [*seen, *rest["entries"]]}

    assert len(rest["entries"]) >= 5
    assert [by_seq[seq] for seq in sorted(by_seq)] == log
    assert [entry["seq"] for entry in log] == list(range(1, rest["head"]["last_seq"] + 1))
    assert not any("still here" in (entry["text"] or "") for entry in log)
    assert again.do("sync") == {"heads": [], "read": {}, "next": None}


def test_agents_receive_a_pause_within_a_second(scene: BotSetup) -> None:
    with scene.person("Ana").connect() as a, scene.person("Bo").connect() as b:
        a.do("ping")

        waits = [wait_until_told(scene, f"user-{n}", a, b) for n in range(5)]

    assert statistics.median(waits) <= TOLD_WITHIN, waits


def wait_until_told(scene: BotSetup, user: str, *agents: WebSocketClient) -> float:
    """Seconds from the bot's request to the slower agent's frame."""
    asked_at = time.monotonic()
    paused = scene.pause(user)
    fits = head_of(paused["id"], status="waiting")
    return max(socket.moment_of(fits, PUSHED_WITHIN)[0] for socket in agents) - asked_at


def head_of(conversation_id: str, status: str) -> Callable[[Frame], object]:
    def fits(frame: Frame) -> object:
        head = frame.get("head", {})
        return frame.get("event") == "head" and (head["id"], head.get("status")) == (
            conversation_id,
            status,
        )

    return fits


def entry_of(conversation_id: str, seq: int) -> Callable[[Frame], object]:
    return lambda frame: (
        frame.get("event") == "entry"
        and (frame["conversation_id"], frame["entry"]["seq"]) == (conversation_id, seq)
    )
