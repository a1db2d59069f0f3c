"""The HTTP client for webhooks. Nothing else in Baton calls a server that a customer names.

Rule: the name is resolved once, every resulting address is checked, and the connection goes to one
of these addresses. Redirects are not followed, so no other address is reached. Only the status of
the answer is used.
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
from chalicelib.usecases.ports.call_deadline import webhook_time
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
    """`connect` and `total` are in seconds, for one connection and for the whole call; within a
    call of an API, the whole call may have less. At most `body` bytes of the answer are read."""

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


class HttpWebhookClient:
    def __init__(
        self,
        allow_loopback: bool,
        *,
        resolve: Resolve = system_resolve,
        connect: Connect = system_connect,
        tls: Callable[[], "SSLContext"] = system_tls,
        limits: Limits | None = None,
    ) -> None:
        """`allow_loopback` allows this machine's servers, also without TLS: for stage local."""
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._connect = connect
        self._tls = tls
        self._limits = limits or Limits()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        from http.client import HTTPException
        from ssl import SSLError

        target = target_of(url, allow_http=self._allow_loopback)
        seconds = webhook_time(round(self._limits.total * 1000)) / 1000
        call = Call(target, headers, body, Deadline(seconds))
        try:
            with self._open(call) as opened:
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

    def _open(self, call: "Call") -> "socket":
        """Connects to the first address of the target that accepts a connection."""
        refused: OSError | None = None
        for address in self._addresses(call):
            try:
                timeout = min(self._limits.connect, call.deadline.remaining())
                return self._connect(address, call.target.port, timeout)
            except OSError as error:
                refused = error
        raise Unreachable(f"{call.target.host} does not accept a connection.") from refused

    def _addresses(self, call: "Call") -> Sequence[str]:
        target = call.target
        try:
            found = call.deadline.run(lambda: self._resolve(target.host, target.port))
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
            timed = TimedSocket(channel, call.deadline)
            http.sock = cast("socket", timed)
            http.request("POST", call.target.path, call.body, {**call.headers, **own})
            answer = http.getresponse()
            if timed.has_ended:
                # http.client takes the end of the connection for the end of the headers.
                raise HTTPException("The answer was broken off.")
            # The status is known, so an error in the body does not matter.
            with suppress(OSError, HTTPException):
                answer.read(self._limits.body)
            return answer.status

    def _secured(self, call: "Call", opened: "socket") -> "socket":
        if call.target.scheme == "http":
            return opened
        opened.settimeout(call.deadline.remaining())
        return self._context.wrap_socket(opened, server_hostname=call.target.host)

    @cached_property
    def _context(self) -> "SSLContext":
        return self._tls()


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def remaining(self) -> float:
        """The seconds that are left. Raises TimeoutError if there are none."""
        remaining = self._end - monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining

    def run(self, call: Callable[[], Answer]) -> Answer:
        """Runs a call that has no timeout of its own, like the system's resolver. Raises
        TimeoutError."""
        from concurrent.futures import Future

        future: Future[Answer] = Future()

        def work() -> None:
            try:
                future.set_result(call())
            except Exception as error:
                future.set_exception(error)

        Thread(target=work, daemon=True).start()
        return future.result(self.remaining())


class Call(Struct, frozen=True):
    target: Target
    headers: Mapping[str, str]
    body: bytes
    deadline: Deadline


class TimedSocket(RawIOBase):
    """A socket for http.client. Every read and write keeps to the same deadline, so a server that
    sends or takes one byte at a time cannot hold the call."""

    def __init__(self, opened: "socket", deadline: Deadline) -> None:
        self._socket = opened
        self._deadline = deadline
        self.has_ended = False

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._deadline.remaining())
        self._socket.sendall(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._socket.settimeout(self._deadline.remaining())
        count = self._socket.recv_into(buffer)
        self.has_ended = count == 0
        return count

    def makefile(self, mode: str) -> BufferedReader:
        return BufferedReader(self)

    def close(self) -> None:
        """Does nothing, because http.client calls it before the body is read."""
