"""Before SnapStart takes its snapshot, a function makes its clients and imports its handlers."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.stack import ROOT

RUNTIME = """
hooks = []


def register_before_snapshot(function, *args, **kwargs):
    hooks.append(function)
    return function
"""
"""A stand-in for the module of the same name in Lambda's runtime: it keeps the hooks and calls
them when the test does."""
PROGRAM = """
import json, socket, sys
import app, snapshot_restore_py
from chalicelib import wiring

class NoNetwork(socket.socket):
    def connect(self, address):
        raise AssertionError(f"connects to {address}")

socket.socket = NoNetwork
hooks = snapshot_restore_py.hooks
made_at_import = wiring.services.cache_info().currsize
for hook in hooks:
    hook()
services = wiring.services()
clients = [name for name in vars(services) if name.endswith("client") or name == "table"]
before = set(sys.modules)
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.loading import load
for route in all_routes():
    load(route.handler)
print(json.dumps({
    "hooks": len(hooks),
    "made at import": made_at_import,
    "clients": sorted(clients),
    "imported later": sorted(set(sys.modules) - before),
    "argon2": "argon2" in sys.modules,
}))
"""
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-west-1",
    "BATON_DEAD_LETTER_URL": "https://sqs.invalid/dead",
    "BATON_FILES_BUCKET": "files",
    "BATON_FILES_URL": "https://files.invalid",
    "BATON_QUEUE_URL": "https://sqs.invalid/queue",
    "BATON_SECRET": "a-secret-for-tests-that-is-long-enough",
    "BATON_SOCKET_ENDPOINT": "https://sockets.invalid/api",
    "BATON_SOCKET_URL": "wss://sockets.invalid/api",
    "BATON_STAGE": "prod",
    "BATON_TABLE": "baton",
    "BATON_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:events",
}


def run(folder: Path) -> dict[str, object]:
    found = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM],
        cwd=ROOT,
        env={**ENVIRONMENT, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert found.returncode == 0, found.stderr
    told: dict[str, object] = json.loads(found.stdout)
    return told


def test_the_hook_makes_the_clients_without_connecting(tmp_path: Path) -> None:
    (tmp_path / "snapshot_restore_py.py").write_text(RUNTIME)

    told = run(tmp_path)

    assert told["hooks"] == 1
    assert told["made at import"] == 0
    assert told["clients"] == ["_queue_client", "_socket_client", "_topic_client", "table"]
    assert told["imported later"] == []
    assert told["argon2"] is False
