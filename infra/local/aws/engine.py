"""The local AWS engine: ministack as a child process on loopback.

The child stores each change before it answers (`durable_services.py`), so a kill of either process
loses nothing. If this process ends without calling `stop`, the child notices that and ends.
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
SERVICES = ("dynamodb", "dynamodbstreams", "s3", "ses", "sns", "sqs", "sts")
CODE = Path(__file__).parents[3]
"""The folder that the child imports this package from."""
STATE_FILE = "state.sqlite"
OLD_STATE_FILE = "dynamodb.json"
"""The state file of releases up to 0.1.0."""


class EngineError(Exception):
    """The engine cannot run; the text says why and what to do."""


class Engine:
    """One ministack with its own state folder.

    `services` are the AWS services to run (None: all). DynamoDB, S3, SQS and SNS keep their state;
    ministack itself writes each object of S3 to a file before it answers.
    Times are in seconds.
    """

    def __init__(
        self,
        state: Path,
        *,
        port: int | None = None,
        services: Sequence[str] | None = SERVICES,
        ready_within: float = 60.0,
        stop_within: float = 10.0,
    ) -> None:
        self._state = state.resolve()
        self._services = services
        self._ready_within = ready_within
        self._stop_within = stop_within
        self._child: subprocess.Popen[bytes] | None = None
        self._reason_fd = -1
        self._failure = ""
        """Why the engine ended by itself, if it gave a reason."""
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
        """Returns when DynamoDB answers. Raises EngineError if it does not, or if the stored state
        cannot be read."""
        _refuse_a_taken_port(self.port)
        self._refuse_old_state()
        for folder in ("data", "tmp"):
            (self._state / folder).mkdir(parents=True, exist_ok=True)
        with self._locked_state() as lock, self.log_file.open("ab") as log:
            self._child = self._spawn(lock, log)
        try:
            self._await_ready()
        except BaseException:
            with suppress(EngineError):
                self.stop()
            raise

    def stop(self) -> None:
        """Returns when all processes of the engine have ended. Raises EngineError if it could not
        read or store its state."""
        if self._child:
            self._end(self._child)
        self._child = None
        if self._failure:
            raise EngineError(self._failure)

    def has_ended(self) -> bool:
        """True if the engine was started and has ended by itself, or was killed."""
        return self._child is not None and self._child.poll() is not None

    def restart(self) -> None:
        """Starts an engine that has ended again, on the same port. Raises EngineError if it ended
        because it could not store its state, or if it does not start."""
        self.stop()
        self.start()

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

    def _refuse_old_state(self) -> None:
        data = self._state / "data"
        if (data / OLD_STATE_FILE).exists() and not (data / STATE_FILE).exists():
            raise EngineError(
                f"{data} holds the state of release 0.1.0, which this release cannot read. "
                "Choose another STATE folder, or delete this one's data with --fresh."
            )

    def _spawn(self, lock: IO[bytes], log: IO[bytes]) -> subprocess.Popen[bytes]:
        self._failure = ""
        self._reason_fd, reason_fd = os.pipe()
        try:
            return subprocess.Popen(
                # -P keeps the current folder out of sys.path.
                [sys.executable, "-P", "-m", "infra.local.aws.engine_child"],
                env=self._child_environment() | {"REASON_FD": str(reason_fd)},
                cwd=self._state,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                # In its own session, Ctrl-C reaches only this process, which then stops the engine.
                start_new_session=True,
                # The child holds the lock as well, so it lasts as long as the child lives.
                pass_fds=[lock.fileno(), reason_fd],
            )
        finally:
            os.close(reason_fd)

    def _end(self, child: subprocess.Popen[bytes]) -> None:
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
        with os.fdopen(self._reason_fd, "rb") as pipe:
            self._failure = pipe.read().decode()

    def _child_environment(self) -> dict[str, str]:
        kept = {k: v for k in ("PATH", "HOME", "LANG") if (v := os.environ.get(k))}
        search_path = [p for p in (os.environ.get("PYTHONPATH"), str(CODE)) if p]
        chosen = {"SERVICES": ",".join(self._services)} if self._services else {}
        return (
            kept
            | chosen
            | {
                "BIND_HOST": HOST,
                "GATEWAY_PORT": str(self.port),
                "PYTHONPATH": os.pathsep.join(search_path),
                "STATE_FILE": str(self._state / "data" / STATE_FILE),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(self._state / "data" / "s3"),
                # ministack verifies signed forms and links of S3 with these.
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
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
            if self.has_ended():
                # `stop` raises the engine's own reason if there is one.
                self.stop()
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
