"""The cost of each function's cold start as packaged, in instructions and processor time, compared
with `import boto3` in the same run. Network and Lambda itself are not included."""

import compileall
import random
import resource
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu.recording import record
from bench.output import Cell, Table, progress
from tests.budgets import cachegrind
from tests.budgets.cachegrind import ROOT, Cachegrind
from tests.budgets.package import installed, slimmed

YARDSTICK = "import boto3"
ROUNDS = 9
"""Rounds for the processor times; each runs all programs, and a first round is discarded."""

GATE = "from bench.cpu.replay import ReplayedGate\nReplayedGate({recording!r}).call()"
READY = "from bench.cpu.replay import ready\nready({recording!r}, {modules}, {ports}, {clients})"
ENTRYPOINTS = "chalicelib.entrypoints"
ROUTES, SCHEMAS = f"{ENTRYPOINTS}.http.routes", f"{ENTRYPOINTS}.http.schemas"
SOCKETS = f"{ENTRYPOINTS}.websocket.handlers"
MANAGEMENT = "apigatewaymanagementapi"
FUNCTIONS: dict[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    "REST, gate": ((f"{ROUTES}.gate",), ("directory", "conversations"), ()),
    "REST, login": (
        (f"{ROUTES}.accounts", f"{SCHEMAS}.accounts", "argon2", "jwt"),
        ("directory", "login_attempts", "passwords", "tokens"),
        (),
    ),
    "REST, message": (
        (f"{ROUTES}.commands", f"{SCHEMAS}.messages"),
        ("directory", "conversations"),
        (),
    ),
    "connect": ((SOCKETS,), ("directory", "connections"), ()),
    "message": (
        (SOCKETS,),
        ("directory", "connections", "conversations", "sockets"),
        (MANAGEMENT,),
    ),
    "disconnect": ((SOCKETS,), ("connections",), ()),
    "on_change": (
        (f"{ENTRYPOINTS}.events.stream",),
        ("directory", "connections", "conversations", "sockets", "topic", "webhook_queue"),
        (MANAGEMENT, "sns", "sqs"),
    ),
    "on_webhook_queue": (
        (
            f"{ENTRYPOINTS}.events.webhook_queue",
            "chalicelib.adapters.webhook_http.target",
            "http.client",
            "ssl",
        ),
        ("directory", "conversations", "deliveries", "webhook_client", "webhook_queue"),
        ("sqs",),
    ),
    "on_minute": (
        (f"{ENTRYPOINTS}.events.minute", "aws_lambda_powertools.metrics"),
        ("directory", "connections", "conversations", "metrics"),
        (),
    ),
}
"""For the usual call of each function: the modules that it imports, the ports that it uses, and the
AWS services behind them."""


def measure() -> Iterator[Table]:
    if not cachegrind.is_there():
        raise SystemExit(cachegrind.MISSING)
    compile_ours()
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with progress("Installing the package"):
            whole = installed(folder / "whole")
            slim = slimmed(whole, folder / "slim")
        recording = str(record(folder))
        here = Cachegrind(folder / "bytecode")
        yield _gate(here, Cachegrind.of_package(slim), Cachegrind.of_package(whole), recording)
        yield _functions(here, Cachegrind.of_package(slim), recording)


def start_of(function: str, recording: str) -> str:
    """The program that does what a function does before its first call."""
    modules, ports, clients = FUNCTIONS[function]
    return READY.format(recording=recording, modules=modules, ports=ports, clients=clients)


def compile_ours() -> None:
    """Compiles our benchmark modules, so that compiling them is not counted."""
    for ours in ("bench", "tests"):
        compileall.compile_dir(ROOT / ours, quiet=1, maxlevels=1)


def _gate(here: Cachegrind, slim: Cachegrind, whole: Cachegrind, recording: str) -> Table:
    gate = GATE.format(recording=recording)
    programs = {
        YARDSTICK: (here, YARDSTICK),
        "import chalice.app": (here, "import chalice.app"),
        "import app": (slim, "import app"),
        "gate, as packaged": (slim, gate),
        "gate, with bytecode, untrimmed": (here, gate),
        "gate, as Chalice packages it": (whole, gate),
    }
    return Table(
        "Cold start up to the first gate answer",
        ("program", "million instructions", "/ import boto3", "CPU / import boto3"),
        _rows(programs),
        "Recorded answers replace the network. Chalice packages no bytecode, and all of botocore.",
    )


def _functions(here: Cachegrind, slim: Cachegrind, recording: str) -> Table:
    programs = {YARDSTICK: (here, YARDSTICK)}
    programs |= {name: (slim, start_of(name, recording)) for name in FUNCTIONS}
    return Table(
        "Cold start of each function, as packaged",
        ("function", "million instructions", "/ import boto3", "CPU / import boto3"),
        _rows(programs),
        "Imports and AWS clients of its usual call, without the call itself.",
    )


Programs = dict[str, tuple[Cachegrind, str]]


def _rows(programs: Programs) -> list[Sequence[Cell]]:
    with progress(f"Instructions and processor time of {len(programs)} starts"):
        bare = programs[YARDSTICK][0].count("pass")
        counts = {name: where.count(text) - bare for name, (where, text) in programs.items()}
        times = _processor_times(programs)
    whole, seconds = counts[YARDSTICK], times[YARDSTICK]
    return [[name, n // 10**6, n / whole, times[name] / seconds] for name, n in counts.items()]


def _processor_times(programs: Programs) -> dict[str, float]:
    """Median seconds, minus the start of Python itself."""
    here = programs[YARDSTICK][0]
    runs = {"": (here, "pass"), **programs}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(1 + ROUNDS):
        for name in random.sample([*runs], len(runs)):
            taken[name].append(_seconds(*runs[name]))
    medians = {name: statistics.median(times[1:]) for name, times in taken.items()}
    return {name: medians[name] - medians[""] for name in programs}


def _seconds(where: Cachegrind, program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        where.command(program), env=where.environment, check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
