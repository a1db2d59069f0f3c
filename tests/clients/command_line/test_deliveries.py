"""`baton deliveries`, with the real log of deliveries."""

import json
from typing import Any

import pytest

from baton_client.cli.webhook_kit.deliveries import undelivered
from chalicelib.usecases.records.webhooks import DeliveryAttempt
from tests.clients.app_server import AppServer
from tests.clients.command_line.setup import run
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeWebhookClient

HOOK = "https://bot.example/hook"


def _given_up(server: AppServer, user: str, messages: int) -> None:
    """A conversation whose agent's messages the webhook has not received."""
    services = server.services
    with server.lock:
        bot, ana = Api(services, DEMO_KEY), Api(services).login("ana")
        Api(services).login("owner").put("/bots/demo/webhook", {"url": HOOK})
        said = {"channel": "web", "user": {"id": user}, "from": "user", "text": "Hi"}
        id = bot.post("/bots/demo/messages", said).json["conversation_id"]
        path = f"/bots/demo/conversations/{id}"
        ana.post(f"{path}/pause", {"agent": "ana@example.test"})
        for number in range(messages):
            seq = ana.post(f"{path}/messages", {"text": f"{number}"}).json["seq"]
            now = services.clock.now()
            for attempt in (1, 2):
                tried = DeliveryAttempt("demo", id, seq, attempt, "agent.message", now, 503)
                services.deliveries.record_attempt(tried)
                services.clock.advance(1)
            gone = DeliveryAttempt("demo", id, seq, 3, "agent.message", now + 1, 503, dead=True)
            services.deliveries.record_attempt(gone)


@pytest.fixture
def server() -> Any:
    with AppServer() as running:
        yield running


def test_events_that_were_given_up_are_sent_again_once(server: AppServer, owner: None) -> None:
    _given_up(server, "waits for an answer", 3)
    failed = ["deliveries", "replay", "--bot", "demo", "--failed", "--since", "2020-01-01T00:00Z"]

    planned = run(*failed, "--dry-run", "--json")
    assert not server.services.webhook_client.requests
    done, again = run(*failed, "--json"), run(*failed, "--json")

    assert (done.exit_code, again.exit_code) == (0, 0), done.output
    seqs = [each["seq"] for each in json.loads(planned.stdout)]
    assert seqs == sorted(seqs)
    assert [each["seq"] for each in json.loads(done.stdout)] == seqs
    assert {each["status"] for each in json.loads(done.stdout)} == {"delivered"}
    assert json.loads(again.stdout) == []
    assert len(server.services.webhook_client.requests) == 3


def test_a_replay_ends_when_the_webhook_is_down(server: AppServer, owner: None) -> None:
    _given_up(server, "waits for an answer", 7)
    server.services.webhook_client = FakeWebhookClient([200], otherwise=500)

    done = run("deliveries", "replay", "--bot", "demo", "--failed", "--since", "2020-01-01")

    assert done.exit_code == 1
    assert "1 delivered, 5 refused, 1 not tried. The webhook is down" in done.output


def test_one_delivery_is_sent_again_by_its_id(server: AppServer, owner: None) -> None:
    _given_up(server, "waits for an answer", 1)
    listed = run("deliveries", "list", "--bot", "demo", "--since", "2020-01-01", "--json")
    ids = [each["id"] for each in json.loads(listed.stdout)]

    done = run("deliveries", "replay", "--bot", "demo", ids[0])

    assert (done.exit_code, "delivered" in done.output) == (0, True), done.output
    assert len(ids) == 3


@pytest.mark.parametrize("more", [[], ["--failed", "some-id"], ["--failed", "--since", "soon"]])
def test_a_replay_needs_to_know_what(more: list[str]) -> None:
    assert run("deliveries", "replay", "--bot", "demo", *more).exit_code == 2


def test_only_the_last_of_all_attempts_counts() -> None:
    def attempt(event: str, status: str, webhook: str = "first") -> dict[str, Any]:
        place = {"conversation_id": "c", "seq": event, "webhook": webhook}
        return {"webhook_id": event, "status": status, **place}

    found = [attempt("replayed", "delivered"), attempt("replayed", "dead")]
    found += [attempt("on its way", "pending"), attempt("on its way", "failed")]
    found += [attempt("lost", "failed"), attempt("lost", "dead"), attempt("lost", "failed")]
    found += [attempt("lost", "delivered", webhook="second")]

    assert [each["webhook_id"] for each in undelivered(found)] == ["lost"]
