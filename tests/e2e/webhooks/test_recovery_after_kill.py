"""A gateway that is killed loses its stream; the sweep of the next start delivers what was lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bot_setup import RunningStack
from tests.support.network.webhook_receiver import ReceivedWebhook, WebhookReceiver
from tests.support.stack import Stack, processes_of

WORDS = 30
TWO_MINUTES = 120.0


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "state")
    yield stack
    for left in processes_of(stack.state):
        os.kill(left, signal.SIGKILL)


@pytest.mark.parametrize("ending", ["kill", "stop"])
def test_every_word_is_delivered_in_order_after_the_gateway_was_killed_in_the_middle(
    stack: Stack, ending: str
) -> None:
    with WebhookReceiver(delay=0.3) as receiver:
        stack.start()
        setup = RunningStack(stack).bot(receiver)
        ana = setup.person("Ana")
        paused = setup.pause("zoe")["id"]
        ana.rest.post(setup.one(paused, "claim"))
        for number in range(WORDS):
            said = ana.rest.post(setup.one(paused, "messages"), {"text": str(number)})
            assert said.status == 201, said.text
        last = WORDS + 2
        getattr(stack, ending)()
        before = {each.seq for each in receiver.attempts}

        with stack:
            told = receiver.wait_for(
                lambda all: _seqs(all) == list(range(1, last + 1)), TWO_MINUTES
            )

    assert len(before) < last
    assert _seqs(told) == sorted(_seqs(told))


def _seqs(told: list[ReceivedWebhook]) -> list[int]:
    """Without the repetitions that a receiver recognises by their ids."""
    return [int(each.rpartition(":")[2]) for each in dict.fromkeys(each.id for each in told)]
