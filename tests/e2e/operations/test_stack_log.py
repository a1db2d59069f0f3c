"""The log of a running stack at its most detailed level."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.waiting import eventually
from tests.support.network.rest_client import RestClient
from tests.support.stack import Stack

DEMO_KEY = "bk_demo_onlyforloopback"
ANA = {"email": "ana@example.test", "password": "ana-demo"}
CANARY = "canary-4000-1234"
SECRETS = (CANARY, "onlyforloopback", "ana-demo", "eyJ", "whsec_", "Bearer")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BATON_LOG_LEVEL", "INFO")
        environment.setenv("BATON_WATCHING", "full")
        with Stack(tmp_path / "state") as running:
            yield running


def lines(stack: Stack) -> list[dict[str, Any]]:
    return [json.loads(each) for each in stack.log.read_text().splitlines() if each[:1] == "{"]


def test_the_debug_log_names_every_call_and_contains_no_message_text(stack: Stack) -> None:
    bot = RestClient(stack.url, DEMO_KEY)
    said = {"channel": "web", "user": {"id": CANARY}, "from": "user", "text": CANARY}
    conversation = bot.post("/bots/demo/messages", said).json["conversation_id"]
    path = f"/bots/demo/conversations/{conversation}"
    bot.post(f"{path}/pause", {"reason": CANARY})
    ana = RestClient(
        stack.url, RestClient(stack.url).post("/auth/login", ANA).json["payload"]["token"]
    )
    ana.post(f"{path}/claim", {})
    ana.post(f"{path}/messages", {"text": CANARY})
    bot.get(f"{path}/gate", q=CANARY)

    wanted = {"request", "changes", "webhook_queue"}
    assert eventually(lambda: wanted <= {line.get("event") for line in lines(stack)})
    assert eventually(lambda: any("TimeToClaim" in line for line in lines(stack)))
    written = lines(stack)
    calls = [line["request_id"] for line in written if line.get("event") in wanted]
    assert "" not in calls
    assert len(set(calls)) == len(calls)
    requests = [line for line in written if line.get("event") == "request"]
    assert len({line["request_id"] for line in requests}) == len(requests) >= 6
    assert [line["cold_start"] for line in written if "cold_start" in line].count(True) == 1
    assert [secret for secret in SECRETS if secret in stack.log.read_text()] == [
        "onlyforloopback",
        "ana-demo",
    ], "which the welcome shows to whoever has started it"
    assert [secret for secret in SECRETS if secret in json.dumps(written)] == []


def test_the_default_log_contains_no_calls(tmp_path: Path) -> None:
    with Stack(tmp_path / "state") as stack:
        RestClient(stack.url, DEMO_KEY).get("/bots/demo/conversations")

        assert lines(stack) == []
