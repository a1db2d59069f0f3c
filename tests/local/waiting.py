import time
from collections.abc import Callable


def eventually(holds: Callable[[], object], within: float = 5.0) -> bool:
    """Returns True if the condition becomes true within `within` seconds."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
