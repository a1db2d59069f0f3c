"""The local API Gateway: serves a Chalice app's REST routes, its WebSocket handlers and the
`@connections` management API on one port, without changes to the app."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self, cast

import uvicorn
from chalice.app import Chalice
from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.local.gateway.limits import Limits
from infra.local.gateway.management import COMMANDS, Management
from infra.local.gateway.rest import RestApi
from infra.local.gateway.sockets import Sockets
from infra.local.invocation import Workers, isolate

HOST = "127.0.0.1"


class GatewayError(Exception):
    """The gateway cannot start; the text says why and what to do."""


class Gateway:
    """Serves `app` in its own thread, from `start` to `stop`.

    `routes` take precedence over the app's routes. `port` 0 chooses a free port. With
    `fires_disconnect=False`, $disconnect is not called; API Gateway does not guarantee it either.
    """

    def __init__(
        self,
        app: Chalice,
        *,
        port: int = 0,
        routes: Sequence[BaseRoute] = (),
        socket_path: str = "/ws",
        stage: str = "local",
        limits: Limits | None = None,
        fires_disconnect: bool = True,
        workers: int = 64,
        stop_within: float = 3.0,
    ) -> None:
        isolate(app)
        self._limits = limits or Limits()
        self._workers = Workers(workers)
        self._sockets = Sockets(
            app, self._workers, self._limits, stage, fires_disconnect=fires_disconnect
        )
        self._asgi = self._router(app, routes, socket_path, stage)
        self._socket_path = socket_path
        self._stop_within = stop_within
        self._server = uvicorn.Server(self._config())
        self._listener = _listen(port)
        self.port = int(self._listener.getsockname()[1])
        self._running: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    @property
    def url(self) -> str:
        """The address of the REST API and of the management API."""
        return f"http://{HOST}:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://{HOST}:{self.port}{self._socket_path}"

    def start(self) -> None:
        self._thread.start()
        self._running.result()

    def stop(self) -> None:
        """Closes all sockets with code 1001, waits a moment for running requests, then stops."""
        if self._thread.is_alive():
            closing = self._sockets.close_all(self._stop_within)
            asyncio.run_coroutine_threadsafe(closing, self._running.result()).result()
            self._server.should_exit = True
            self._thread.join(2 * self._stop_within)
        self._workers.stop()
        self._listener.close()

    async def drop(self, seconds: float) -> None:
        """Closes all WebSockets and refuses new ones for `seconds`. Call it in the gateway's event
        loop."""
        await self._sockets.drop(seconds)

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

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._running.set_result(asyncio.get_running_loop())
        await self._server.serve(sockets=[self._listener])

    def _router(
        self, app: Chalice, routes: Sequence[BaseRoute], socket_path: str, stage: str
    ) -> Router:
        management = Management(self._sockets, self._limits)
        return Router(
            [
                *routes,
                Route(
                    "/@connections/{connection_id:path}",
                    management.answer,
                    methods=list(COMMANDS),
                ),
                WebSocketRoute(socket_path, self._sockets),
            ],
            redirect_slashes=False,
            default=_http_only(RestApi(app, self._workers, self._limits, stage)),
        )

    def _config(self) -> uvicorn.Config:
        sizes = (self._limits.message_bytes, self._limits.frame_bytes)
        return uvicorn.Config(
            self._asgi,
            http="h11",
            loop="asyncio",
            ws="websockets-sansio",
            # uvicorn passes this on to websockets, which also accepts a pair (message, frame).
            ws_max_size=cast(int, sizes),
            # API Gateway sends no pings and does not compress frames.
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            # Otherwise a header could claim another source address.
            proxy_headers=False,
            server_header=False,
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=max(1, round(self._stop_within)),
        )


def _listen(port: int) -> socket.socket:
    # Name the protocol: only then does asyncio disable Nagle's algorithm (40 ms per answer).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise GatewayError(
            f"Port {port} on {HOST} is taken ({error.strerror}). "
            "Stop the program that uses it, or choose another port with PORT=…."
        ) from None
    listener.listen(1024)
    return listener


def _http_only(app: ASGIApp) -> ASGIApp:
    """Refuses a WebSocket on any other path with 403."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    return serve
