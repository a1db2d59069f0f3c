"""The local stack may run for weeks: what it serves, it forgets."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from tests.budgets.client import Client
from tests.support.stack import Stack

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Only Linux tells the memory of a process."
)

WARM_UP, BLOCKS, CALLS = 600, 10, 20
MOST = 1024
"""Bytes a call. Measured: 0 to 205. Whoever keeps the event of each request keeps 3,800 and more,
and 1,500 bytes kept of each show as 1,800."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("memory") / "state") as running:
        yield running


def test_gate_calls_do_not_grow_the_memory(stack: Stack) -> None:
    client = Client(stack.port)
    cid = client.say()["conversation_id"]

    grown = growth(stack.pid, lambda: client.gate(cid))

    assert grown < MOST


def test_messages_do_not_grow_the_memory(stack: Stack) -> None:
    client = Client(stack.port)

    grown = growth(stack.pid, client.say)

    assert grown < MOST


def test_a_planted_memory_leak_is_found() -> None:
    program = (
        f"kept = []\nwhile True: kept.append(input().encode() * {2 * MOST}); print(flush=True)"
    )
    command = [sys.executable, "-c", program]
    leaking = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert leaking.stdin
    assert leaking.stdout
    ask, answered = leaking.stdin, leaking.stdout

    def call() -> None:
        ask.write(b"x\n")
        ask.flush()
        answered.readline()

    with leaking:
        grown = growth(leaking.pid, call)
        leaking.terminate()

    assert grown > MOST


def growth(pid: int, call: Callable[[], object]) -> float:
    """Bytes a call, once warm (caches are full after some 500 calls): the median of some blocks, so
    that one that meets a timer, or a new thread, does not count."""
    for _ in range(WARM_UP):
        call()
    sizes = [_resident(pid)]
    for _ in range(BLOCKS):
        for _ in range(CALLS):
            call()
        sizes.append(_resident(pid))
    steps = [after - before for before, after in pairwise(sizes)]
    return median(steps) / CALLS


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
