"""The bot's server is told over the running stack: in order, again and again until it takes
it, and in nobody's way. The whole ladder of attempts is in `test_webhook_ladder.py`."""

import time
from contextlib import ExitStack
from itertools import pairwise

from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.local.waiting import eventually
from tests.support.network.webhook_receiver import WebhookReceiver

TOLD_WITHIN = 10.0
BACK_OFF = 2 + 10
"""Seconds."""


def claimed(scene: BotSetup, user: str) -> tuple[str, list[int]]:
    """A conversation in which a person has answered twice, and what the webhook has to bring."""
    ana = scene.person("Ana")
    paused = scene.pause(user)
    ana.rest.post(scene.one(paused["id"], "claim"))
    for text in ("one", "two"):
        ana.rest.post(scene.one(paused["id"], "messages"), {"text": text})
    return paused["id"], [1, 2, 3, 4]


def test_a_refused_entry_is_retried_with_its_id_and_later_ones_wait(
    running: RunningStack,
) -> None:
    with WebhookReceiver(script=[500, 500]) as receiver:
        scene = running.bot(receiver)
        conversation_id, seqs = claimed(scene, "zoe")

        told = receiver.wait_for(
            lambda all: all[-1:] and all[-1].seq == seqs[-1], TOLD_WITHIN + BACK_OFF
        )

    assert [t.seq for t in told] == [1, 1, *seqs]
    assert [t.answered for t in told[:3]] == [500, 500, 204]
    assert {t.id for t in told[:3]} == {f"{conversation_id}:1"}
    assert receiver.forged == 0


def test_a_410_disables_the_webhook(running: RunningStack) -> None:
    with WebhookReceiver(otherwise=410) as receiver:
        scene = running.bot(receiver)
        scene.pause("zoe")
        receiver.wait_for(bool, TOLD_WITHIN)

        def is_off() -> object:
            # A new world each time: one remembers a bot for five seconds.
            bot = running.stack.services().directory.bot(scene.bot)
            return bot and bot.webhook and bot.webhook.disabled_reason

        assert eventually(is_off, TOLD_WITHIN)


def test_slow_webhooks_delay_neither_answers_nor_other_bots(running: RunningStack) -> None:
    with ExitStack() as receivers:
        quick = receivers.enter_context(WebhookReceiver())
        slow = [receivers.enter_context(WebhookReceiver(delay=8.0)) for _ in range(3)]
        other, burdened = running.bot(quick), [running.bot(receiver) for receiver in slow]
        for bot in burdened:
            for number in range(8):
                bot.pause(f"user-{number}")
        for receiver in slow:
            receiver.wait_for(lambda all: len(all) >= 3, TOLD_WITHIN)

        began = time.monotonic()
        said = burdened[0].user_says("user-0", "Hello?")
        answered_after = time.monotonic() - began
        other.pause("zoe")
        (told,) = quick.wait_for(bool, TOLD_WITHIN)

        assert said["disposition"] == "waiting"
        assert answered_after < 1
        assert told.at - began < 3


def test_conversations_do_not_wait_for_each_other(running: RunningStack) -> None:
    with WebhookReceiver(script=[500]) as receiver:
        scene = running.bot(receiver)
        refused = scene.pause("zoe")["id"]
        receiver.wait_for(bool, TOLD_WITHIN)
        taken = scene.pause("yan")["id"]

        receiver.wait_for(lambda all: len([t for t in all if t.answered == 204]) == 2, TOLD_WITHIN)

    assert {t.data["conversation_id"] for t in receiver.taken} == {refused, taken}


def test_each_attempt_is_signed_with_the_time_of_the_attempt(running: RunningStack) -> None:
    """The receiver checks each with the reference implementation, which refuses old ones."""
    with WebhookReceiver(script=[500]) as receiver:
        scene = running.bot(receiver)
        scene.pause("zoe")

        told = receiver.wait_for(lambda all: len(all) == 2, TOLD_WITHIN)

    assert receiver.forged == 0
    assert all(earlier.at < later.at for earlier, later in pairwise(told))
