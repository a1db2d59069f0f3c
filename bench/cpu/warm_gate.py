"""The cost of a warm gate call in instructions, which differ by less than 0.1 % between machines
with the same libraries; milliseconds differ much more."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu.recording import record
from bench.output import Table, progress
from tests.budgets import cachegrind
from tests.budgets.cachegrind import Cachegrind

FEW, MANY = 10, 45
FLOOR = "GetItem, unmodified botocore client"


def measure() -> Iterator[Table]:
    if not cachegrind.is_there():
        raise SystemExit(cachegrind.MISSING)
    with TemporaryDirectory() as folder:
        count = Cachegrind(Path(folder) / "bytecode").count
        recording = record(Path(folder))
        yield _warm(count, recording)


def _warm(count: cachegrind.Count, recording: Path) -> Table:
    calls = {
        FLOOR: "plain_get_item",
        "GetItem, our client": "get_item",
        "gate call, from event to response": "call",
    }
    with progress(f"Instructions of {len(calls)} warm calls"):
        each = {name: instructions_per_call(count, recording, call) for name, call in calls.items()}
    return Table(
        "Warm gate call",
        ("what", "thousand instructions", "/ GetItem"),
        [[name, n // 1000, n / each[FLOOR]] for name, n in each.items()],
        f"Per call: ({MANY} calls - {FEW} calls) / {MANY - FEW}. Authentication is cached.",
    )


def instructions_per_call(count: cachegrind.Count, recording: Path, call: str) -> float:
    """`call` is the name of a method of `ReplayedGate`."""
    few, many = (count(_gate(recording, f"{call}({times})")) for times in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _gate(recording: Path, call: str) -> str:
    return f"from bench.cpu.replay import ReplayedGate\nReplayedGate({str(recording)!r}).{call}"
