"""Measures how fast the local stack answers and pushes, relative to a floor measured in the same
run.

Everything runs on one machine, with an engine instead of DynamoDB, so only the ratios are
meaningful.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.output import Table, progress
from tests.budgets.client import Client
from tests.support.network.websocket import Frame, WebSocketClient
from tests.support.stack import Stack

CALLS, PUSHES, TOGETHER = 1000, 60, 8
WARM_UP = 100
WITHIN = 10.0
"""The longest time in seconds to wait for a frame."""

Call = Callable[[], object]


def measure() -> Iterator[Table]:
    with running() as stack:
        with progress(f"{PUSHES} pushes"):
            yield _pushes(stack)
        with progress(f"{CALLS} calls of each kind"):
            times = _times(_calls(stack.port))
        yield _latencies(times)
        with progress(f"{TOGETHER} callers at once"):
            yield _rates(stack.port)


@contextmanager
def running() -> Iterator[Stack]:
    """A local stack with a state that is discarded."""
    with TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "state").start()
        try:
            yield stack
        finally:
            # Kill it, because its state is discarded.
            stack.kill()


def _calls(port: int, user: str = "user-1") -> dict[str, Call]:
    """The calls to measure. The first one is the floor: it reads no table."""
    client = Client(port)
    conversation_id = client.say(user)["conversation_id"]
    return {
        "/healthz (floor)": lambda: client.send("GET", "/healthz"),
        "gate": lambda: client.gate(conversation_id),
        "user message": lambda: client.say(user),
    }


def _times(calls: dict[str, Call]) -> dict[str, list[float]]:
    """Times in milliseconds. The calls alternate, so that other load affects all of them
    equally."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(WARM_UP + CALLS):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if number >= WARM_UP:
                times[name].append(1000 * (time.perf_counter() - began))
    return times


def _latencies(times: dict[str, list[float]]) -> Table:
    floor = median(next(iter(times.values())))
    rows: list[list[str | float]] = [
        [name, median(each), median(each) / floor, _p99(each), _p99(each) / floor]
        for name, each in times.items()
    ]
    return Table(
        "One caller of the local stack",
        ("call", "p50 ms", "p50 / floor", "p99 ms", "p99 / floor"),
        rows,
        f"{CALLS} calls of each kind, alternating; ratios are relative to the floor's p50. A p99"
        f" depends on {CALLS // 100} calls.",
    )


def _rates(port: int) -> Table:
    names = list(_calls(port))
    rates = {name: _rate(port, name) for name in names}
    floor = rates[names[0]]
    return Table(
        f"{TOGETHER} callers of the local stack at once",
        ("call", "a second", "/ floor"),
        [[name, rate, rate / floor] for name, rate in rates.items()],
        "Each caller has its own conversation.",
    )


def _rate(port: int, name: str) -> float:
    each = CALLS // TOGETHER

    def work(user: str) -> None:
        call = _calls(port, user)[name]
        for _ in range(each):
            call()

    with ThreadPoolExecutor(TOGETHER) as pool:
        began = time.perf_counter()
        for done in [pool.submit(work, f"user-{number}") for number in range(TOGETHER)]:
            done.result()
        return TOGETHER * each / (time.perf_counter() - began)


def _pushes(stack: Stack) -> Table:
    client, ana = Client(stack.port), _log_in(stack.port)
    ticket = ana.send("POST", "/api/v1/socket/ticket", {})
    with WebSocketClient(ticket["url"], ticket["ticket"], stack.url) as agent:
        replies = [_reply(agent) for _ in range(PUSHES)]
        pushes = [_push(client, agent, number) for number in range(PUSHES)]
    floor = median(replies)
    rows: list[list[str | float]] = [
        ["frame and its reply (floor)", floor, 1.0, _p99(replies)],
        ["pause to the agent's frame", median(pushes), median(pushes) / floor, _p99(pushes)],
    ]
    return Table(
        "From the pause to the agent's frame",
        ("what", "p50 ms", "p50 / floor", "p99 ms"),
        rows,
        "Measured from sending the request: handler, transaction, the engine's stream, the stream"
        " poller, reaction, management API, frame.",
    )


def _log_in(port: int) -> Client:
    account = {"email": "ana@example.test", "password": "ana-demo"}
    answer = Client(port).send("POST", "/api/v1/auth/login", account)
    ana = Client(port, answer["payload"]["token"])
    ana.send("PUT", "/api/v1/agents/me/status", {"status": "online"})
    return ana


def _reply(agent: WebSocketClient) -> float:
    began = time.monotonic()
    agent.do("ping")
    return 1000 * (time.monotonic() - began)


def _push(client: Client, agent: WebSocketClient, number: int) -> float:
    conversation_id = client.say(f"pushed-{number}")["conversation_id"]

    def is_it(frame: Frame) -> bool:
        head = frame.get("head") or {}
        return bool(head.get("id") == conversation_id and head["status"] == "waiting")

    began = time.monotonic()
    client.do(conversation_id, "pause")
    arrived, _ = agent.moment_of(is_it, WITHIN)
    return 1000 * (arrived - began)


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[math.ceil(0.99 * len(times)) - 1]
