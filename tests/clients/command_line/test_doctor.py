"""`baton doctor` finds each planted fault, and says what to do."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chalicelib.usecases.records.webhooks import DeliveryAttempt
from tests.clients.app_server import AppServer
from tests.clients.command_line.setup import run
from tests.support.api import Api
from tests.support.fakes import FakeWebhookClient

Fault = Callable[[AppServer, Api], Any]
LONG_AGO = "Sun, 29 Nov 2020 10:00:00 GMT"
HOOK = "https://bot.example/hook"


@pytest.fixture
def server() -> Any:
    with AppServer() as running:
        yield running


def examine(server: AppServer, *more: str) -> tuple[int, dict[str, dict[str, str]]]:
    address = ["--url", server.url, "--key", server.key]
    done = run("doctor", *address, "--json", *more)
    found, _ = json.JSONDecoder().raw_decode(done.stdout)
    return done.exit_code, {each["check"]: each for each in found}


def test_a_deployment_without_faults_is_well(server: AppServer, owner: None) -> None:
    admin = Api(server.services).login("owner")
    for queue in ("billing", "sales", "support", "vip"):
        admin.send("DELETE", f"/bots/demo/queues/{queue}")
    admin.put("/bots/demo/webhook", {"url": HOOK})

    code, found = examine(server)

    assert code == 0
    wrong = {name: each for name, each in found.items() if each["state"] != "ok"}
    assert wrong == {}
    assert "webhook.test" in server.services.webhook_client.requests[-1].body.decode()


def test_without_login_and_key_their_checks_are_skipped(server: AppServer) -> None:
    done = run("doctor", "--url", server.origin, "--json")

    found = {each["check"]: each["state"] for each in json.loads(done.stdout)}
    assert [name for name, state in found.items() if state == "ok"] == [
        *("address", "table", "version", "clock")
    ]
    assert set(found.values()) == {"ok", "skipped"}


def _hook(server: AppServer, owner: Api) -> None:
    owner.put("/bots/demo/webhook", {"url": HOOK})


def _hook_that_fails(server: AppServer, owner: Api) -> None:
    _hook(server, owner)
    server.services.webhook_client = FakeWebhookClient(otherwise=500)


def _hook_that_is_off(server: AppServer, owner: Api) -> None:
    _hook(server, owner)
    server.services.deliveries.disable_webhook("demo", "It answered 410.", 0)


def _dead_event(server: AppServer, owner: Api) -> None:
    import time

    at = int(time.time() * 1000)
    given_up = DeliveryAttempt("demo", "c", 1, 8, "agent.message", at, 503, dead=True)
    server.services.deliveries.record_attempt(given_up)


def _poor_key(server: AppServer, owner: Api) -> None:
    server.key = owner.post("/bots/demo/keys", {"scopes": ["messages"]}).json["key"]


def _revoked_key(server: AppServer, owner: Api) -> None:
    _poor_key(server, owner)
    owner.send("DELETE", f"/bots/demo/keys/{server.key.split('_')[1]}")


def _no_socket(server: AppServer, owner: Api) -> None:
    server.services.socket_url = "ws://127.0.0.1:1/ws"


def _nobody_online(server: AppServer, owner: Api) -> None:
    for person in ("ana", "bo", "sam", "eve"):
        Api(server.services).login(person).put("/agents/me/status", {"status": "offline"})


@pytest.mark.parametrize(
    ("fault", "check", "state", "told"),
    [
        (_hook_that_fails, "webhook", "failed", "status 500"),
        (_hook_that_is_off, "webhook", "failed", "It answered 410."),
        (_dead_event, "deliveries", "warning", "status 503"),
        (_poor_key, "key", "warning", "lacks read and handoffs"),
        (_revoked_key, "key", "failed", "key"),
        (_no_socket, "websocket", "failed", "ws://127.0.0.1:1/ws"),
        (_nobody_online, "agents", "warning", "agents is online"),
        (lambda server, owner: None, "queues", "warning", "Nobody serves"),
    ],
)
def test_each_planted_fault_is_found(
    server: AppServer, owner: None, fault: Fault, check: str, state: str, told: str
) -> None:
    with server.lock:
        fault(server, Api(server.services).login("owner"))

    code, found = examine(server)

    assert (found[check]["state"], told in found[check]["found"]) == (state, True), found[check]
    assert found[check]["mend"]
    assert code == (1 if "failed" in {each["state"] for each in found.values()} else 0)


@pytest.mark.parametrize("path", ["", "/nowhere"])
def test_a_wrong_address_is_the_only_finding(server: AppServer, path: str) -> None:
    url = f"{server.origin}{path}" if path else "http://127.0.0.1:1"

    done = run("doctor", "--url", url, "--json")

    found, _ = json.JSONDecoder().raw_decode(done.stdout)
    assert [(each["check"], each["state"]) for each in found] == [("address", "failed")]
    assert done.exit_code == 1
    assert "Compare the address" in found[0]["mend"]


@pytest.mark.parametrize(
    ("check", "path", "answer"),
    [
        ("table", "/readyz", httpx.Response(503)),
        ("version", "/openapi.json", httpx.Response(200, json={"info": {"version": "7.0.0"}})),
        (
            "clock",
            "/healthz",
            httpx.Response(200, headers={"date": "Sun, 29 Nov 2020 10:00:00 GMT"}),
        ),
    ],
)
def test_a_fault_of_the_deployment_is_found(check: str, path: str, answer: httpx.Response) -> None:
    from baton_client.cli.setup.doctor import CHECKS, Deployment, State, examined

    def respond(request: httpx.Request) -> httpx.Response:
        return answer if request.url.path == path else httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(respond)) as http:
        finding = examined(
            check, CHECKS[check], Deployment("http://x.test", http, None, None, None)
        )

    assert finding.state in (State.FAILED, State.WARNING)
    assert finding.mend


def test_the_doctor_needs_an_address() -> None:
    done = run("doctor")

    assert (done.exit_code, "Say where Baton is" in done.output) == (2, True)
