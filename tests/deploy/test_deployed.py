"""The package as it would go to AWS, deployed into the local engine: the story, a sweep, an upgrade
and the way back."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.domain.routing.queues import Limits, Queue
from infra.local.aws.engine import Engine
from infra.packaging.package import TEMPLATE
from tests.deploy import proofs
from tests.deploy.emulated import Deployed, Elsewhere
from tests.deploy.test_on_aws import OnAws
from tests.e2e.bot_setup import Running
from tests.e2e.conversations import test_story as story
from tests.e2e.operations.test_admin_tool import baton
from tests.e2e.rest_client import Rest
from tests.local.waiting import eventually
from tests.support.receiver import Receiver

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
"""As EventBridge sends it."""
RELEASES = Path(__file__).with_name("releases")
"""Templates as `make package STAGE=prod` has made them, by day: build/prod/template.json after
`gzip -9n`. The newest is the previous release's; each release adds its own."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("deployed"), services=None) as running:
        yield running


@pytest.fixture(scope="module")
def deployed(engine: Engine, packaged: Path) -> Deployed:
    stack = Deployed(engine)
    stack.deploy(packaged)
    return stack


@pytest.fixture(scope="module")
def running(deployed: Deployed) -> Running:
    return Elsewhere(deployed)


def test_the_story_runs_against_the_deployed_endpoints(running: Running) -> None:
    with Receiver() as receiver:
        story.test_a_conversation_goes_to_a_person_and_back_and_nothing_is_lost_on_the_way(
            running, receiver
        )


def test_of_those_who_claim_at_once_as_many_get_something_as_there_is_and_they_have_room_for(
    running: Running,
) -> None:
    proofs.race(running, at_once=5)  # each starts a process of its own here


def test_what_comes_twice_is_done_once(running: Running) -> None:
    proofs.replay(running)


def test_how_fast_it_goes_can_be_measured(running: Running) -> None:
    shown = proofs.table(proofs.latencies(running, rounds=3))

    names = ["milliseconds", "pause to both agents", "gate", "user's message to its agent"]
    assert [line[:30].strip() for line in shown.splitlines()] == names


def test_what_was_made_for_a_proof_on_aws_is_removed_again(deployed: Deployed) -> None:
    there = OnAws({**deployed.environment, "BATON_URL": deployed.url})
    scene = there.bot()
    scene.pause("zoe")

    there.close()

    assert scene.bot not in there.services.directory.all_bots()


def test_the_sweep_gives_up_what_has_waited_too_long(running: Running, deployed: Deployed) -> None:
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


def test_the_first_bot_of_a_stage_is_made_from_this_machine(
    running: Running, deployed: Deployed, engine: Engine
) -> None:
    bot, reached = uuid4().hex, {**engine.environment, "AWS_ENDPOINT_URL": engine.url}

    made = baton(reached, "--stage", "emulated", "add-bot", bot)

    assert made.returncode == 0, made.stderr
    said = {"channel": "web", "user": {"id": "zoe"}, "from": "user", "text": "Hello"}
    rest = Rest(running.url, made.stdout.split()[-1])
    assert rest.post(f"/bots/{bot}/messages", said).status == 201
    missing = baton(reached, "--stage", "moon", "add-bot", bot)
    assert "Run: make deploy STAGE=moon" in missing.stderr


def test_an_upgrade_keeps_what_is_in_the_table_and_so_does_the_way_back(
    running: Running, deployed: Deployed, packaged: Path
) -> None:
    scene = running.bot()
    conversation = scene.user_says("zoe", "Hello")["conversation_id"]
    table = deployed.outputs["TableName"]

    for template in (earlier(packaged), None):
        deployed.deploy(packaged, template)

        assert deployed.outputs["TableName"] == table
        # This engine makes another API where AWS changes the one that there is.
        there = replace(scene, rest=Rest(deployed.url, scene.rest.token))
        texts = [entry["text"] for entry in there.entries(conversation)]
        assert texts[0] == "Hello"
        there.user_says("zoe", "Still there?")


def earlier(package: Path) -> dict[str, Any]:
    """The previous release's template, for the interpreter and the machine of this package."""
    (*_, newest) = sorted(RELEASES.glob("*.json.gz"))
    template: dict[str, Any] = json.loads(gzip.decompress(newest.read_bytes()))
    now: dict[str, Any] = json.loads((package / TEMPLATE).read_text())
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            built_for = now["Resources"][name]["Properties"]
            for property in ("Runtime", "Architectures"):
                resource["Properties"][property] = built_for[property]
    return template
