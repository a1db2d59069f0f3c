"""Tests on a real AWS account: `pytest -m aws`, with credentials and a deployed stage.

docs/deploy.md explains the settings. The tests remove their bots, but their agents stay in the
table, so use a stage that has no other purpose.
"""

import os
import sys
from collections.abc import Iterator

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.commands import Unpause
from chalicelib.usecases.admin import bots
from chalicelib.usecases.conversations.execute import execute
from infra.deployment.account import DeployError, session
from infra.deployment.stage import StageNotDeployed, environment_of
from tests.deploy import proofs
from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.e2e.conversations import test_story as story
from tests.support.network.webhook_receiver import WebhookReceiver
from tests.support.stack import services_of

pytestmark = [pytest.mark.aws, pytest.mark.timeout(600)]
ROUNDS = 100


class OnAws(RunningStack):
    """The deployed stage that BATON_AWS_STAGE names."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.url = environment["BATON_URL"]
        vars(self)["services"] = services_of(environment)
        self._bots: list[str] = []

    def bot(self, receiver: WebhookReceiver | None = None) -> BotSetup:
        scene = super().bot(receiver)
        self._bots.append(scene.bot)
        return scene

    def close(self) -> None:
        for bot in self._bots:
            operator = Caller("operator", "Operator", Role.OWNER, bot)
            waiting = self.services.conversations.board(bot, bots.PAUSED, None, 1000)
            for conversation in waiting.conversation_ids:
                execute(self.services, operator, conversation, Unpause())
            self.services.administration.delete_bot(bot)


@pytest.fixture(scope="module")
def running() -> Iterator[OnAws]:
    stage = os.environ.get("BATON_AWS_STAGE")
    if not stage:
        pytest.fail("Set BATON_AWS_STAGE to a stage that was deployed for these tests.")
    try:
        environment = environment_of(session(), stage)
    except (DeployError, StageNotDeployed) as error:
        pytest.fail(str(error))
    there = OnAws(environment)
    yield there
    there.close()


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """A receiver on this machine behind a tunnel, because AWS needs a public address."""
    public, port = os.environ.get("BATON_RECEIVER_URL"), os.environ.get("BATON_RECEIVER_PORT")
    if not (public and port):
        pytest.skip("Set BATON_RECEIVER_URL and BATON_RECEIVER_PORT to the two ends of a tunnel.")
    with WebhookReceiver(port=int(port), public=public) as listening:
        yield listening


def test_the_story_passes(running: OnAws, receiver: WebhookReceiver) -> None:
    story.test_a_conversation_goes_to_a_person_and_back_and_nothing_is_lost_on_the_way(
        running, receiver
    )


def test_concurrent_claims_give_one_owner(running: OnAws) -> None:
    proofs.race(running, at_once=16)


def test_an_unknown_route_is_answered_by_the_app(running: OnAws) -> None:
    proofs.unknown_routes(running)


def test_a_repeated_request_takes_effect_once(running: OnAws) -> None:
    proofs.replay(running)


def test_the_latencies_are_measured(running: OnAws, capsys: pytest.CaptureFixture[str]) -> None:
    measured = proofs.latencies(running, ROUNDS)

    with capsys.disabled():
        sys.stdout.write(f"\n{proofs.table(measured)}\n")
    assert all(len(times) == ROUNDS for times in measured.values())
