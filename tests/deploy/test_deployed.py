"""The package is deployed to the local engine: the end-to-end story, a sweep, an upgrade and a
rollback."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.domain.routing.queues import Limits, Queue
from infra.deployment.cloudformation import StackResource
from infra.local.aws.engine import Engine
from infra.packaging.package import TEMPLATE
from infra.template.names import FUNCTIONS
from tests.deploy import proofs, stack_checks
from tests.deploy.emulated import Deployed, RunningDeployment
from tests.deploy.test_on_aws import OnAws
from tests.deployment.fake_account.services import FakeAccount
from tests.e2e.bot_setup import RunningStack
from tests.e2e.conversations import test_story as story
from tests.e2e.operations.test_admin_tool import baton
from tests.local.waiting import eventually
from tests.support.network.rest_client import RestClient
from tests.support.network.webhook_receiver import WebhookReceiver

MINUTE = {
    "version": "0",
    "account": "000000000000",
    "region": "us-east-1",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-01-01T00:00:00Z",
    "id": "m-1",
    "resources": [],
}
"""The event that EventBridge sends each minute."""
RELEASES = Path(__file__).with_name("releases")
"""The templates of earlier releases by date: build/prod/template.json after `gzip -9n`. Each
release adds its own; the newest one is the start of the upgrade test."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("deployed"), services=None) as running:
        yield running


@pytest.fixture(scope="module")
def deployed(engine: Engine, packaged: Path) -> Deployed:
    stack = Deployed(engine)
    stack.deploy(packaged)
    return stack


def test_the_share_of_a_canary_and_the_assets_of_a_page_are_read() -> None:
    """tests/deploy/test_on_aws.py asks them, which no local engine can run."""
    moving = {"RoutingConfig": {"AdditionalVersionWeights": {"7": 0.1}}, "FunctionVersion": "6"}
    page = '<link href="https://x.test/a.css"><script type="module" src="./main.js"></script>'

    assert stack_checks.share_of_new(moving) == 0.1
    assert stack_checks.share_of_new({"FunctionVersion": "7"}) == 0
    assert stack_checks.first_asset(page) == "main.js"


@pytest.fixture(scope="module")
def running(deployed: Deployed) -> RunningStack:
    return RunningDeployment(deployed)


def test_the_log_lines_behind_an_empty_page_are_found() -> None:
    aws = FakeAccount()
    aws.logs.pages = [[], ["AccessDenied: PutItem"], ["AccessDenied: Query"]]
    log = StackResource("OnMinuteLog", "sweeps", "AWS::Logs::LogGroup", "CREATE_COMPLETE")

    denied = stack_checks.denied_calls(aws.session.client, [log])

    assert denied == ["sweeps: AccessDenied: PutItem", "sweeps: AccessDenied: Query"]
    assert stack_checks.sweeps(aws.session.client, [log]) == 2


def test_the_story_passes_on_the_deployed_endpoints(running: RunningStack) -> None:
    with WebhookReceiver() as receiver:
        story.test_a_conversation_goes_to_a_person_and_back_and_nothing_is_lost_on_the_way(
            running, receiver
        )


def test_concurrent_claims_give_one_owner_and_respect_capacity(
    running: RunningStack,
) -> None:
    proofs.race(running, at_once=5)  # each starts a process of its own here


def test_an_unknown_route_is_answered_by_the_app(running: RunningStack) -> None:
    proofs.unknown_routes(running)


def test_a_repeated_request_takes_effect_once(running: RunningStack) -> None:
    proofs.replay(running)


def test_the_latencies_can_be_measured(running: RunningStack) -> None:
    shown = proofs.table(proofs.latencies(running, rounds=3))

    names = ["milliseconds", "pause to both agents", "gate", "user's message to its agent"]
    assert [line[:30].strip() for line in shown.splitlines()] == names


def test_the_bots_of_an_aws_test_run_are_removed(deployed: Deployed) -> None:
    there = OnAws({**deployed.environment, "BATON_URL": deployed.url})
    scene = there.bot()
    scene.pause("zoe")

    there.close()

    assert scene.bot not in there.services.directory.bot_ids()


def test_the_sweep_expires_a_handoff_that_waited_too_long(
    running: RunningStack, deployed: Deployed
) -> None:
    scene = running.bot()
    running.services.directory.put_queue(scene.bot, Queue("sales", limits=Limits(give_up=1)))
    head = scene.pause("zoe", queue="sales")

    def is_given_up() -> bool:
        deployed.invoke("on_minute", MINUTE)
        found: str = scene.rest.get(scene.one(head["id"])).json["status"]
        return found == "bot"

    assert eventually(is_given_up)
    (handoff,) = scene.rest.get(f"{scene.path}/handoffs").json["items"]
    assert handoff["outcome"] == "expired"


def test_the_checks_of_a_deployed_stack_find_nothing_here(
    running: RunningStack, deployed: Deployed, engine: Engine
) -> None:
    """This engine enforces no permissions and evaluates no alarms; the checks must run at least."""
    running.bot().pause("zoe")
    resources = stack_checks.resources_of(deployed.stack)

    assert stack_checks.idle_event_sources(engine.client, resources) == []
    assert stack_checks.denied_calls(engine.client, resources) == []
    assert stack_checks.raised_alarms(engine.client, resources) == []


def test_an_operator_creates_the_first_bot_of_a_stage(
    running: RunningStack, deployed: Deployed, engine: Engine
) -> None:
    bot, reached = uuid4().hex, {**engine.environment, "AWS_ENDPOINT_URL": engine.url}

    made = baton(reached, "--stage", "emulated", "add-bot", bot)

    assert made.returncode == 0, made.stderr
    said = {"channel": "web", "user": {"id": "zoe"}, "from": "user", "text": "Hello"}
    rest = RestClient(running.url, made.stdout.split()[-1])
    assert rest.post(f"/bots/{bot}/messages", said).status == 201
    missing = baton(reached, "--stage", "moon", "add-bot", bot)
    assert "Run: make deploy STAGE=moon" in missing.stderr


def test_an_upgrade_and_a_rollback_keep_the_data(
    running: RunningStack, deployed: Deployed, packaged: Path
) -> None:
    scene = running.bot()
    conversation = scene.user_says("zoe", "Hello")["conversation_id"]
    table = deployed.outputs["TableName"]

    for template in (previous_release(packaged), None):
        deployed.deploy(packaged, template)

        assert deployed.outputs["TableName"] == table
        # This engine creates a new API where AWS updates the existing one.
        there = replace(scene, rest=RestClient(deployed.url, scene.rest.token))
        texts = [entry["text"] for entry in there.entries(conversation)]
        assert texts[0] == "Hello"
        there.user_says("zoe", "Still there?")


def previous_release(package: Path) -> dict[str, Any]:
    """The previous release's template, with the Python version and the machine of this package."""
    (*_, newest) = sorted(RELEASES.glob("*.json.gz"))
    template: dict[str, Any] = json.loads(gzip.decompress(newest.read_bytes()))
    now: dict[str, Any] = json.loads((package / TEMPLATE).read_text())
    built_for = now["Resources"][FUNCTIONS["connect"]]["Properties"]
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            for property in ("Runtime", "Architectures"):
                resource["Properties"][property] = built_for[property]
    return template
