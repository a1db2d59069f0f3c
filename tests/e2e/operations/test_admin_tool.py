"""`python -m infra.baton` on a running stack: the first owner and the first bot."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from uuid import uuid4

import pytest

from tests.e2e.bot_setup import RunningStack
from tests.support.network.rest_client import RestClient
from tests.support.stack import ROOT

Ran = subprocess.CompletedProcess[str]


def baton(environment: Mapping[str, str], *command: str) -> Ran:
    return subprocess.run(
        [sys.executable, "-m", "infra.baton", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def email() -> str:
    return f"{uuid4().hex[:8]}@example.test"


def invited(running: RunningStack, email: str) -> str:
    """The invitation that an owner of this address gets."""
    ran = baton(running.environment, "init", "--email", email, "--name", "Olivia")
    assert ran.returncode == 0, ran.stderr
    assert f"{running.url}/console/index.html" in ran.stdout
    return ran.stdout.split()[-1]


def accepted(running: RunningStack, invitation: str, password: str) -> RestClient:
    """Whoever has used the invitation."""
    sent = {"invitation": invitation, "password": password}
    answer = RestClient(running.url).post("/auth/invitation", sent)
    assert answer.status == 200, answer.text
    return RestClient(running.url, answer.json["payload"]["token"])


def test_the_first_owner_logs_in_with_the_invitation_and_has_every_permission(
    running: RunningStack, email: str
) -> None:
    owner = accepted(running, invited(running, email), "a long password")

    assert owner.get("/auth/me").json["role"] == "owner"
    assert owner.post("/bots", {"id": uuid4().hex}).status == 201


def test_an_owner_who_lost_the_password_gets_a_new_invitation(
    running: RunningStack, email: str
) -> None:
    accepted(running, invited(running, email), "a lost password")

    owner = accepted(running, invited(running, email), "a new password")

    assert owner.get("/auth/me").json["role"] == "owner"
    login = {"email": email, "password": "a lost password"}
    assert RestClient(running.url).post("/auth/login", login).status == 401


def test_a_member_of_a_bot_cannot_be_made_the_first_owner(running: RunningStack) -> None:
    ran = baton(running.environment, "init", "--email", "ana@example.test", "--name", "Ana")

    assert ran.returncode == 1
    assert "an owner needs another address" in ran.stderr


def test_an_invalid_email_address_is_refused(running: RunningStack) -> None:
    ran = baton(running.environment, "init", "--email", "olivia", "--name", "Olivia")

    assert ran.returncode == 1
    assert "`email` takes an e-mail address" in ran.stderr


def test_an_added_bot_works_with_the_printed_key(running: RunningStack) -> None:
    bot = uuid4().hex

    path, key = baton(running.environment, "add-bot", bot).stdout.split()

    assert path == f"{running.url}/api/v1/bots/{bot}"
    said = {"channel": "web", "user": {"id": "zoe"}, "from": "user", "text": "Hello"}
    assert RestClient(running.url, key).post(f"/bots/{bot}/messages", said).status == 201
    again = baton(running.environment, "add-bot", bot)
    assert again.returncode == 1
    assert f"The bot {bot} already exists." in again.stderr


def test_the_printed_environment_can_be_sourced_by_a_shell(running: RunningStack) -> None:
    lines = baton(running.environment, "env").stdout.splitlines()

    told = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert told["BATON_TABLE"] == running.environment["BATON_TABLE"]
    assert told["BATON_SECRET"] == running.environment["BATON_SECRET"]


def test_the_admin_tool_reports_a_stack_that_is_not_running() -> None:
    ran = baton({}, "add-bot", "shop")

    assert ran.returncode == 1
    assert "Set BATON_STAGE in the function's environment" in ran.stderr
