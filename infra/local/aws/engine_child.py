"""The engine's process: runs ministack, stores its state, and ends when the parent process ends.

Standard input is a pipe that only the parent holds open. It closes however the parent ends, even by
SIGKILL. This process then sends itself SIGTERM. If the state cannot be read or written, it writes
the reason to the pipe REASON_FD and ends with status 1.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from infra.local.aws.durable_services import make_durable
from infra.local.aws.state_database import StateDatabase, StateUnreadable

GRACE_SECONDS = 10.0


def main() -> None:
    orphaned = threading.Event()
    threading.Thread(target=_stop_with_parent, args=(orphaned,), daemon=True).start()
    # ministack reads its configuration from the environment when it is imported.
    from ministack.app import main as ministack

    names = os.environ.get("SERVICES")
    try:
        database = StateDatabase(Path(os.environ["STATE_FILE"]))
        make_durable(database, names.split(",") if names else None, _fail)
    except StateUnreadable as error:
        _fail(str(error))
    sys.argv = ["ministack"]
    try:
        ministack()  # type: ignore[no-untyped-call]
    finally:
        database.close()
        if orphaned.is_set():
            _kill_group()


def _fail(reason: str) -> NoReturn:
    """Ends at once, so that a change that is not stored is not answered."""
    os.write(int(os.environ["REASON_FD"]), reason.encode())
    os._exit(1)


def _stop_with_parent(orphaned: threading.Event) -> None:
    os.read(0, 1)
    orphaned.set()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    _kill_group()


def _kill_group() -> None:
    """Also ends the Lambda workers that ministack may have started."""
    # If started by hand, this process belongs to the shell's group, which must not be killed.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
