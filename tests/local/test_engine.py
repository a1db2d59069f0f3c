"""The engine keeps its data, says why it cannot run, and leaves no process behind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.engine import Engine, EngineError
from tests.local.conftest import create_table
from tests.local.waiting import eventually

# A program that starts an engine, stores one item, and waits until it is killed.
PARENT = """
import sys, time
from pathlib import Path
from infra.local.aws.engine import Engine
from tests.local.conftest import create_table
engine = Engine(Path(sys.argv[1]))
engine.start()
create_table(engine, "kept")
engine.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "1"}})
print(engine.pid, flush=True)
time.sleep(60)
"""

# A fake ministack that answers every request, starts a child process and ignores SIGTERM.
STUBBORN = """
import http.server, os, pathlib, signal, subprocess

class Answers(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.end_headers()

def main():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen(["sleep", "60"])
    pathlib.Path("grandchild").write_text(str(child.pid))
    address = ("127.0.0.1", int(os.environ["GATEWAY_PORT"]))
    http.server.HTTPServer(address, Answers).serve_forever()
"""


def test_stored_data_survives_a_stop(state: Path) -> None:
    with Engine(state) as first:
        create_table(first, "kept")
        first.client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "1"}})
    with Engine(state) as second:
        assert items(second) == [{"id": {"S": "1"}}]


def test_a_stopped_engine_has_no_process(state: Path) -> None:
    with Engine(state) as engine:
        pid = engine.pid
    assert pid

    assert not alive(pid)


def test_the_engine_keeps_its_state_and_ends_if_its_parent_is_killed(state: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(state)], stdout=subprocess.PIPE)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert eventually(lambda: not alive(pid))
    with Engine(state) as second:
        assert items(second) == [{"id": {"S": "1"}}]


def test_the_engine_runs_in_its_own_session_so_ctrl_c_does_not_reach_it(engine: Engine) -> None:
    assert engine.pid

    assert engine.pid == os.getsid(engine.pid) != os.getsid(0)


def test_the_engine_listens_on_loopback_only(engine: Engine) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("The test reads the listening ports from Linux's /proc.")

    port = f"{engine.port:04X}"
    listeners = [line.split()[1] for line in table.read_text().splitlines() if " 0A " in line]
    assert [f"0100007F:{port}"] == [one for one in listeners if one.endswith(f":{port}")]


def test_a_port_in_use_is_reported(engine: Engine, state: Path) -> None:
    with pytest.raises(EngineError, match=f"Port {engine.port} on 127.0.0.1 is taken"):
        Engine(state, port=engine.port).start()


def test_two_engines_never_share_a_state_folder(state: Path) -> None:
    with Engine(state), pytest.raises(EngineError, match="Another engine is using"):
        Engine(state, stop_within=0.1).start()


def test_an_engine_that_ends_during_its_start_shows_the_end_of_its_log(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake_ministack(tmp_path, monkeypatch, "def main(): raise SystemExit('out of luck')")

    with pytest.raises(EngineError, match=r"(?s)ended during its start.*out of luck"):
        Engine(state, services=["sts"]).start()


def test_an_engine_that_never_answers_is_stopped_after_the_deadline(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake_ministack(tmp_path, monkeypatch, "import time\ndef main(): time.sleep(60)")
    engine = Engine(state, services=["sts"], ready_within=0.5)

    with pytest.raises(EngineError, match=r"did not answer within 0\.5 s"):
        engine.start()
    assert engine.pid is None


def test_an_engine_that_will_not_stop_is_killed_with_all_its_children(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake_ministack(tmp_path, monkeypatch, STUBBORN)
    engine = Engine(state, services=["sts"], stop_within=0.3)
    engine.start()
    child, grandchild = engine.pid, int((state / "grandchild").read_text())
    assert child
    assert alive(grandchild)

    engine.stop()

    assert eventually(lambda: not alive(child) and not alive(grandchild))


def install_fake_ministack(folder: Path, environment: pytest.MonkeyPatch, code: str) -> None:
    package = folder / "program" / "ministack"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "app.py").write_text(code)
    environment.setenv("PYTHONPATH", str(package.parent))


def items(engine: Engine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.client("dynamodb").scan(TableName="kept")["Items"]
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """True for an ended process that has not been reaped, as in a container without init."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" in status.read_text()
