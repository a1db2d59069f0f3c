"""`make run`: runs the whole product on this machine until Ctrl-C; `--fresh` deletes its state."""

import os
import signal
import sys
import time
from pathlib import Path

from infra.local.aws.engine import EngineError
from infra.local.gateway.server import GatewayError
from infra.local.seed import ACCOUNTS, SECRET
from infra.local.stack import Stack

HIGHEST_PORT = 65_535


class StopRequest:
    """Waits for SIGINT, SIGTERM or a failure of the stack.

    A signal wakes the waiting thread through a pipe. With a lock, a second signal could interrupt
    the handler of the first one while it holds the lock, or reach another thread only.
    """

    def __init__(self) -> None:
        self._failure = ""
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for wanted in (signal.SIGINT, signal.SIGTERM):
            # Without a handler in Python, the signal would not be written to the pipe.
            signal.signal(wanted, lambda *_: None)

    def fail(self, sentence: str) -> None:
        self._failure = sentence
        os.write(self._write_end, b"!")

    def wait(self) -> str:
        """The text of the failure, or an empty text after a signal."""
        os.read(self._read_end, 1)
        return self._failure


def main() -> int:
    port = os.environ.get("PORT", "8000")
    if not port.isdigit() or int(port) > HIGHEST_PORT:
        return _fail(f"PORT={port} is not a port number. Try PORT=8000.")
    state = Path(os.environ.get("STATE", ".local"))
    stop = StopRequest()
    stack = Stack(state, int(port), fresh="--fresh" in sys.argv[1:], on_failure=stop.fail)
    began = time.monotonic()
    try:
        stack.start()
    except (EngineError, GatewayError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"The stack cannot use the folder {state}: {error}.")
    print(_welcome(stack, time.monotonic() - began), flush=True)
    failure = stop.wait()
    print("Stopping …", flush=True)
    try:
        stack.stop()
    except EngineError as error:
        failure = failure or str(error)
    return _fail(failure) if failure else 0


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _welcome(stack: Stack, seconds: float) -> str:
    people = [f"    {a.email:22} {a.password:12} {a.role} {a.bot or ''}" for a in ACCOUNTS]
    return "\n".join(
        [
            f"Baton is ready after {seconds:.1f} s. It accepts connections from this machine only.",
            "",
            f"  End user     {stack.url}/demo/index.html",
            f"  Console      {stack.url}/console/index.html",
            f"  API          {stack.url}/api/v1",
            f"  Bot key      bk_demo_{SECRET}",
            f"  Environment  {stack.env_file}",
            "  Accounts     (e-mail, password, role, bot)",
            *people,
            "",
            'Try it: open the first two pages side by side and type "human" in the first.',
            "Stop: Ctrl-C",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
