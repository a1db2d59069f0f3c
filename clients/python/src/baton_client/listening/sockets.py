"""The WebSockets of the blocking and of the asynchronous client. They need the extra `listen`."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from baton_client.listening.protocol import SocketClosed

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection as AsyncClientConnection
    from websockets.sync.connection import Connection

OPENING = 10.0
"""Seconds that opening a connection may take."""
SLICE = 0.5
"""Seconds after which a client that waits looks whether it was stopped."""
MISSING = 'Listening needs the package websockets: pip install "baton-client[listen]"'


class ListeningStopped(Exception):
    """Somebody has called `stop`."""


class BlockingSocket:
    """`is_stopped` is asked while the socket waits."""

    def __init__(self, is_stopped: Callable[[], bool]) -> None:
        self._is_stopped = is_stopped
        self._socket: Connection | None = None
        self._opened = ExitStack()

    def open(self, url: str, subprotocols: Sequence[str]) -> None:
        """Raises SocketClosed; ImportError without the package websockets."""
        try:
            from websockets.exceptions import WebSocketException
            from websockets.sync.client import connect
            from websockets.typing import Subprotocol
        except ImportError as error:
            raise ImportError(MISSING) from error
        self.close()
        offered = [Subprotocol(each) for each in subprotocols]
        try:
            connection = connect(url, subprotocols=offered, open_timeout=OPENING)
            self._socket = self._opened.enter_context(connection)
        except (OSError, WebSocketException) as error:
            raise SocketClosed(str(error) or type(error).__name__) from error

    def send(self, text: str) -> None:
        from websockets.exceptions import WebSocketException

        assert self._socket, "opened before"
        try:
            self._socket.send(text)
        except (OSError, WebSocketException) as error:
            raise SocketClosed(str(error)) from error

    def receive(self, seconds: float) -> str | None:
        from websockets.exceptions import WebSocketException

        assert self._socket, "opened before"
        until = time.monotonic() + seconds
        while True:
            self.check_stopped()
            try:
                left = max(0.0, min(SLICE, until - time.monotonic()))
                return str(self._socket.recv(timeout=left, decode=True))
            except TimeoutError:
                if time.monotonic() >= until:
                    return None
            except (OSError, WebSocketException) as error:
                raise SocketClosed(str(error)) from error

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check_stopped()
            time.sleep(min(SLICE, left))

    def check_stopped(self) -> None:
        """Raises ListeningStopped."""
        if self._is_stopped():
            raise ListeningStopped

    def close(self) -> None:
        self._opened.close()
        self._socket = None


class AsyncSocket:
    """As BlockingSocket, for asyncio."""

    def __init__(self, is_stopped: Callable[[], bool]) -> None:
        self._is_stopped = is_stopped
        self._socket: AsyncClientConnection | None = None

    async def open(self, url: str, subprotocols: Sequence[str]) -> None:
        try:
            from websockets.asyncio.client import connect
            from websockets.exceptions import WebSocketException
            from websockets.typing import Subprotocol
        except ImportError as error:
            raise ImportError(MISSING) from error
        await self.close()
        offered = [Subprotocol(each) for each in subprotocols]
        try:
            self._socket = await connect(url, subprotocols=offered, open_timeout=OPENING)
        except (OSError, WebSocketException) as error:
            raise SocketClosed(str(error) or type(error).__name__) from error

    async def send(self, text: str) -> None:
        from websockets.exceptions import WebSocketException

        assert self._socket, "opened before"
        try:
            await self._socket.send(text)
        except (OSError, WebSocketException) as error:
            raise SocketClosed(str(error)) from error

    async def receive(self, seconds: float) -> str | None:
        from websockets.exceptions import WebSocketException

        assert self._socket, "opened before"
        until = time.monotonic() + seconds
        while True:
            self.check_stopped()
            try:
                left = max(0.0, min(SLICE, until - time.monotonic()))
                async with asyncio.timeout(left):
                    return str(await self._socket.recv(decode=True))
            except TimeoutError:
                if time.monotonic() >= until:
                    return None
            except (OSError, WebSocketException) as error:
                raise SocketClosed(str(error)) from error

    async def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check_stopped()
            await asyncio.sleep(min(SLICE, left))

    def check_stopped(self) -> None:
        """Raises ListeningStopped."""
        if self._is_stopped():
            raise ListeningStopped

    async def close(self) -> None:
        if self._socket:
            await self._socket.close()
        self._socket = None
