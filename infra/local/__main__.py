"""`make run`: runs the whole product on this machine until Ctrl-C; `--fresh` deletes its state."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from infra.local.aws.engine import EngineError
from infra.local.gateway.server import GatewayError
from infra.local.seed import ACCOUNTS, SECRET
from infra.local.stack import Stack

HIGHEST_PORT = 65_535


def main() -> int:
    port = os.environ.get("PORT", "8000")
    if not port.isdigit() or int(port) > HIGHEST_PORT:
        return _fail(f"PORT={port} is not a port number. Try PORT=8000.")
    state = Path(os.environ.get("STATE", ".local"))
    stack = Stack(state, int(port), fresh="--fresh" in sys.argv[1:])
    stopping = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: stopping.set())
    began = time.monotonic()
    try:
        stack.start()
    except (EngineError, GatewayError) as error:
        return _fail(str(error))
    print(_welcome(stack, time.monotonic() - began), flush=True)
    stopping.wait()
    print("Stopping …", flush=True)
    stack.stop()
    return 0


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
