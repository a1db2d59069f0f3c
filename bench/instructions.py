"""What a cold start and a warm gate call cost, in instructions: within 0.1 % the same on every
machine with the same libraries, where milliseconds are not."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.recording import record
from bench.report import Table, progress
from tests.budgets import cachegrind
from tests.budgets.cachegrind import Cachegrind

YARDSTICK = "import boto3"
FEW, MANY = 10, 60
FLOOR = "GetItem, botocore's client as it comes"


def measure() -> Iterator[Table]:
    if not cachegrind.is_there():
        raise SystemExit(cachegrind.MISSING)
    with TemporaryDirectory() as folder:
        count = Cachegrind(Path(folder) / "bytecode").count
        recording = record(Path(folder))
        yield _cold(count, recording)
        yield _warm(count, recording)


def _cold(count: cachegrind.Count, recording: Path) -> Table:
    programs = {
        YARDSTICK: YARDSTICK,
        "import chalice.app": "import chalice.app",
        "import chalice.app, pynamodb.models": "import chalice.app, pynamodb.models",
        "import app": "import app",
        "import app, first gate call": _gate(recording, "call(1)"),
    }
    with progress(f"Instructions of {len(programs)} cold starts"):
        bare = count("pass")
        beyond = {name: count(program) - bare for name, program in programs.items()}
    return Table(
        "Cold start",
        ("program", "million instructions", "/ import boto3"),
        [[name, n // 10**6, n / beyond[YARDSTICK]] for name, n in beyond.items()],
        f"Beyond Python's own {bare // 10**6} million, with bytecode at hand. The first call makes"
        " DynamoDB's client; recorded answers stand in for the network.",
    )


def _warm(count: cachegrind.Count, recording: Path) -> Table:
    calls = {
        FLOOR: "plain_get_item",
        "GetItem, our client": "get_item",
        "gate call, from event to response": "call",
    }
    with progress(f"Instructions of {len(calls)} warm calls"):
        each = {name: _difference(count, recording, call) for name, call in calls.items()}
    return Table(
        "Warm gate call",
        ("what", "thousand instructions", "/ GetItem"),
        [[name, n // 1000, n / each[FLOOR]] for name, n in each.items()],
        f"The difference of {MANY} and {FEW} calls, by one; authentication is remembered.",
    )


def _difference(count: cachegrind.Count, recording: Path, call: str) -> float:
    few, many = (count(_gate(recording, f"{call}({times})")) for times in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _gate(recording: Path, call: str) -> str:
    return f"from bench.canned import Gate\nGate({str(recording)!r}).{call}"
