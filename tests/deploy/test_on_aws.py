"""Tests on a real AWS account: `pytest -m aws`, with credentials and a deployed stage.

docs/deploy.md explains the settings. The tests remove their bots, but their agents stay in the
table, so use a stage that has no other purpose.
"""

import os
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.commands import Unpause
from chalicelib.usecases.admin import bots
from chalicelib.usecases.conversations.execute import execute
from infra.deployment import deploy
from infra.deployment.account import Account, DeployError, session
from infra.deployment.cloudformation import Stack, StackResource
from infra.deployment.deploy import package_bucket, read_package
from infra.deployment.leftovers import tags_of
from infra.deployment.preflight import Preflight
from infra.deployment.stage import StageNotDeployed, environment_of
from infra.packaging.package import BUILD
from tests.deploy import proofs, stack_checks
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


def test_api_gateways_own_answer_to_a_body_that_is_too_large_has_our_shape(running: OnAws) -> None:
    """API Gateway takes 10 MB."""
    answer = running.bot().rest.post("/auth/login", {"email": "a@b.test", "text": "x" * 11_000_000})

    assert answer.status == 413
    assert {"code", "request_id", "detail"} <= set(answer.json)


def test_a_repeated_request_takes_effect_once(running: OnAws) -> None:
    proofs.replay(running)


def test_the_latencies_are_measured(running: OnAws, capsys: pytest.CaptureFixture[str]) -> None:
    measured = proofs.latencies(running, ROUNDS)

    with capsys.disabled():
        sys.stdout.write(f"\n{proofs.table(measured)}\n")
    assert all(len(times) == ROUNDS for times in measured.values())


class TestTheAccount:
    """The account's own view of the stack. These tests run after the others, which cause load."""

    @pytest.fixture(scope="class")
    def here(self) -> Account:
        return Account(session())

    @pytest.fixture(scope="class")
    def stack(self, here: Account, running: OnAws) -> Stack:
        return here.stack(running.environment["BATON_STAGE"])

    @pytest.fixture(scope="class")
    def resources(self, stack: Stack) -> list[StackResource]:
        return stack_checks.resources_of(stack)

    def test_iam_permits_what_the_functions_do(
        self, here: Account, resources: list[StackResource]
    ) -> None:
        assert stack_checks.denied_calls(here.client, resources) == []

    def test_the_stream_the_queue_and_the_schedule_reach_their_functions(
        self, here: Account, resources: list[StackResource]
    ) -> None:
        assert stack_checks.idle_event_sources(here.client, resources) == []
        assert stack_checks.sweeps(here.client, resources) > 0

    def test_the_alarms_stay_quiet(self, here: Account, resources: list[StackResource]) -> None:
        assert stack_checks.raised_alarms(here.client, resources) == []
        assert stack_checks.silent_alarms(here.client, resources) == []

    def test_each_resource_has_its_tags(
        self, here: Account, resources: list[StackResource], running: OnAws
    ) -> None:
        tags = tags_of(running.environment["BATON_STAGE"])

        assert stack_checks.untagged(here.client, resources, tags) == []

    def test_the_package_bucket_is_closed(self, here: Account) -> None:
        identity = here.identity()
        bucket = package_bucket(here, identity, None)

        assert list(stack_checks.open_bucket(here.client, bucket.name, identity.account)) == []

    def test_an_unchanged_package_changes_nothing(self, running: OnAws) -> None:
        """Tags, digests and the order of the template are stable, and CloudFormation says so with
        the text that the tool knows."""
        answer = CliRunner().invoke(deploy.main, [running.environment["BATON_STAGE"]])

        assert answer.exit_code == 0, answer.output
        assert "Nothing to do" in answer.output

    def test_the_account_passes_the_checks_without_a_warning_of_missing_permissions(
        self, here: Account, stack: Stack, running: OnAws
    ) -> None:
        _, template = read_package(BUILD / running.environment["BATON_STAGE"])
        values = stack.parameters

        report = Preflight(here, template, values, values, 0).run()

        assert [each.text for each in report.findings if each.stops] == []
        assert [each.text for each in report.findings if "could not be checked" in each.text] == []
