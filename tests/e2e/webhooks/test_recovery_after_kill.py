"""A gateway that is killed loses its stream; the sweep of the next start delivers what was lost."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.bot_setup import RunningStack
from tests.support.network.webhook_receiver import ReceivedWebhook, WebhookReceiver
from tests.support.stack import Stack, processes_of

WORDS = 30
LAST = WORDS + 2
"""The number of the last entry: a request and a claim come before the words."""
TWO_MINUTES = 120.0


ENDINGS = ("kill", "stop")


@pytest.fixture
def stacks(tmp_path: Path) -> Iterator[list[Stack]]:
    stacks = [Stack(tmp_path / ending) for ending in ENDINGS]
    yield stacks
    for stack in stacks:
        for left in processes_of(stack.state):
            os.kill(left, signal.SIGKILL)


def test_every_word_is_delivered_in_order_after_the_gateway_was_killed_in_the_middle(
    stacks: list[Stack],
) -> None:
    """Both endings at once: each waits for a minute until the queue shows its message again."""
    with ThreadPoolExecutor() as pool:
        for before, told in pool.map(_deliveries, stacks, ENDINGS):
            assert len(before) < LAST
            assert _seqs(told) == list(range(1, LAST + 1))


def _deliveries(stack: Stack, ending: str) -> tuple[set[int], list[ReceivedWebhook]]:
    """The entries that were delivered before the stack ended, and all deliveries after its next
    start."""
    with WebhookReceiver(delay=0.3) as receiver:
        stack.start()
        setup = RunningStack(stack).bot(receiver)
        ana = setup.person("Ana")
        paused = setup.pause("zoe")["id"]
        ana.rest.post(setup.one(paused, "claim"))
        for number in range(WORDS):
            said = ana.rest.post(setup.one(paused, "messages"), {"text": str(number)})
            assert said.status == 201, said.text
        getattr(stack, ending)()
        before = {each.seq for each in receiver.attempts}

        with stack:
            return before, receiver.wait_for(lambda all: len(_seqs(all)) == LAST, TWO_MINUTES)


def _seqs(told: list[ReceivedWebhook]) -> list[int]:
    """Without the repetitions that a receiver recognises by their ids."""
    return [int(each.rpartition(":")[2]) for each in dict.fromkeys(each.id for each in told)]
