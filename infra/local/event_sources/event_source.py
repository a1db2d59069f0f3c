"""The base class of event sources: a thread that repeats one step until it is stopped. An
exception only delays the next step."""

import logging
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

from infra.local.invocation import ENDED, Event, Handler, LambdaContext, invoke

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


class EventSource(ABC):
    """Runs a daemon thread, so that a handler that hangs cannot keep the process alive."""

    def __init__(self, name: str, handler: Handler) -> None:
        self.name = name
        self._handler = handler
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def step(self) -> float:
        """Does one unit of work; returns the seconds to wait before the next one. The end of any
        invocation ends the wait."""

    def start(self) -> None:
        self._thread.start()

    def stop(self, within: float = 2.0) -> bool:
        """Returns False if a handler is still running after `within` seconds."""
        self._stopping.set()
        ENDED.add()
        if self._thread.ident is not None:
            self._thread.join(within)
        return not self._thread.is_alive()

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
            ended = ENDED.count
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
            if failures:
                self._stopping.wait(pause)
            elif not self._stopping.is_set():
                ENDED.wait_for_more_than(ended, pause)
