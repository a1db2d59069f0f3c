"""The only way from Baton to a server that somebody else names.

Rule: a name is resolved once, every address it leads to is checked, and the connection goes to one
of these addresses. Redirects are not followed, so that no other address is ever reached. Of the
answer nothing is told but its status.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from io import BufferedReader, RawIOBase
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec import Struct

from chalicelib.adapters.webhook_http.target import Target, is_public, target_of
from chalicelib.usecases.ports.webhooks import Unreachable

if TYPE_CHECKING:
    from socket import socket
    from ssl import SSLContext

    from _typeshed import WriteableBuffer

Answer = TypeVar("Answer")
Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], "socket"]
"""IP address, port, timeout in seconds."""


class Limits(Struct, frozen=True):
    """Seconds for one connection and for everything; bytes of an answer's body that are read."""

    connect: float = 3.0
    total: float = 10.0
    body: int = 64 * 1024


def system_resolve(host: str, port: int) -> list[str]:
    import socket

    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def system_connect(address: str, port: int, timeout: float) -> "socket":
    import socket

    return socket.create_connection((address, port), timeout)


def system_tls() -> "SSLContext":
    import ssl

    return ssl.create_default_context()


class WebhookReceiver:
    def __init__(
        self,
        allow_loopback: bool,
        *,
        resolve: Resolve = system_resolve,
        connect: Connect = system_connect,
        tls: Callable[[], "SSLContext"] = system_tls,
        limits: Limits | None = None,
    ) -> None:
        """`allow_loopback` is for the stage local alone: this machine, also without TLS."""
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._connect = connect
        self._tls = tls
        self._limits = limits or Limits()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        from http.client import HTTPException
        from ssl import SSLError

        target = target_of(url, allow_http=self._allow_loopback)
        call = Call(target, headers, body, Deadline(self._limits.total))
        try:
            with self._reach(call) as opened:
                return self._exchange(call, opened)
        except TimeoutError as error:
            raise Unreachable(f"{target.host} did not answer in time.") from error
        except SSLError as error:
            why = getattr(error, "verify_message", None) or error.reason or "broken off"
            raise Unreachable(f"No TLS connection to {target.host}: {why}.") from error
        except OSError as error:
            raise Unreachable(f"{target.host} broke off the connection.") from error
        except HTTPException as error:
            raise Unreachable(f"{target.host} gave no answer in HTTP.") from error

    def check_url(self, url: str) -> None:
        target = target_of(url, allow_http=self._allow_loopback)
        try:
            self._addresses(Call(target, {}, b"", Deadline(self._limits.connect)))
        except TimeoutError as error:
            raise Unreachable(f"The name {target.host} was not resolved in time.") from error

    def _reach(self, call: "Call") -> "socket":
        """A connection to the first of the target's addresses that takes one."""
        refused: OSError | None = None
        for address in self._addresses(call):
            try:
                timeout = min(self._limits.connect, call.deadline.left())
                return self._connect(address, call.target.port, timeout)
            except OSError as error:
                refused = error
        raise Unreachable(f"{call.target.host} takes no connection.") from refused

    def _addresses(self, call: "Call") -> Sequence[str]:
        target = call.target
        try:
            found = call.deadline.bound(lambda: self._resolve(target.host, target.port))
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"The name {target.host} leads nowhere.") from error
        if not found:
            raise Unreachable(f"The name {target.host} leads nowhere.")
        if not all(self._may_call(target, ip_address(address)) for address in found):
            raise Unreachable(f"{target.host} leads to an address that Baton does not call.")
        return found

    def _may_call(self, target: Target, address: IPv4Address | IPv6Address) -> bool:
        if address.is_loopback:
            return self._allow_loopback
        return target.scheme == "https" and is_public(address)

    def _exchange(self, call: "Call", opened: "socket") -> int:
        from http.client import HTTPConnection, HTTPException

        http = HTTPConnection(call.target.host, call.target.port)
        own = {"host": call.target.authority, "connection": "close", "user-agent": "Baton"}
        with self._secured(call, opened) as channel:
            http.sock = cast("socket", TimedSocket(channel, call.deadline))
            http.request("POST", call.target.path, call.body, {**call.headers, **own})
            answer = http.getresponse()
            # The status is known: how the rest ends changes nothing.
            with suppress(OSError, HTTPException):
                answer.read(self._limits.body)
            return answer.status

    def _secured(self, call: "Call", opened: "socket") -> "socket":
        if call.target.scheme == "http":
            return opened
        opened.settimeout(call.deadline.left())
        return self._context.wrap_socket(opened, server_hostname=call.target.host)

    @cached_property
    def _context(self) -> "SSLContext":
        return self._tls()


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds. Raises TimeoutError where none are left."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def bound(self, call: Callable[[], Answer]) -> Answer:
        """For what knows no timeout by itself, like the system's resolver. Raises TimeoutError."""
        from concurrent.futures import Future

        future: Future[Answer] = Future()

        def run() -> None:
            try:
                future.set_result(call())
            except Exception as error:
                future.set_exception(error)

        Thread(target=run, daemon=True).start()
        return future.result(self.left())


class Call(Struct, frozen=True):
    target: Target
    headers: Mapping[str, str]
    body: bytes
    deadline: Deadline


class TimedSocket(RawIOBase):
    """What http.client sees of a socket: every read and write keeps to the one deadline, so that
    no server can hold us by sending or taking a byte at a time."""

    def __init__(self, opened: "socket", deadline: Deadline) -> None:
        self._socket = opened
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)

    def makefile(self, mode: str) -> BufferedReader:
        return BufferedReader(self)

    def close(self) -> None:
        """Left to whoever opened the socket: http.client closes it before the body is read."""
