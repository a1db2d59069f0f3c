"""Measures how long it takes until all agents have their lists again, after all of them lost their
connections at once, and whose processor time it takes.

Each agent asks for a ticket, connects, reads the whole list of paused conversations and watches one
of them, as the console does.
"""

import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from http.client import HTTPException
from pathlib import Path
from statistics import median

from websockets.exceptions import WebSocketException

from bench.latency.local_stack import running
from bench.output import Table, progress
from chalicelib.domain.access import Role
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.records.people import Device, Person
from chalicelib.wiring import AwsServices
from tests.budgets.client import BOT, Client
from tests.support.network.websocket import WebSocketClient
from tests.support.stack import Stack

AGENTS, WAITING = 500, 280
TOGETHER = 50
"""Agents that are on their way at the same moment; each is a thread."""
PARTS = ("ticket", "connect", "list", "watch")

DEADLINE = 240.0
"""Seconds after which the agents that are not back are given up."""
REPORT_EVERY = 5.0
"""Seconds."""

Times = dict[str, list[float]]
"""Seconds by part."""


def measure() -> Iterator[Table]:
    with running() as stack:
        with progress(f"{WAITING} waiting conversations and {AGENTS} agents"):
            ids = _fill(stack.port)
            services = stack.services()
            tokens = [_token(services, number) for number in range(AGENTS)]
        with progress(f"{AGENTS} agents connect"):
            began, before = time.monotonic(), _processor_times(stack.pid)
            told = _reconnect_all(stack, tokens, ids)
            took = time.monotonic() - began
            after = _processor_times(stack.pid)
            used = [last - first for first, last in zip(before, after, strict=True)]
    yield _table(told, took)
    yield _processor_table(used, took, len(told))


def _reconnect_all(stack: Stack, tokens: list[str], ids: list[str]) -> list[Times]:
    """The times of the agents that were back before the deadline."""
    until = time.monotonic() + DEADLINE
    pool = ThreadPoolExecutor(TOGETHER)
    left: set[Future[Times | None]] = {
        pool.submit(_reconnect_until, until, stack, token, ids[number % WAITING])
        for number, token in enumerate(tokens)
    }
    told: list[Times] = []
    while left and time.monotonic() < until:
        done, left = wait(left, REPORT_EVERY)
        told += [times for each in done if (times := each.result())]
        print(f"{len(told)} of {AGENTS},", end=" ", file=sys.stderr, flush=True)
    pool.shutdown(wait=False, cancel_futures=True)
    return told


def _reconnect_until(until: float, stack: Stack, token: str, conversation_id: str) -> Times | None:
    """Tries again after a step that took too long, as the console does; None after `until`."""
    while time.monotonic() < until:
        try:
            return _reconnect(stack, token, conversation_id)
        except (AssertionError, OSError, WebSocketException, HTTPException):
            time.sleep(random.random())
    return None


def _processor_times(stack: int) -> tuple[float, ...]:
    """Seconds used by the stack, by its engine (its child processes), and by this process."""
    children = Path(f"/proc/{stack}/task/{stack}/children").read_text().split()
    return _seconds(stack), sum(_seconds(int(child)) for child in children), time.process_time()


def _seconds(pid: int) -> float:
    """See proc_pid_stat(5): the fields 14 and 15 are user and system time in clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _processor_table(used: list[float], took: float, agents: int) -> Table:
    names = ("gateway, handlers and stream of the stack", "the engine", "the agents' clients")
    rows: list[list[str | float]] = [
        [name, seconds, 1000 * seconds / agents, 100 * seconds / took]
        for name, seconds in zip(names, used, strict=True)
    ]
    return Table(
        "Processor time of these reconnects",
        ("of", "s", "ms an agent", "% of one processor"),
        rows,
        f"This machine has {os.cpu_count()} processors. On AWS only the handlers' part exists.",
    )


def _fill(port: int) -> list[str]:
    """The ids of the waiting conversations."""
    bot, why = Client(port), "Where is my order?"
    pauses = [{"channel": "web", "user": f"u-{n}", "reason": why} for n in range(WAITING)]
    return [bot.send("POST", f"{BOT}/pause", pause)["id"] for pause in pauses]


def _token(services: AwsServices, number: int) -> str:
    person = Person(f"p_{number}", f"a{number}@example.test", f"Agent {number}", "no password")
    services.directory.put_person(person)
    services.directory.put_member("demo", Member(person.id, person.name, person.email, Role.AGENT))
    return sessions.begin(services, person, Device("bench")).access.text


def _reconnect(stack: Stack, token: str, conversation_id: str) -> Times:
    took: Times = defaultdict(list)
    moments = [time.monotonic()]

    def done(part: str) -> None:
        moments.append(time.monotonic())
        took[part].append(moments[-1] - moments[-2])

    ticket = Client(stack.port, token).send("POST", "/api/v1/socket/ticket", {})
    done("ticket")
    with WebSocketClient(ticket["url"], ticket["ticket"], stack.url) as agent:
        done("connect")
        seen = 0
        cursor = None
        while True:
            page = agent.do("sync", cursor=cursor)
            seen, cursor = seen + len(page["heads"]), page["next"]
            if cursor is None:
                break
        assert seen == WAITING, f"{seen} conversations, not {WAITING}"
        done("list")
        agent.do("watch", conversation_id=conversation_id, after=0)
        done("watch")
    return took


def _table(told: list[Times], took: float) -> Table:
    rows: list[list[str | float]] = [
        [part, median(t[part][0] for t in told), max(t[part][0] for t in told)] for part in PARTS
    ]
    return Table(
        f"{len(told)} of {AGENTS} agents reconnect at once to a list of {WAITING}: {took:.1f} s",
        ("part", "p50 s", "longest s"),
        rows,
        f"{TOGETHER} at a time, on the local stack, with its clients on the same machine.",
    )
