"""A process that is killed at any of its calls to the world, before it or right after."""

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
        "receiver",
        "reports",
        "sockets",
        "topic",
    )
)


class Killed(BaseException):
    """No `except Exception` sees it, as none sees a kill."""


class Process:
    """Counts its calls; `dies_at` is the one at which it is killed, and whatever it still tries
    in its last moment (`finally`) does not happen either."""

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

    def in_front_of(self, services: Services) -> Services:
        return cast(Services, _Watched(services, self))


class _Watched:
    def __init__(self, services: Services, process: Process) -> None:
        self._services = services
        self._process = process

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._services, name)
        return _Port(found, self._process) if name in PORTS else found


class _Port:
    def __init__(self, port: object, process: Process) -> None:
        self._port = port
        self._process = process

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*given: Any, **named: Any) -> Any:
            return self._process.call(method, *given, **named)

        return call


def deaths(
    act: Callable[[Services], object], begin: Callable[[], Services]
) -> list[tuple[int, bool]]:
    """Every point at which the act can be cut off; `begin` makes the world in which it happens."""
    whole = Process()
    act(whole.in_front_of(begin()))
    return [(call, after) for call in range(whole.calls) for after in (False, True)]


def killed(
    act: Callable[[Services], object], services: Services, call: int, *, after: bool
) -> None:
    """Does as much of the act as happens before the process dies."""
    try:
        act(Process(call, after=after).in_front_of(services))
    except Killed:
        return
    raise AssertionError(f"There is no call {call}.")
