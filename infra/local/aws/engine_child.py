"""The engine's process: runs ministack and stops it cleanly if the parent process ends.

Standard input is a pipe that only the parent holds open. It closes however the parent ends, even by
SIGKILL. This process then sends itself SIGTERM, on which ministack writes its state.
"""

import os
import signal
import sys
import threading
import time

GRACE_SECONDS = 10.0


def main() -> None:
    orphaned = threading.Event()
    threading.Thread(target=_stop_with_parent, args=(orphaned,), daemon=True).start()
    # ministack reads its configuration from the environment when it is imported.
    from ministack.app import main as ministack

    sys.argv = ["ministack"]
    try:
        ministack()  # type: ignore[no-untyped-call]
    finally:
        if orphaned.is_set():
            _kill_group()


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
