"""The local AWS engine: ministack as a child process on loopback.

ministack writes its state to disk only when SIGTERM stops it. `stop` sends SIGTERM; if this process
dies without calling it, the child notices that and stops itself in the same way.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import boto3
from botocore.config import Config

HOST = "127.0.0.1"
REGION = "us-east-1"
# ministack accepts any key; this one shows that it is not a real one.
ACCESS_KEY = "local"
SERVICES = ("dynamodb", "dynamodbstreams", "sns", "sqs", "sts")


class EngineError(Exception):
    """The engine cannot run; the text says why and what to do."""


class Engine:
    """One ministack with its own state folder.

    `services` are the AWS services to run (None: all). Times are in seconds.
    """

    def __init__(
        self,
        state: Path,
        *,
        port: int | None = None,
        services: Sequence[str] | None = SERVICES,
        ready_within: float = 10.0,
        stop_within: float = 10.0,
    ) -> None:
        self._state = state.resolve()
        self._services = services
        self._ready_within = ready_within
        self._stop_within = stop_within
        self._child: subprocess.Popen[bytes] | None = None
        self.port = port or _free_port()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def log_file(self) -> Path:
        return self._state / "engine.log"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which any AWS SDK reaches this engine."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        }

    def client(self, service: str, **config: Any) -> Any:
        """A boto3 client of this engine; `config` is passed to botocore's Config."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=ACCESS_KEY,
            config=Config(**({"connect_timeout": 2, "read_timeout": 10} | config)),
        )

    def start(self) -> None:
        """Returns when DynamoDB answers. Raises EngineError if it does not."""
        _refuse_a_taken_port(self.port)
        for folder in ("data", "tmp"):
            (self._state / folder).mkdir(parents=True, exist_ok=True)
        with self._locked_state() as lock, self.log_file.open("ab") as log:
            self._child = self._spawn(lock, log)
        try:
            self._await_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Returns when the engine has written its state and all its processes have ended."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(self._stop_within)
        except subprocess.TimeoutExpired:
            child.kill()
        _kill_group(child.pid)
        child.wait()
        if child.stdin:
            child.stdin.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _spawn(self, lock: IO[bytes], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            # -P keeps this folder out of sys.path.
            [sys.executable, "-P", str(Path(__file__).with_name("engine_child.py"))],
            env=self._child_environment(),
            cwd=self._state,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            # In its own session, Ctrl-C reaches only this process, which then stops the engine.
            start_new_session=True,
            # The child holds the lock as well, so it lasts as long as the child lives.
            pass_fds=[lock.fileno()],
        )

    def _child_environment(self) -> dict[str, str]:
        kept = {k: v for k in ("PATH", "HOME", "LANG", "PYTHONPATH") if (v := os.environ.get(k))}
        chosen = {"SERVICES": ",".join(self._services)} if self._services else {}
        return (
            kept
            | chosen
            | {
                "BIND_HOST": HOST,
                "GATEWAY_PORT": str(self.port),
                "PERSIST_STATE": "1",
                "STATE_DIR": str(self._state / "data"),
                "TMPDIR": str(self._state / "tmp"),
                "LAMBDA_EXECUTOR": "local",
                "LOG_LEVEL": "WARNING",
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "MINISTACK_REGION": REGION,
                # Keeps ministack from looking for its containers in the user's Docker.
                "DOCKER_HOST": f"unix://{self._state}/tmp/no-docker",
            }
        )

    def _locked_state(self) -> IO[bytes]:
        """The lock on the state; waits a moment, because an earlier engine may still be writing."""
        lock = (self._state / "engine.lock").open("ab")
        deadline = time.monotonic() + self._stop_within
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    lock.close()
                    raise EngineError(
                        f"Another engine is using {self._state}. "
                        "Stop it, or choose another state folder."
                    ) from None
                time.sleep(0.05)
            else:
                return lock

    def _await_ready(self) -> None:
        deadline = time.monotonic() + self._ready_within
        while not self._answers():
            if self._child and self._child.poll() is not None:
                raise EngineError(f"The engine ended during its start.\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise EngineError(
                    f"The engine did not answer within {self._ready_within:g} s.\n"
                    f"{self._log_tail()}"
                )
            time.sleep(0.02)

    def _answers(self) -> bool:
        request = urllib.request.Request(
            self.url,
            data=b"{}",
            headers={
                "X-Amz-Target": "DynamoDB_20120810.ListTables",
                "Content-Type": "application/x-amz-json-1.0",
            },
        )
        # Ignore the proxy settings of the environment.
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _log_tail(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"The end of {self.log_file}:", *(lines or ["(empty)"])])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _refuse_a_taken_port(port: int) -> None:
    """Checks the port before the start: another program on it would answer instead of the
    engine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise EngineError(
                f"Port {port} on {HOST} is taken ({error.strerror}). "
                "Stop the program that uses it, or choose another port."
            ) from None


def _kill_group(leader: int) -> None:
    """Ends the Lambda workers that the engine may have left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
