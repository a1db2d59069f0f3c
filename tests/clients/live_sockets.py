"""The WebSocket of the app with services in memory, over a real connection."""

import socket
import threading
from contextlib import suppress
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from chalicelib.entrypoints.websocket import handlers
from tests.support.fakes import FakeSockets
from tests.support.services import MemoryServices


class LiveSockets(FakeSockets):
    """`url` is where clients connect. Take `lock` around everything that uses the services."""

    def __init__(self, services: MemoryServices, lock: threading.Lock) -> None:
        super().__init__()
        self._services, self._lock = services, lock
        self._connections: dict[str, ServerConnection] = {}
        self._ids: dict[int, str] = {}
        self.opened = 0
        self._server = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._connect,
            subprotocols=[Subprotocol(handlers.PROTOCOL)],
        )
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/ws"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def send(self, connection_id: str, frame: bytes) -> bool:
        connection = self._connections.get(connection_id)
        if connection is None:
            return False
        try:
            connection.send(frame.decode())
        except ConnectionClosed:
            return False
        return True

    def cut(self) -> None:
        """Closes all connections, as a network does: without a word to the app.

        `close` alone would tell the client nothing while the server's thread reads the socket.
        """
        for connection in list(self._connections.values()):
            with suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def close_all(self) -> None:
        self._server.shutdown()

    def _connect(self, connection: ServerConnection, request: Request) -> Response | None:
        name = uuid4().hex
        event = self._event(name) | {"headers": dict(request.headers.raw_items())}
        with self._lock:
            answer: Any = handlers.connect(self._services, event)
        if answer["statusCode"] != 200:
            return connection.respond(answer["statusCode"], answer["body"])
        self._ids[id(connection)] = name
        return None

    def _serve(self, connection: ServerConnection) -> None:
        name = self._ids[id(connection)]
        self._connections[name] = connection
        self.opened += 1
        with suppress(ConnectionClosed, OSError):
            for frame in connection:
                with self._lock:
                    handlers.message(self._services, self._event(name) | {"body": frame})
        self._connections.pop(name, None)
        with self._lock:
            handlers.disconnect(self._services, self._event(name))

    def _event(self, name: str) -> dict[str, Any]:
        return {"requestContext": {"connectionId": name, "requestId": "r-1"}}
