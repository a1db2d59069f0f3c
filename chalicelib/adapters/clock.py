"""The system clock."""

import time


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)
