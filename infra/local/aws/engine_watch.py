"""Starts the engine again if it ends by itself, for example because the kernel killed it."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from infra.local.aws.engine import Engine, EngineError

log = logging.getLogger(__name__)

INTERVAL = 0.05
"""Seconds between two looks at the engine."""


class EngineWatch:
    """Runs a thread inside a `with` block. If a restart fails, or if `most_restarts` in `period`
    seconds were not enough, it calls `on_failure` once with a text for the user and ends."""

    def __init__(
        self,
        engine: Engine,
        on_failure: Callable[[str], None],
        *,
        most_restarts: int = 3,
        period: float = 60.0,
    ) -> None:
        self._engine = engine
        self._on_failure = on_failure
        self._most_restarts = most_restarts
        self._period = period
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-watch", daemon=True)
        self._restarts: list[float] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Waits for a restart that is under way; then the engine can be stopped."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(INTERVAL):
            if not self._engine.has_ended():
                continue
            try:
                self._restart()
            except EngineError as error:
                self._on_failure(str(error))
                return

    def _restart(self) -> None:
        now = time.monotonic()
        self._restarts = [at for at in self._restarts if now - at < self._period] + [now]
        if len(self._restarts) > self._most_restarts:
            raise EngineError(
                f"The engine has ended {len(self._restarts)} times within {self._period:g} s. "
                f"The end of {self._engine.log_file} may say why."
            )
        log.warning("The engine has ended and is started again. No accepted change is lost.")
        self._engine.restart()
