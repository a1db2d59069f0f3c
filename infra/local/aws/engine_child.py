"""The program of the engine's own process: ministack, which ends in order when its parent is gone.

Its standard input is a pipe that only the parent holds. However the parent ends, SIGKILL included,
the pipe closes; then ministack gets the SIGTERM on which it writes its state.
"""

import os
import signal
import sys
import threading
import time

GRACE_SECONDS = 10.0


def main() -> None:
    orphaned = threading.Event()
    threading.Thread(target=_await_parents_end, args=(orphaned,), daemon=True).start()
    # Imported late: ministack reads its whole configuration from the environment at import.
    from ministack.app import main as ministack

    sys.argv = ["ministack"]
    try:
        ministack()  # type: ignore[no-untyped-call]
    finally:
        if orphaned.is_set():
            _end_the_whole_group()


def _await_parents_end(orphaned: threading.Event) -> None:
    os.read(0, 1)
    orphaned.set()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    _end_the_whole_group()


def _end_the_whole_group() -> None:
    """Takes along what ministack may have started: its Lambda workers."""
    # Only a group that is ours: run by hand, this program belongs to the group of a shell.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
