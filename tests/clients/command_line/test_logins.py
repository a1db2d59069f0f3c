"""Several commands at once share one login."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from baton_client.cli.errors import CommandFailed
from baton_client.cli.logins import login_lock, stored_login
from baton_client.cli.person import PersonClient
from tests.clients.app_server import AppServer
from tests.support.stack import ROOT

COMMANDS = 6
HOLDER = """
import sys, time
from baton_client.cli.logins import login_lock
with login_lock(5):
    print("held", flush=True)
    time.sleep(60)
"""


def _expire(login_file: Path) -> None:
    stored = json.loads(login_file.read_text()) | {"access_until": 0}
    login_file.write_text(json.dumps(stored))


def test_commands_at_once_refresh_a_login_once(
    server: AppServer, owner: None, login_file: Path
) -> None:
    _expire(login_file)
    clients = [PersonClient(server.origin, 5, stored_login()) for _ in range(COMMANDS)]
    found, gate = list[object](), threading.Barrier(COMMANDS)

    def call(client: PersonClient) -> None:
        gate.wait()
        try:
            found.append(client.call("GET", "/auth/me")["email"])
        except Exception as error:
            found.append(error)

    begun = len(server.calls)
    threads = [threading.Thread(target=call, args=(each,)) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["owner@example.test"] * COMMANDS
    paths = [path for _, path, _ in server.calls[begun:]]
    assert paths.count("/api/v1/auth/refresh") == 1


def test_a_command_does_not_replace_another_persons_login(
    server: AppServer, owner: None, login_file: Path
) -> None:
    _expire(login_file)
    own = stored_login()
    PersonClient(server.origin, 5).log_in("ana@example.test", "ana-demo")

    with pytest.raises(CommandFailed, match=r"ana@example.test has logged in"):
        PersonClient(server.origin, 5, own).call("GET", "/auth/me")

    assert stored_login().email == "ana@example.test"


def test_a_command_waits_for_the_lock_until_its_deadline_and_a_crash_frees_it(
    server: AppServer, owner: None
) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "clients/python/src")}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], env=environment, stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            begun = time.monotonic()
            with pytest.raises(CommandFailed, match=r"for 0\.2 s"), login_lock(0.2):
                pass
            assert time.monotonic() - begun < 2
        finally:
            holder.kill()
    with login_lock(5):
        pass
