"""The webhook's address as an ASGI or a WSGI app, for any server or framework."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

MAX_BODY = 1_000_000
"""Bytes. The largest event holds 128 KB of the conversation."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def asgi_app(handle: Callable[[Mapping[str, str], bytes], Awaitable[int]]) -> AsgiApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _live(receive, send)
        if scope["type"] != "http":
            raise ValueError(f"Baton's webhook is HTTP, not {scope['type']}.")
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        body = await _read(receive)
        status = _unacceptable(scope["method"], body) or await handle(headers, body or b"")
        allow = [(b"allow", b"POST")] if status == 405 else []
        await send({"type": "http.response.start", "status": status, "headers": allow})
        return await send({"type": "http.response.body", "body": b""})

    return app


def wsgi_app(handle: Callable[[Mapping[str, str], bytes], int]) -> WsgiApp:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length <= MAX_BODY else None
        status = _unacceptable(environ["REQUEST_METHOD"], body) or handle(headers, body or b"")
        allow = [("Allow", "POST")] if status == 405 else []
        start_response(f"{status} {HTTPStatus(status).phrase}", allow)
        return []

    return app


def _unacceptable(method: str, body: bytes | None) -> int | None:
    """`body` is None if it is too large."""
    if method != "POST":
        return 405
    return 413 if body is None else None


async def _read(receive: Receive) -> bytes | None:
    """None if the body is larger than MAX_BODY."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _live(receive: Receive, send: Send) -> None:
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
