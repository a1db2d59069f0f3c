"""examples/botpress_cloud: the real @botpress/sdk, a fake of Botpress' API, and the real app."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from baton_client import Baton
from tests.clients.app_server import CUT_BEFORE, AppServer
from tests.integrations.baton_events import SECRET, Event, Handoff
from tests.integrations.platform_server import Answer, PlatformCall, PlatformServer
from tests.support.stack import ROOT

EXAMPLE = ROOT / "examples/botpress_cloud"
CLIENT = ROOT / "clients/javascript/src/index.js"
STAND_INS = Path(__file__).parent / "botpress_cloud"
SERVE = """
const started = require("./out.cjs").default.start(0);
started.then((server) => console.log(`port ${server.address().port}`));
"""


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a developer has it after `npm ci`, `bp add hitl` and `bp build`."""
    if not shutil.which("npm"):
        assert "CI" not in os.environ, "npm is missing."
        pytest.skip("npm is missing.")
    folder = tmp_path_factory.mktemp("botpress_cloud") / "project"
    ignored = shutil.ignore_patterns("node_modules", ".botpress", "bp_modules", "dist")
    shutil.copytree(EXAMPLE, folder, ignore=ignored)
    run(folder, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline")
    for source, module in (("hitl.ts", "bp_modules/hitl"), ("generated.ts", ".botpress")):
        (folder / module).mkdir(parents=True)
        shutil.copy(STAND_INS / source, folder / module / "index.ts")
    paths = {".botpress": ["./.botpress"], "@baton/client": [str(CLIENT)]}
    checked = {"extends": "./tsconfig.json", "compilerOptions": {"paths": paths}}
    (folder / "tsconfig.check.json").write_text(json.dumps(checked))
    bundle = ("--bundle", "--platform=node", "--format=cjs", "--outfile=out.cjs")
    tsconfig = "--tsconfig=tsconfig.check.json"
    run(folder, "node_modules/.bin/esbuild", "src/index.ts", *bundle, tsconfig)
    return folder


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Botpress:
    """Botpress' API, as far as the example uses it. What is created again with the same tags is the
    same."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.messages: list[tuple[str, str]] = []
        self.events: list[tuple[str, dict[str, Any]]] = []

    def answer(self, call: PlatformCall) -> Answer:
        kind, *rest = call.path.removeprefix("/v1/chat/").split("/")
        one = kind[:-1]
        if kind == "events":
            self.events.append((call.fields["type"], call.fields["payload"]))
            return 200, {"event": {"id": "e"}}
        if rest and rest[0] != "get-or-create":
            return 200, {one: self.kept[rest[0]] if call.method == "GET" else {"id": rest[0]}}
        wanted = {"tags": {}, **call.fields}
        for each in self.kept.values():
            if rest and each["kind"] == kind and each["tags"] == wanted["tags"]:
                return 200, {one: each}
        made = {"id": f"{one}-{len(self.kept)}", "kind": kind, **wanted}
        self.kept[made["id"]] = made
        if kind == "messages":
            self.messages.append((self.kept[made["userId"]]["name"], made["payload"]["text"]))
        return 200, {one: made}


class Integration:
    """Calls the integration as Botpress does."""

    def __init__(self, server: AppServer, botpress: Botpress, url: str) -> None:
        self.server, self.botpress, self._url = server, botpress, url
        settings = {"url": server.url, "key": server.key, "webhookSecret": SECRET}
        self._configuration = base64.b64encode(json.dumps(settings).encode()).decode()

    def operation(self, name: str, body: object) -> httpx.Response:
        ids = ("x-bot-id", "x-bot-user-id", "x-integration-id", "x-integration-alias")
        headers = dict.fromkeys((*ids, "x-webhook-id"), "baton")
        headers |= {"x-bp-operation": name, "x-bp-configuration": self._configuration}
        return httpx.post(self._url, headers=headers, json=body, timeout=30)

    def acts(self, type: str, **given: Any) -> httpx.Response:
        return self.operation("action_triggered", {"type": type, "input": given})

    def starts(self, user: str, **given: Any) -> dict[str, Any]:
        """The conversation in Botpress."""
        done = self.acts("startHitl", userId=user, title="A refund", **given)
        assert done.status_code == 200, done.text
        return self.botpress.kept[done.json()["output"]["conversationId"]]

    def forwards(self, conversation: object, id: str, text: str, user: str | None) -> None:
        payload = {"text": text, **({"userId": user} if user else {})}
        message = {"conversation": conversation, "message": {"id": id}, "user": {"id": "plugin"}}
        done = self.operation("message_created", {**message, "type": "text", "payload": payload})
        assert done.status_code == 200, done.text

    def hears(self, event: Event) -> int:
        headers, body = event
        given = {"headers": dict(headers), "body": body.decode(), "path": "/", "query": ""}
        sent = {"req": {**given, "method": "POST"}}
        return self.operation("webhook_received", sent).status_code


@pytest.fixture
def integration(server: AppServer, project: Path) -> Iterator[Integration]:
    botpress = Botpress()
    with PlatformServer(botpress.answer) as platform:
        environment = {"PATH": os.environ["PATH"], "BP_API_URL": platform.url}
        with subprocess.Popen(
            ["node", "-e", SERVE], cwd=project, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            lines = iter(process.stdout.readline, "")
            port = next(line.split()[1] for line in lines if line.startswith("port "))
            yield Integration(server, botpress, f"http://127.0.0.1:{port}")
            process.kill()


@pytest.mark.slow
def test_the_types_fit_the_sdk(project: Path) -> None:
    run(project, "node", "node_modules/typescript/bin/tsc", "-p", "tsconfig.check.json")


@pytest.mark.slow
def test_a_user_of_botpress_cloud_talks_to_a_person_and_back(
    server: AppServer, integration: Integration
) -> None:
    assert integration.operation("register", {"webhookUrl": "https://x.test"}).status_code == 200
    user = integration.acts("createUser", name="Pia", email="pia@example.test")
    pia = user.json()["output"]["userId"]
    history = [{"source": {"type": "bot"}, "type": "text", "payload": {"text": "Which parcel?"}}]
    conversation = integration.starts(pia, description="It broke.", messageHistory=history)
    assert integration.starts(pia) == conversation
    integration.forwards(conversation, "m1", "Are you there?", pia)
    integration.forwards(conversation, "m1", "Are you there?", pia)
    integration.forwards(conversation, "m2", "The session ends soon.", None)

    id = conversation["tags"]["id"]
    ana = Handoff(server, id)
    events = [*ana.claim(), *ana.say("Here I am."), *ana.unpause()]
    assert {integration.hears(event) for event in [*events, *events]} == {204}

    assert integration.botpress.messages == [("Ana", "Here I am.")]
    kinds = [kind for kind, _ in integration.botpress.events]
    assert kinds[0] == "hitlAssigned"
    assert kinds[-1] == "hitlStopped"
    assert {each["conversationId"] for _, each in integration.botpress.events} == {
        conversation["id"]
    }
    with Baton(server.url, server.key) as baton:
        entries = list(baton.transcript(id))
        head = baton.call("GET", f"/conversations/{id}")
        handoffs = baton.call("GET", "/handoffs?status=closed")["items"]
    said = [entry["text"] for entry in entries if entry["kind"] == "message"]
    assert said == ["Are you there?", "Here I am."]
    assert head["user_name"] == "Pia"
    mine = [each for each in handoffs if each["conversation_id"] == id]
    assert [each["reason"] for each in mine] == ["A refund"]


@pytest.mark.slow
def test_a_user_who_leaves_ends_the_handoff_and_forged_events_change_nothing(
    server: AppServer, integration: Integration
) -> None:
    tom = integration.acts("createUser", name="Tom").json()["output"]["userId"]
    conversation = integration.starts(tom)
    ana = Handoff(server, conversation["tags"]["id"])
    headers, body = ana.claim()[-1]
    assert integration.hears(({**headers, "webhook-signature": "v1,AAAA"}, body)) == 401
    assert integration.botpress.events == []

    assert integration.acts("stopHitl", conversationId=conversation["id"]).status_code == 200

    with Baton(server.url, server.key) as baton:
        log = list(baton.transcript(conversation["tags"]["id"]))
    assert log[-1]["kind"] == "returned"
    assert log[-1]["payload"]["outcome"] == "user_left"
    server.control({"faults": [CUT_BEFORE] * 4})
    failed = integration.acts("startHitl", userId=tom, title="Again")
    server.control({"clear": True})
    assert "Baton: " in failed.json()["message"]
