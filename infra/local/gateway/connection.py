"""One WebSocket connection, shared by the WebSocket API and the management API."""

import asyncio
import base64
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from starlette.types import Scope, Send

from infra.local.gateway.proxy_events import source_ip, user_agent
from infra.local.invocation import Event


class Gone(Exception):
    """The connection is not open."""


class Connection:
    """Sends one frame at a time, and closes the connection if the client does not read. Times are
    in seconds since 1970."""

    def __init__(self, scope: Scope, send: Send, send_seconds: float) -> None:
        self.id = _connection_id()
        self.scope = scope
        self.connected_at = self.active_at = time.time()
        self.closed = False
        # Called when the client does not read, to end the task that waits for its messages.
        self.on_cut: Callable[[], object] = lambda: None
        self._asgi_send = send
        self._send_seconds = send_seconds
        self._turn = asyncio.Lock()

    @property
    def facts(self) -> Event:
        """The part of `requestContext` that is the same in all its events."""
        return {"connectionId": self.id, "connectedAt": int(self.connected_at * 1000)}

    @property
    def identity(self) -> dict[str, str | None]:
        return {"sourceIp": source_ip(self.scope), "userAgent": user_agent(self.scope)}

    async def send(self, data: str | bytes) -> None:
        """Raises Gone if the client has left or does not read."""
        kind = "text" if isinstance(data, str) else "bytes"
        await self._emit({"type": "websocket.send", kind: data})
        self.active_at = time.time()

    async def close(self, code: int, reason: str = "") -> None:
        """Does nothing if the client has already left."""
        with suppress(Gone):
            await self._emit({"type": "websocket.close", "code": code, "reason": reason})
        self.closed = True

    async def _emit(self, message: Event) -> None:
        if self.closed:
            raise Gone
        try:
            async with asyncio.timeout(self._send_seconds), self._turn:
                await self._asgi_send(message)
        except TimeoutError:  # the client does not read
            self.closed = True
            self.on_cut()
            raise Gone from None
        except (OSError, RuntimeError):  # the client has left, or we closed the socket meanwhile
            self.closed = True
            raise Gone from None


def _connection_id() -> str:
    """An id like API Gateway's `L0SM9cOFvHcCIhw=`. It may contain `+`, `/` and `=`, so clients must
    escape it in URLs."""
    return base64.b64encode(uuid4().bytes[:11]).decode("ascii")
