"""The whole product as people run it: `python -m infra.local` in a process of its own."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest

from chalicelib.settings import settings
from chalicelib.wiring import AwsServices

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
READY_WITHIN = 30.0
STOP_WITHIN = 10.0
"""Seconds."""


class StackError(AssertionError):
    """The stack did not do what it was asked to; the message holds its log."""


class Stack:
    """Runs between `start` and `stop`; may be started again, and then has its old state."""

    def __init__(
        self, state: Path, port: int | None = None, limits: str = "off", root: Path = ROOT
    ) -> None:
        """`limits` are rate limits as in docs/limits.md. Tests call faster than anybody may, so
        they have none. `root` is the folder with the code."""
        self.state = state
        self._root = root
        self.port = port or free_port()
        self.log = state.with_name(state.name + ".log")
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that other programs source to find this stack."""
        lines = (self.state / "env").read_text().splitlines()
        assignments = (shlex.split(line)[1] for line in lines)
        return dict(assignment.split("=", 1) for assignment in assignments)

    @property
    def pid(self) -> int:
        assert self._process is not None, "the stack has been started"
        return self._process.pid

    def services(self) -> AwsServices:
        """The world behind this stack, for what its API does not offer to tests."""
        return services_of(self.environment)

    def start(self, *options: str) -> Self:
        self._process = launch(
            self.state, self.port, self.log, *options, limits=self._limits, root=self._root
        )
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            if self._process.poll() is not None:
                raise StackError(f"The stack ended while starting.\n{self.log.read_text()}")
            if time.monotonic() > deadline:
                self.kill()
                raise StackError(f"Not ready after {READY_WITHIN:g} s.\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit code. Raises StackError where it takes too long or leaves a process behind."""
        process, self._process = self._process, None
        assert process is not None, "the stack has been started"
        process.send_signal(how)
        try:
            code = process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise StackError(
                f"Not stopped after {STOP_WITHIN:g} s.\n{self.log.read_text()}"
            ) from None
        if left := processes_of(self.state):
            raise StackError(f"The processes {left} stayed behind.\n{self.log.read_text()}")
        return code

    def wait(self, within: float) -> int:
        """Waits until the stack ends by itself and returns its exit code."""
        process, self._process = self._process, None
        assert process is not None, "the stack has been started"
        return process.wait(within)

    def kill(self) -> None:
        """As the kernel does when memory runs out; waits until nobody of it is left."""
        process, self._process = self._process, None
        assert process is not None, "the stack has been started"
        process.kill()
        process.wait()
        deadline = time.monotonic() + STOP_WITHIN
        while left := processes_of(self.state):
            if time.monotonic() > deadline:
                raise StackError(f"The processes {left} outlived the stack.")
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process:
            self.stop()

    def _is_ready(self) -> bool:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def launch(
    state: Path, port: int, log: Path, *options: str, limits: str = "off", root: Path = ROOT
) -> subprocess.Popen[bytes]:
    """Runs what `make run` runs, without a terminal."""
    variables = {"PORT": str(port), "STATE": str(state), "BATON_LIMITS": limits}
    with log.open("ab") as written:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.local", *options],
            cwd=root,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def processes_of(state: Path) -> list[int]:
    """The processes with this folder in their environment: the stack and its children. Linux only:
    it reads /proc."""
    mark = str(state).encode()
    found = Path("/proc").glob("[0-9]*/environ")
    return [int(path.parent.name) for path in found if mark in _content(path)]


def services_of(environment: Mapping[str, str]) -> AwsServices:
    """The services as a function in this environment gets them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        services = AwsServices(settings.__wrapped__())
        # Its client takes the credentials of the environment when it is made.
        _ = services.table
    return services


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
