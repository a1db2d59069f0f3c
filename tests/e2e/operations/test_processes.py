"""`make run` as a process: start, stop, restart and crash."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from chalicelib.entrypoints.events.minute import every_minute
from tests.e2e.bot_setup import LoggedInPerson, RunningStack
from tests.local.waiting import eventually
from tests.support.chaos import rounds
from tests.support.network.rest_client import RestClient
from tests.support.stack import ROOT, Stack, free_port, launch, processes_of

DEMO_KEY = "bk_demo_onlyforloopback"
ANA = {"email": "ana@example.test", "password": "ana-demo"}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """One of its own, not yet started."""
    stack = Stack(tmp_path / "state")
    yield stack
    for left in processes_of(stack.state):
        os.kill(left, signal.SIGKILL)


def paused_conversation(stack: Stack) -> str:
    body = {"channel": "web", "user": "zoe"}
    answer = RestClient(stack.url, DEMO_KEY).post("/bots/demo/pause", body)
    assert answer.status == 200, answer.text
    return str(answer.json["id"])


def status_of(stack: Stack, conversation_id: str, token: str = DEMO_KEY) -> str | int:
    """The entries of the conversation, or the status of the answer if it is an error."""
    answer = RestClient(stack.url, token).get(f"/bots/demo/conversations/{conversation_id}")
    return str(answer.json["status"]) if answer.status == 200 else answer.status


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_a_signal_stops_the_stack_cleanly(stack: Stack, how: signal.Signals) -> None:
    stack.start()

    assert stack.stop(how) == 0
    assert not (stack.state / "env").exists()
    assert "Traceback" not in stack.log.read_text()


def test_both_signals_together_and_again_stop_the_stack(stack: Stack) -> None:
    stack.start()
    for _ in range(100):
        for how in (signal.SIGINT, signal.SIGTERM):
            os.kill(stack.pid, how)

    assert stack.stop() == 0


def test_conversations_and_sessions_survive_a_restart(stack: Stack) -> None:
    stack.start()
    conversation_id = paused_conversation(stack)
    token = RestClient(stack.url).post("/auth/login", ANA).json["payload"]["token"]

    stack.stop()

    with stack:
        assert status_of(stack, conversation_id, token) == "waiting"


def test_an_unclaimed_handoff_expires_even_after_a_restart(stack: Stack) -> None:
    stack.start()
    address = {"userId": "zoe", "userThreadId": "t", "userChannel": "web", "timeoutDelay": 1}
    path = "/bots/demo/mod/hitlnext/handoffs"
    asked = RestClient(stack.url, DEMO_KEY).post(path, address)
    assert (asked.status, asked.json["status"]) == (201, "pending")

    stack.stop()

    with stack:
        time.sleep(1)
        every_minute(stack.services())  # what the schedule calls, without waiting for its minute
        (handoff,) = RestClient(stack.url, DEMO_KEY).get(path).json
        assert handoff["status"] == "expired"


def test_a_killed_stack_leaves_no_engine_behind_and_starts_again(stack: Stack) -> None:
    stack.start()
    conversation_id = paused_conversation(stack)

    stack.kill()

    with stack:
        assert status_of(stack, conversation_id) == "waiting"


class Writer(threading.Thread):
    """Stores a user's messages one after the other, whatever the stack does meanwhile."""

    def __init__(self, stack: Stack, prefix: str = "m") -> None:
        super().__init__(daemon=True)
        self._prefix = prefix
        self.accepted: list[str] = []
        self._rest = RestClient(stack.url, DEMO_KEY)
        self._done = threading.Event()

    def run(self) -> None:
        for number in range(1_000_000):
            if self._done.is_set():
                return
            text = f"{self._prefix}-{number}"
            try:
                answer = self._rest.post("/bots/demo/messages", message(text))
            except OSError:
                continue
            if answer.status == 201:
                self.accepted.append(text)

    def wait_for(self, more: int) -> None:
        goal = len(self.accepted) + more
        assert eventually(lambda: len(self.accepted) >= goal, within=30), self.accepted

    def stop(self) -> None:
        self._done.set()
        self.join()


def message(text: str) -> dict[str, object]:
    return {"channel": "web", "user": {"id": "zoe"}, "from": "user", "text": text}


def stored_texts(stack: Stack) -> list[str]:
    rest = RestClient(stack.url, DEMO_KEY)
    conversation = rest.post("/bots/demo/messages", message("last")).json["conversation_id"]
    texts: list[str] = []
    after = 0
    while True:
        path = f"/bots/demo/conversations/{conversation}/entries"
        page = rest.get(path, after=after, limit=100).json["items"]
        if not page:
            return texts
        texts += [entry["text"] for entry in page if entry.get("text")]
        after = page[-1]["seq"]


def engine_of(stack: Stack) -> int:
    (engine,) = set(processes_of(stack.state)) - {stack.pid}
    return engine


def test_a_killed_engine_loses_no_accepted_message_and_the_stack_goes_on(stack: Stack) -> None:
    for number in range(rounds(1)):
        with stack:
            writer = Writer(stack, f"r{number}")
            writer.start()
            for _ in range(2):
                writer.wait_for(20)
                os.kill(engine_of(stack), signal.SIGKILL)
            writer.wait_for(20)
            writer.stop()

            found = stored_texts(stack)
        assert set(writer.accepted) <= set(found)
        assert len(found) - found.count("last") == len(set(found) - {"last"})
    assert "started again" in stack.log.read_text()


def test_a_killed_stack_loses_no_accepted_message(stack: Stack) -> None:
    accepted: set[str] = set()
    for number in range(rounds(1)):
        stack.start()
        writer = Writer(stack, f"r{number}")
        writer.start()
        writer.wait_for(50)

        stack.kill()
        writer.stop()
        accepted |= set(writer.accepted)

    with stack:
        assert accepted <= set(stored_texts(stack))


