"""Simulates a process that is killed before or right after any call of a port."""

from collections.abc import Callable
from threading import Lock
from typing import Any, cast

from chalicelib.usecases.services import Services

PORTS = frozenset(
    (
        "connections",
        "conversations",
        "deliveries",
        "directory",
        "metrics",
        "notifications",
        "webhook_queue",
        "webhook_client",
        "reports",
        "sockets",
        "topic",
    )
)


class Killed(BaseException):
    """A BaseException, because no `except Exception` can handle a kill."""


class Process:
    """Counts the calls of ports. It is killed at call number `dies_at`; later calls, such as those
    of a `finally` block, have no effect either."""

    def __init__(self, dies_at: int | None = None, *, after: bool = False) -> None:
        self.calls = 0
        self._dies_at = dies_at
        self._after = after
        self._dead = False
        self._lock = Lock()

    def call(self, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with self._lock:
            here, self.calls = self.calls, self.calls + 1
            fatal = here == self._dies_at
            if self._dead or (fatal and not self._after):
                self._dead = True
                raise Killed
        answer = method(*given, **named)
        if fatal:
            self._dead = True
            raise Killed
        return answer

    def wrap(self, services: Services) -> Services:
        return cast(Services, _CrashingServices(services, self))


class _CrashingServices:
    def __init__(self, services: Services, process: Process) -> None:
        self._services = services
        self._process = process

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._services, name)
        return _CrashingPort(found, self._process) if name in PORTS else found


class _CrashingPort:
    def __init__(self, port: object, process: Process) -> None:
        self._port = port
        self._process = process

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*given: Any, **named: Any) -> Any:
            return self._process.call(method, *given, **named)

        return call


def crash_points(
    operation: Callable[[Services], object], begin: Callable[[], Services]
) -> list[tuple[int, bool]]:
    """All points at which the operation can be killed: the number of the call, and whether the kill
    comes after it. `begin` creates the services."""
    whole = Process()
    operation(whole.wrap(begin()))
    return [(call, after) for call in range(whole.calls) for after in (False, True)]


def run_until_killed(
    operation: Callable[[Services], object], services: Services, call: int, *, after: bool
) -> None:
    """Runs the operation until the process is killed at this point."""
    try:
        operation(Process(call, after=after).wrap(services))
    except Killed:
        return
    raise AssertionError(f"There is no call {call}.")
