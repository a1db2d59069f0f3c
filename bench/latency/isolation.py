"""Measures how much one caller at full speed slows down the gate of another bot.

The flood comes from a process of its own and does not wait when it is refused. The stack has the
rate limits of docs/limits.md.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from websockets.exceptions import WebSocketException

from bench.output import Table, progress
from tests.budgets.client import Client
from tests.support.api import DEMO_KEY, OTHER_KEY
from tests.support.network.websocket import WebSocketClient
from tests.support.stack import Stack

CONNECTIONS = 4
"""HTTP connections of a flood."""
THREADS, TRANSCRIPTS, SOCKETS = 1500, 10_000, 60
SETTLE, MEASURED = 3.0, 8.0
"""Seconds of a flood before the measurement, in which its burst is used up, and those measured."""
GOAL = 1.5
READY = "ready"
OTHER = "/api/v1/bots/other"
DEMO = "/api/v1/bots/demo"

Answers = dict[int, int]
"""The number of answers by status."""


class Flood:
    """Sends requests on one connection without a pause, and counts the answers."""

    def __init__(self, port: int, token: str, until: float) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._until = until
        self.answers: Answers = {}

    @property
    def is_over(self) -> bool:
        return time.time() > self._until

    def send(self, method: str, path: str, body: object = None) -> bytes:
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, path, sent, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
        return text


def messages(flood: Flood, worker: int, _: str) -> None:
    while not flood.is_over:
        flood.send("POST", f"{DEMO}/messages", _said(f"user-{worker}"))


def threads(flood: Flood, worker: int, _: str) -> None:
    for number in range(worker, THREADS, CONNECTIONS):
        if flood.is_over:
            return
        flood.send("POST", f"{DEMO}/messages", _said("one", thread=f"t-{number}"))


def transcripts(flood: Flood, _: int, conversation_id: str) -> None:
    for _ in range(TRANSCRIPTS // CONNECTIONS):
        if flood.is_over:
            return
        flood.send("GET", f"{DEMO}/conversations/{conversation_id}/transcript")


def sockets(flood: Flood, _: int, __: str) -> None:
    opened: list[WebSocketClient] = []
    while not flood.is_over:
        text = flood.send("POST", "/api/v1/socket/ticket", {})
        ticket = json.loads(text)
        if "ticket" in ticket and len(opened) < SOCKETS // CONNECTIONS:
            with suppress(WebSocketException, OSError):
                origin = ticket["url"].replace("ws://", "http://").removesuffix("/ws")
                opened.append(WebSocketClient(ticket["url"], ticket["ticket"], origin))
        for each in opened:
            with suppress(AssertionError, WebSocketException):
                each.ask("ping")


Work = Callable[[Flood, int, str], None]
FLOODS: Mapping[str, tuple[Work, bool]] = {
    "a bot sends messages": (messages, False),
    f"a user opens {THREADS:,} threads": (threads, False),
    f"an agent reads {TRANSCRIPTS:,} transcripts": (transcripts, True),
    f"an agent opens {SOCKETS} sockets": (sockets, True),
}
"""The work, and whether an agent does it."""


def measure() -> Iterator[Table]:
    rows: list[list[str | float]] = []
    with TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "state", limits="").start()
        try:
            look = _gate(stack.port)
            agent, conversation_id = _prepared(stack.port)
            _timed(look, SETTLE)
            for name, (work, by_agent) in FLOODS.items():
                with progress(name):
                    token = agent if by_agent else DEMO_KEY
                    rows.append([name, *_row(stack.port, look, work, token, conversation_id)])
        finally:
            stack.kill()
    yield Table(
        "The gate of another bot beside one caller at full speed",
        (
            "flood",
            "p50 ms",
            "p95 ms",
            "p50 alone",
            "p95 alone",
            "p95 / alone",
            "allowed",
            "refused",
        ),
        rows,
        f"{CONNECTIONS} connections of one caller, which ignores `Retry-After`; the goal is"
        f" {GOAL:g}. The generator, the measured caller, the stack and its engine share this"
        " machine's processors.",
    )


def _row(
    port: int, look: Callable[[], object], work: Work, token: str, conversation_id: str
) -> list[str | float]:
    before = _timed(look, MEASURED / 2)
    context = get_context("spawn")
    told = context.SimpleQueue()
    args = (work.__name__, port, token, conversation_id, told)
    flood = context.Process(target=run_flood, args=args)
    flood.start()
    assert told.get() == READY
    _timed(look, SETTLE)
    beside = _timed(look, MEASURED)
    answers: Answers = told.get()
    flood.join()
    alone = before + _timed(look, MEASURED / 2)
    p95, quiet = _p95(beside), _p95(alone)
    refused = answers.get(429, 0)
    allowed = sum(answers.values()) - refused
    return [median(beside), p95, median(alone), quiet, p95 / quiet, allowed, refused]


def run_flood(name: str, port: int, token: str, conversation_id: str, told: Any) -> None:
    """In a process of its own. Puts READY into `told` when it begins, and at its end the numbers of
    answers by status."""
    work: Work = globals()[name]
    told.put(READY)
    until = time.time() + SETTLE + MEASURED + 1.0
    floods = [Flood(port, token, until) for _ in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        jobs = [
            pool.submit(work, flood, worker, conversation_id) for worker, flood in enumerate(floods)
        ]
        for job in jobs:
            job.result()
    statuses = {status for flood in floods for status in flood.answers}
    told.put({s: sum(flood.answers.get(s, 0) for flood in floods) for s in statuses})


def _gate(port: int) -> Callable[[], object]:
    client = Client(port, OTHER_KEY)
    said = client.send("POST", f"{OTHER}/messages", _said("somebody"))
    return partial(client.send, "GET", f"{OTHER}/conversations/{said['conversation_id']}/gate")


def _prepared(port: int) -> tuple[str, str]:
    """The token of an agent, and a conversation that the agent may read."""
    anonymous = Client(port, "")
    login = {"email": "ana@example.test", "password": "ana-demo"}
    token = anonymous.send("POST", "/api/v1/auth/login", login)["payload"]["token"]
    said = Client(port).send("POST", f"{DEMO}/messages", _said("reader"))
    return token, said["conversation_id"]


def _timed(call: Callable[[], object], seconds: float) -> list[float]:
    """Milliseconds. Ten calls a second, as a busy bot makes them."""
    times, began = [], time.perf_counter()
    for number in count(1):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
        time.sleep(max(0.0, began + number / 10 - time.perf_counter()))
        if time.perf_counter() - began > seconds:
            break
    return times


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _said(user: str, **more: str) -> dict[str, Any]:
    return {"channel": "web", "user": {"id": user}, "from": "user", "text": "Hello", **more}