def test_a_full_disk_stops_the_stack_with_a_sentence_and_loses_no_message(stack: Stack) -> None:
    stack.start()
    limit = 2_000_000
    resource.prlimit(engine_of(stack), resource.RLIMIT_FSIZE, (limit, limit))
    writer = Writer(stack)
    writer.start()

    code = stack.wait(within=60)

    writer.stop()
    assert code == 1
    last = stack.log.read_text().splitlines()[-1]
    assert last.startswith(f"{stack.state}/data/state.sqlite cannot be written: ")
    with stack:
        assert set(writer.accepted) <= set(stored_texts(stack))


def test_a_damaged_state_stops_the_start_in_one_sentence_and_is_kept(stack: Stack) -> None:
    file = stack.state / "data" / "state.sqlite"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x" * 10_000)

    told = complaint(stack.state, str(stack.port))

    assert told.startswith(f"{file} cannot be read (file is not a database). It was not changed.")
    assert told.count("\n") == 1
    assert file.read_bytes() == b"x" * 10_000


@pytest.mark.parametrize("seconds", [0.3, 0.8, 1.2])
def test_a_stop_during_the_start_leaves_no_process_behind(stack: Stack, seconds: float) -> None:
    starting = launch(stack.state, stack.port, stack.log)
    time.sleep(seconds)

    starting.send_signal(signal.SIGTERM)

    assert starting.wait(timeout=15) in (0, -signal.SIGTERM)
    assert eventually(lambda: not processes_of(stack.state), within=10)


def test_a_fresh_start_deletes_the_state(stack: Stack) -> None:
    stack.start()
    conversation_id = paused_conversation(stack)
    stack.stop()

    stack.start("--fresh")

    assert status_of(stack, conversation_id) == 404
    stack.stop()


def complaint(state: Path, port: str, *options: str) -> str:
    """The output of a start that fails. It ends with 1."""
    ended = subprocess.run(
        [sys.executable, "-m", "infra.local", *options],
        cwd=ROOT,
        env={"PORT": port, "STATE": str(state), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def test_a_port_in_use_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        told = complaint(tmp_path / "state", str(port))

    assert told.startswith(f"Port {port} on 127.0.0.1 is taken")
    assert told.count("\n") == 1
    assert "Traceback" not in told


@pytest.mark.parametrize("port", ["http", "-1", "70000", ""])
def test_an_invalid_port_is_reported_in_one_sentence(tmp_path: Path, port: str) -> None:
    told = complaint(tmp_path / "state", port)

    assert told == f"PORT={port} is not a port number. Try PORT=8000.\n"


@pytest.mark.parametrize("same_port", [True, False], ids=["same port", "another port"])
def test_a_fresh_start_beside_a_running_stack_is_refused_without_effect(
    running: RunningStack, same_port: bool
) -> None:
    before = running.stack.environment
    port = running.stack.port if same_port else free_port()

    told = complaint(running.stack.state, str(port), "--fresh")

    assert told.count("\n") == 1
    assert "Traceback" not in told
    assert running.stack.environment == before


@pytest.fixture(scope="module")
def chalice_local(running: RunningStack) -> Iterator[str]:
    """The URL of Chalice's own server on the running engine, as `make local` starts it."""
    port = free_port()
    serving = subprocess.Popen(
        [sys.executable, "-m", "infra.local.chalice_local"],
        cwd=ROOT,
        env={
            "STATE": str(running.stack.state),
            "LOCAL_PORT": str(port),
            "PATH": "/usr/bin:/bin",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        assert eventually(lambda: is_there(url), within=20)
        yield url
    finally:
        serving.terminate()
        serving.wait(10)
        assert not is_there(url)


def is_there(url: str) -> bool:
    try:
        return RestClient(url).get("/healthz").status == 200
    except OSError:
        return False


def test_chalice_local_serves_the_same_conversations(
    running: RunningStack, chalice_local: str
) -> None:
    scene = running.bot()
    paused = scene.pause("zoe")

    gate = RestClient(chalice_local, scene.rest.token).get(scene.one(paused["id"], "gate"))

    assert gate.status == 200
    assert gate.json["disposition"] == "waiting"


def test_chalice_local_answers_unknown_routes_as_the_local_gateway_does(
    running: RunningStack, chalice_local: str
) -> None:
    for method, path in (("GET", "/nowhere"), ("PATCH", "/bots"), ("OPTIONS", "/bots")):
        for token in (None, "anything"):
            here, there = (
                RestClient(url, token).send(method, path) for url in (running.url, chalice_local)
            )
            assert here.status == there.status == 404
            assert here.json | {"request_id": ""} == there.json


def test_exactly_one_of_sixteen_concurrent_claims_in_two_processes_succeeds(
    running: RunningStack, chalice_local: str
) -> None:
    scene = running.bot()
    agents = [scene.person(f"Agent {number:02d}") for number in range(16)]
    conversation_id = scene.pause("zoe")["id"]
    together = Barrier(len(agents))

    def claim(numbered: tuple[int, LoggedInPerson]) -> tuple[int, str]:
        number, agent = numbered
        url = chalice_local if number % 2 else running.url
        together.wait()
        answer = RestClient(url, agent.rest.token).post(scene.one(conversation_id, "claim"))
        return answer.status, answer.json["owner"]

    with ThreadPoolExecutor(len(agents)) as pool:
        answers = list(pool.map(claim, enumerate(agents)))

    kinds = [entry["kind"] for entry in scene.entries(conversation_id)]
    assert sorted(status for status, _ in answers) == [200] + [409] * 15
    assert len({owner for _, owner in answers}) == 1
    assert kinds == ["requested", "claimed"]
