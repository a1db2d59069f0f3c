import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], within: float = 5.0) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
