"""`python -m infra.baton` on a running stack: the first owner and the first bot."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
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
        stdin=subprocess.DEVNULL,
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
    """The person who has used the invitation."""
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
    assert "`email` takes one e-mail address" in ran.stderr


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


def local(running: RunningStack, *command: str) -> Ran:
    return baton({"STATE": str(running.stack.state)}, "--stage", "local", *command)


def test_the_stage_local_is_the_running_stack(running: RunningStack, email: str) -> None:
    bot = f"Shop {uuid4().hex[:8]}"

    address, key = local(running, "add-bot", bot, "--name", "My shop").stdout.split()
    invitation = local(running, "init", "--email", email, "--name", "Olivia").stdout.split()[-1]
    printed = local(running, "env").stdout

    path = f"/bots/{quote(bot)}"
    assert address == f"{running.url}/api/v1{path}"
    paused = RestClient(running.url, key).post(f"{path}/pause", {"channel": "web", "user": "zoe"})
    assert paused.status == 200
    owner = accepted(running, invitation, "a long password")
    assert owner.get("/auth/me").json["role"] == "owner"
    told = dict(shlex.split(line)[1].split("=", 1) for line in printed.splitlines())
    assert told == running.environment


def test_an_operator_exports_and_erases_a_user(running: RunningStack) -> None:
    bot, user = f"shop-{uuid4().hex[:8]}", uuid4().hex
    _, key = local(running, "add-bot", bot).stdout.split()
    asked = {"channel": "web", "user": user, "reason": "Wants a refund."}
    assert RestClient(running.url, key).post(f"/bots/{bot}/pause", asked).status == 200

    whole = local(running, "export", bot).stdout.splitlines()
    one = local(running, "export", bot, "--channel", "web", "--user", user).stdout.splitlines()
    erased = local(running, "erase", bot, "web", user)

    assert [json.loads(line)["record"] for line in whole] == [
        "bot",
        "conversation",
        "handoff",
        "entry",
        "end",
    ]
    assert [json.loads(line)["record"] for line in one][1:] == ["conversation", "handoff", "entry"]
    assert (erased.returncode, "conversations hidden: 1" in erased.stdout) == (0, True)
    assert user not in local(running, "export", bot).stdout


WRONG: dict[tuple[str, ...], str] = {
    (): "Missing command.",
    ("sing",): "No such command 'sing'.",
    ("add-bot",): "Missing argument 'BOT'.",
    ("add-bot", "one", "two"): "Got unexpected extra argument (two)",
    ("add-bot", "demo"): "The bot demo already exists.",
    ("add-bot", ""): "`id` ",
    ("add-bot", "x" * 200): "`id` ",
    ("add-bot", "shop-1", "--name", ""): "`name` ",
    ("add-bot", "shop-2", "--name", "x" * 2000): "`name` ",
    ("add-bot", "shop-3", "--colour", "red"): "No such option",
    ("init", "--email", "olivia", "--name", "Olivia"): "`email` takes one e-mail address",
    ("init", "--email", "o@example.test", "--name", ""): "`name` ",
    ("init", "--email", "ana@example.test", "--name", "Ana"): "an owner needs another address",
    ("init",): "Aborted!",
    ("export", "demo", "--user", "u-1"): "--channel and --user name a user together.",
    ("erase", "demo", "web", "nobody"): "The bot demo has stored nothing about this user.",
    ("env", "more"): "Got unexpected extra argument (more)",
}


@pytest.mark.parametrize(("command", "told"), WRONG.items(), ids=lambda value: str(value)[:40])
def test_wrong_arguments_are_refused_in_a_sentence(
    running: RunningStack, command: tuple[str, ...], told: str
) -> None:
    ran = local(running, *command)

    assert ran.returncode in (1, 2)
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", [("add-bot", "shop"), ("init", "--email=a@b.test", "--name=A")])
def test_a_stack_that_is_not_running_is_reported(command: tuple[str, ...], tmp_path: Path) -> None:
    nowhere = {"STATE": str(tmp_path)}
    missing = baton(nowhere, "--stage", "local", *command)
    (tmp_path / "env").write_text("export AWS_ENDPOINT_URL=http://127.0.0.1:9\n")
    ended = baton(nowhere, "--stage", "local", *command)
    unnamed = baton({}, *command)

    assert f"There is no {tmp_path}/env. Start the stack with: make run." in missing.stderr
    assert f"The stack in {tmp_path} does not answer. Start it with: make run" in ended.stderr
    assert "For the stack of `make run`, add: --stage local" in unnamed.stderr
    assert [ran.returncode for ran in (missing, ended, unnamed)] == [1, 1, 1]


@pytest.mark.parametrize("stage", ["", "../prod", "a b"])
def test_a_stage_that_cannot_be_is_refused(stage: str) -> None:
    ran = baton({}, "--stage", stage, "env")

    assert ran.returncode == 2
    assert "A stage's name has letters, digits and hyphens." in ran.stderr


def test_the_environment_outside_of_any_stage_is_refused() -> None:
    ran = baton({}, "env")

    assert ran.returncode == 1
    assert "The environment has no settings of Baton." in ran.stderr
