"""`baton bots|keys|agents|queues|webhooks` change a bot, against the real app."""

import json
from typing import Any

import pytest

from baton_client import Baton, Unauthenticated
from tests.clients.app_server import AppServer
from tests.clients.command_line.setup import log_in, run
from tests.support.fakes import FakeWebhookClient
from tests.support.stack import ROOT

pytestmark = pytest.mark.usefixtures("owner")
DEMO = ("--bot", "demo")


def done(*arguments: str, code: int = 0) -> Any:
    """The JSON that a command prints, or None."""
    result = run(*arguments)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if "--json" in arguments and code == 0 else None


def listed(name: str) -> dict[str, Any]:
    key = {"keys": "id", "webhooks": "id", "agents": "email"}.get(name, "name")
    return {each[key]: each for each in done(name, *DEMO, "--json")}


def test_a_key_is_created_and_revoked_and_printed_alone(server: AppServer) -> None:
    made = run("keys", "create", *DEMO, "--name", "ci", "--scope", "read", "--days", "30")
    key = made.stdout.strip()

    assert key.startswith("bk_")
    assert key not in made.stderr
    ids = {each["name"]: each for each in listed("keys").values()}
    assert ids["ci"]["scopes"] == ["read"]
    assert ids["ci"]["expires_at"]
    rotated = done("keys", "rotate", *DEMO, ids["ci"]["id"], "--overlap", "0", "--json")
    with Baton(server.url, rotated["key"]) as baton:
        assert baton.availability().online
        done("keys", "revoke", *DEMO, rotated["id"], "--yes")
        server.services.clock.advance(10)
        with pytest.raises(Unauthenticated):
            baton.availability()


def test_an_agent_is_invited_changed_and_removed() -> None:
    invited = done("agents", "invite", *DEMO, "pia@example.test", "--role", "supervisor", "--json")
    assert invited["invitation"]
    again = run("agents", "reinvite", *DEMO, "pia@example.test")
    assert again.stdout.strip() not in ("", invited["invitation"])
    done("queues", "add", *DEMO, "refunds")
    done("agents", "queues", *DEMO, "pia@example.test", "refunds")
    done("agents", "capacity", *DEMO, invited["id"], "3")
    done("agents", "role", *DEMO, "Pia@example.test", "agent")

    pia = listed("agents")["pia@example.test"]
    assert (pia["name"], pia["role"], pia["queues"], pia["capacity"]) == (
        *("pia", "agent"),
        *(["refunds"], 3),
    )
    done("agents", "remove", *DEMO, "pia@example.test", "--yes")
    assert "pia@example.test" not in listed("agents")
    done("agents", "role", *DEMO, "pia@example.test", "admin", code=4)


def test_a_queue_is_added_once_and_a_change_keeps_the_rest() -> None:
    done("queues", "add", *DEMO, "returns", "--mode", "offer", "--priority", "7")
    done("queues", "add", *DEMO, "returns", code=1)
    changed = done("queues", "change", *DEMO, "returns", "--fallback", "vip", "--json")

    assert (changed["mode"], changed["priority"], changed["fallback"]) == ("offer", 7, "vip")
    assert run("queues", "remove", *DEMO, "returns", input="n\n").exit_code == 1
    assert "returns" in listed("queues")
    done("queues", "remove", *DEMO, "returns", "--yes")
    assert "returns" not in listed("queues")
    done("queues", "change", *DEMO, "returns", code=4)


def test_a_webhook_is_added_tested_changed_and_removed(server: AppServer) -> None:
    url = "https://crm.example.test/hook"
    added = run("webhooks", "add", *DEMO, url, "--event", "user.message")
    assert added.stdout.startswith("whsec_")
    (id,) = [each["id"] for each in listed("webhooks").values() if each["url"] == url]
    assert id in added.stderr
    assert done("webhooks", "test", *DEMO, id, "--json")["succeeded"]
    server.services.webhook_client = FakeWebhookClient([500])
    failed = run("webhooks", "test", *DEMO, id)
    assert (failed.exit_code, "500" in failed.stderr) == (1, True)
    moved = done("webhooks", "change", *DEMO, id, "--url", f"{url}/2", "--json")
    assert (moved["url"], moved["events"]) == (f"{url}/2", ["user.message"])
    assert run("webhooks", "rotate", *DEMO, id).stdout.startswith("whsec_")
    done("webhooks", "remove", *DEMO, id, "--yes")
    assert id not in listed("webhooks")


def test_a_bot_is_added_renamed_and_removed() -> None:
    done("bots", "add", "trial", "--name", "A trial")
    done("bots", "rename", "trial", "Trial")
    assert {"id": "trial", "name": "Trial"} in done("bots", "--json")
    assert done("keys", "--bot", "trial", "create", "--json")["key"]
    done("bots", "remove", "trial", "--yes")
    assert "trial" not in [each["id"] for each in done("bots", "--json")]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("keys", "create"), "--bot"),
        (("queues", "add", *DEMO), "NAME"),
        (("agents", "role", *DEMO, "ana@example.test", "boss"), "supervisor"),
        (("keys", "create", *DEMO, "--scope", "all"), "messages"),
    ],
)
def test_a_wrong_option_is_named(arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)

    assert (result.exit_code, told in result.output) == (2, True), result.output


def test_who_may_not_change_a_bot_is_told_so(server: AppServer) -> None:
    log_in(server, "ana")

    for command in ("keys create", "queues remove --yes support", "bots add x"):
        where = () if command.startswith("bots") else DEMO
        assert run(*command.split(), *where).exit_code == 3, command


def test_the_page_names_each_command() -> None:
    from baton_client.cli.commands import baton

    page = (ROOT / "docs/command-line.md").read_text()
    groups: Any = {name: each for name, each in baton.commands.items() if hasattr(each, "commands")}
    rows = {name: [row for row in page.splitlines() if f"`baton {name} " in row] for name in groups}

    missing = [
        f"{name} {command}"
        for name, group in groups.items()
        for command in group.commands
        if not any(f"`baton {name} {command}" in row or f"`{command}`" in row for row in rows[name])
    ]
    assert missing == []
    assert [name for name in baton.commands if f"baton {name}" not in page] == []
