"""Client generators make complete, typed clients out of the API's document."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from infra.generate.openapi import SERVED_EVENTS
from tests.clients.app_server import AppServer
from tests.support.stack import ROOT

HERE = Path(__file__).parent
DOCUMENT = ROOT / "chalicelib/apidocs/openapi.json"

pytestmark = pytest.mark.slow


def run(*command: str, cwd: Path) -> str:
    bin = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, "PATH": bin}, capture_output=True, timeout=200
    )
    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, printed
    assert "warning" not in printed.lower(), printed
    return printed


class GeneratedClient:
    """The operations by their name, and the models."""

    def __init__(self, package: str, server: AppServer) -> None:
        self.models = importlib.import_module(f"{package}.models")
        make = importlib.import_module(f"{package}.client").AuthenticatedClient
        self._package, self._client = package, make(server.origin, server.key)

    def call(self, operation: str, *path: str, **arguments: Any) -> Any:
        """`operation` is tag and name, for example `messages.get_gate`."""
        module: ModuleType = importlib.import_module(f"{self._package}.api.{operation}")
        return module.sync("demo", *path, client=self._client, **arguments)


@pytest.fixture
def generated(
    tmp_path: Path, server: AppServer, monkeypatch: pytest.MonkeyPatch
) -> GeneratedClient:
    run(
        *(sys.executable, "-m", "openapi_python_client", "generate"),
        *("--path", str(DOCUMENT), "--meta", "none"),
        *("--config", str(ROOT / "clients/openapi-python-client.yaml")),
        *("--output-path", str(tmp_path / "generated_baton"), "--fail-on-warning"),
        cwd=tmp_path,
    )
    monkeypatch.syspath_prepend(tmp_path)
    return GeneratedClient("generated_baton", server)


def test_the_generated_python_client_plays_a_handoff(
    generated: GeneratedClient, server: AppServer
) -> None:
    call, models = generated.call, generated.models

    def as_ana(action: str, **body: str) -> None:
        path = f"/bots/demo/conversations/{heard.conversation_id}/{action}"
        server.control({"ana": ["POST", path, body]})

    said = {"channel": "web", "user": {"id": "python"}, "from": "user", "text": "Hi"}
    message = models.MessageRequest.from_dict({**said, "message_id": "m1"})
    heard = call("messages.record_message", body=message)
    assert isinstance(heard, models.MessageReceipt)
    conversation_id = heard.conversation_id

    pause = models.PauseRequest.from_dict(
        {"reason": "asked", "say": "One moment.", "if_unavailable": "queue", "epoch": heard.epoch}
    )
    paused = call("handoffs.pause_conversation", conversation_id, body=pause)
    assert paused.status == "waiting"
    as_ana("claim")
    as_ana("messages", text="Can I help?")

    reply = models.ConversationMessageRequest.from_dict(
        {"from": "bot", "text": "Still me", "message_id": "m2", "epoch": heard.epoch}
    )
    late = call("messages.send_message", conversation_id, body=reply)
    assert isinstance(late, models.SendMessageProblem)
    assert late.code is models.SendMessageProblemCode.NOT_YOUR_TURN

    as_ana("unpause", note="Helped")
    assert call("messages.get_gate", conversation_id).disposition == "bot"
    log = call("conversations.list_entries", conversation_id, limit=50).items
    texts = [entry.text for entry in log if entry.kind == "message"]
    assert texts == ["Hi", "One moment.", "Can I help?"]
    missing = call("messages.get_gate", "c_nobody")
    assert isinstance(missing, models.NotFoundProblem)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of package-lock.json, and the TypeScript of this folder."""
    folder = tmp_path_factory.mktemp("packages")
    for path in (*HERE.glob("*.ts"), *HERE.glob("*.json")):
        shutil.copy(path, folder)
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
    return folder


def test_the_generated_typescript_client_plays_a_handoff(packages: Path, server: AppServer) -> None:
    run(
        *("npx", "--no-install", "openapi-typescript", str(DOCUMENT), "-o", "baton.ts"),
        *("--default-non-nullable", "false"),
        cwd=packages,
    )
    run("npx", "--no-install", "tsc", cwd=packages)
    run("node", "out/story.js", server.origin, server.key, cwd=packages)


def test_the_served_document_of_the_events_is_valid_asyncapi(packages: Path) -> None:
    specs = packages / "node_modules/@asyncapi/specs/schemas"
    schema = json.loads((specs / "3.0.0-without-$id.json").read_text())
    document = json.loads(SERVED_EVENTS.read_text())
    validator = jsonschema.Draft7Validator(schema)

    assert [each.message for each in validator.iter_errors(document)] == []
    assert not validator.is_valid({**document, "channels": {"socket": {"adress": "/"}}})
