"""Tests on a real AWS account: `pytest -m aws`, with credentials and a deployed stage.

docs/deploy.md explains the settings. The tests remove their bots, but their agents stay in the
table, so use a stage that has no other purpose.
"""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner, Result

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
from infra.template.rollout import ALIAS, AT_ONCE, ROLLOUT
from tests.deploy import proofs, stack_checks
from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.e2e.conversations import test_story as story
from tests.support.network.webhook_receiver import WebhookReceiver
from tests.support.stack import services_of

pytestmark = [pytest.mark.aws, pytest.mark.timeout(600)]
ROUNDS = 100
CANARY_MINUTES = 75
"""For an update of the stack whose canary is stopped, and its rollback."""


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


@pytest.fixture(scope="module")
def here() -> Account:
    return Account(session())


@pytest.fixture(scope="module")
def stack(here: Account, running: OnAws) -> Stack:
    return here.stack(running.environment["BATON_STAGE"])


@pytest.fixture(scope="module")
def resources(stack: Stack) -> list[StackResource]:
    return stack_checks.resources_of(stack)


def require(stack: Stack, parameter: str, *values: str) -> str:
    """The parameter's value; skips the test unless it is one of `values`, or not empty."""
    value = stack.parameters.get(parameter, "")
    if value not in values if values else not value:
        wanted = " or ".join(values) or "a value"
        pytest.skip(f"{stack.name} has {parameter}={value!r}. Deploy it with {wanted} to ask this.")
    return value


class TestItsAddresses:
    """The template does not show how CloudFront, custom domains and their DNS behave."""

    def test_the_root_of_each_address_leads_to_the_console(self, stack: Stack) -> None:
        outputs = stack.outputs
        for name in ("Url", "EdgeUrl"):
            if name in outputs:
                answer = stack_checks.get(f"{outputs[name]}/")
                assert (answer.status, name) == (307, name)
                assert answer.headers["location"].endswith("console/index.html")

    def test_cloudfront_caches_the_console_and_no_answer_of_the_api(self, stack: Stack) -> None:
        """Fact 1 of docs/aws.md: a `Host` in the cache's key would be answered with 403."""
        require(stack, "ConsoleCache", "yes")
        edge = stack.outputs["EdgeUrl"]
        page = stack_checks.get(f"{edge}/console/index.html")
        asset = stack_checks.first_asset(page.text)

        answers = [stack_checks.get(f"{edge}/console/{asset}") for _ in range(2)]
        health = [stack_checks.get(f"{edge}/readyz") for _ in range(2)]

        assert {each.status for each in (page, *answers, *health)} == {200}
        assert answers[1].headers["x-cache"].startswith("Hit")
        assert not any(each.headers["x-cache"].startswith("Hit") for each in health)

    def test_the_custom_domains_reach_both_apis(self, stack: Stack) -> None:
        domain = require(stack, "Domain")
        socket = stack.parameters["WebSocketDomain"]

        assert stack_checks.get(f"https://{domain}/readyz").status == 200
        assert domain in stack.outputs["Url"]
        refused = stack_checks.get(f"https://{socket}/", **stack_checks.HANDSHAKE)
        assert refused.status == 401, "the function of the connection refuses one without a ticket"


class TestItsVersions:
    """Only AWS has CodeDeploy and SnapStart."""

    def test_functions_are_restored_from_a_snapshot(
        self, here: Account, stack: Stack, resources: list[StackResource], running: OnAws
    ) -> None:
        require(stack, "SnapStart", "PublishedVersions")
        running.bot()

        off = stack_checks.without_snapshot(here.client, resources, ALIAS)
        restores = stack_checks.restores(here.client, resources)

        assert off == []
        assert restores, "no function was started from a snapshot in the last hour"

    @pytest.mark.timeout(CANARY_MINUTES * 60)
    def test_a_raised_alarm_moves_all_calls_back_to_the_old_version(
        self, here: Account, stack: Stack, resources: list[StackResource]
    ) -> None:
        """It changes the stage's log level and rolls back; it takes up to an hour."""
        if not os.environ.get("BATON_AWS_CANARY"):
            pytest.skip("Set BATON_AWS_CANARY=1: this deploys the stage, and takes up to an hour.")
        if require(stack, ROLLOUT) == AT_ONCE:
            pytest.skip(f"Deploy with {ROLLOUT}=Canary10Percent10Minutes to ask this.")
        function, alarm = stack_checks.gate_function(resources)
        client = here.client("lambda")
        alias = client.get_alias(FunctionName=function, Name=ALIAS)
        before = alias["FunctionVersion"]
        other = "WARNING" if stack.parameters["LogLevel"] == "INFO" else "INFO"
        stage = stack.name.removeprefix("baton-")

        def deployment() -> Result:
            given = [stage, "--yes", "--parameter", f"LogLevel={other}"]
            return CliRunner().invoke(deploy.main, given)

        with ThreadPoolExecutor() as pool:
            ends = pool.submit(deployment)
            while not ends.done():
                alias = client.get_alias(FunctionName=function, Name=ALIAS)
                if stack_checks.share_of_new(alias):
                    break
                time.sleep(5)
            share = stack_checks.share_of_new(alias)
            here.client("cloudwatch").set_alarm_state(
                AlarmName=alarm, StateValue="ALARM", StateReason="A rehearsal"
            )
            answer = ends.result()
        after = client.get_alias(FunctionName=function, Name=ALIAS)

        assert share == pytest.approx(0.1)
        assert answer.exit_code == 1, answer.output
        assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
        assert stack.parameters["LogLevel"] != other
        assert (after["FunctionVersion"], stack_checks.share_of_new(after)) == (before, 0.0)


class TestTheAccount:
    """The account's own view of the stack. These tests run after the others, which cause load."""

    def test_api_gateway_writes_its_access_log_with_the_accounts_role(
        self, here: Account, resources: list[StackResource]
    ) -> None:
        """Fact 3 of docs/aws.md: the role belongs to the account, so no stack can be sure of it."""
        assert here.client("apigateway").get_account().get("cloudwatchRoleArn")
        assert stack_checks.logged(here.client, resources, "RestAccessLog")
        assert stack_checks.logged(here.client, resources, "SocketAccessLog")

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
