"""The base class of event sources: threads that repeat one step until they are stopped. An
exception only delays the next step."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

from infra.local.invocation import Event, Handler, LambdaContext, invoke

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


class EventSource(ABC):
    """Runs `threads` daemon threads, so that a handler that hangs cannot keep the process alive."""

    def __init__(self, name: str, handler: Handler, threads: int = 1) -> None:
        self.name = name
        self._handler = handler
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{n}", daemon=True)
            for n in range(threads)
        ]

    @abstractmethod
    def step(self) -> float:
        """Does one unit of work; returns the seconds to wait before the next one."""

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, within: float = 2.0) -> bool:
        """Returns False if a handler is still running after `within` seconds."""
        self._stopping.set()
        deadline = time.monotonic() + within
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

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

    def invoke(self, event: Event) -> Any:
        return invoke(self._handler, event, LambdaContext(self.name))

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                pause = self.step()
            except Exception as error:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**failures)
                if not failures and not self._stopping.is_set():
                    log.warning("%s failed and will retry: %s", self.name, error)
                failures += 1
            else:
                if failures:
                    log.warning("%s works again.", self.name)
                failures = 0
            self._stopping.wait(pause)
