"""A Chalice app that records what the gateway passes to it, and fails on request."""

import time
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, CORSConfig, Response, WebsocketEvent

from chalicelib.entrypoints.http.unknown_routes import BatonApp


class Seen:
    """The events of the WebSocket handlers, and an extra action for $connect."""

    def __init__(self) -> None:
        self.connects: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.disconnects: list[dict[str, Any]] = []
        self.during_connect: Callable[[str], None] = lambda connection_id: None

    @property
    def connection_id(self) -> str:
        """The id of the newest connection."""
        return str(self.connects[-1]["requestContext"]["connectionId"])

    @property
    def bodies(self) -> list[str]:
        return [message["body"] for message in self.messages]


def tiny_app(seen: Seen | None = None) -> Chalice:
    app = BatonApp("tiny")
    # Without this, Chalice needs a region in the environment.
    app.websocket_api.configure("unused.test", "unused")
    _echoing_routes(app)
    _misbehaving_routes(app)
    _sockets(app, seen or Seen())
    return app


def _echoing_routes(app: Chalice) -> None:
    @app.route("/echo", methods=["GET", "POST", "HEAD"], content_types=["*/*"])
    def echo() -> Any:
        return _request(app).to_original_event()

    @app.route("/things/{thing}/parts/{part}", cors=CORSConfig(allow_origin="https://a.test"))
    def part(thing: str, part: str) -> Any:
        return [thing, part]

    @app.route("/things/{thing}/parts/first")
    def first(thing: str) -> Any:
        return ["first of", thing]

    @app.route("/image")
    def image() -> Response:
        return Response(bytes(range(256)), {"Content-Type": "image/png"})

    @app.route("/cookies")
    def cookies() -> Response:
        return Response({}, {"Set-Cookie": ["a=1", "b=2"]}, 201)

    @app.route("/nothing", methods=["DELETE"])
    def nothing() -> Response:
        return Response("", status_code=204)


def _misbehaving_routes(app: Chalice) -> None:
    @app.route("/slow/{millis}")
    def slow(millis: str) -> Any:
        """Reads the request after a pause, like a view under load."""
        time.sleep(int(millis) / 1000)
        return _request(app).query_params["n"]

    @app.route("/bytes")
    def unmarked_bytes() -> Response:
        return Response(b"of no binary type", {"Content-Type": "text/plain"})

    @app.route("/raises")
    def raises() -> Any:
        raise ValueError("secret detail")

    @app.route("/exits")
    def exits() -> Any:
        raise SystemExit("secret detail")


def _request(app: Chalice) -> Any:
    return app.current_request


def _sockets(app: Chalice, seen: Seen) -> None:
    @app.on_ws_connect()
    def connect(event: WebsocketEvent) -> Any:
        seen.connects.append(event.to_dict())
        seen.during_connect(event.connection_id)
        query = event.to_dict().get("queryStringParameters", {})
        return CONNECT_ANSWERS[query.get("do", "accept")]()

    @app.on_ws_message()
    def message(event: WebsocketEvent) -> Any:
        if event.body == "fail":
            raise ValueError("secret detail")
        if event.body.startswith("sleep"):
            time.sleep(float(event.body.split()[1]))
        seen.messages.append(event.to_dict())

    @app.on_ws_disconnect()
    def disconnect(event: WebsocketEvent) -> Any:
        seen.disconnects.append(event.to_dict())


def _fail() -> Any:
    raise ValueError("secret detail")


CONNECT_ANSWERS: dict[str, Callable[[], Any]] = {
    "accept": lambda: None,
    "choose": lambda: {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "second"}},
    "refuse": lambda: {"statusCode": 401, "body": "Who are you?"},
    "dawdle": lambda: time.sleep(1),
    "fail": _fail,
}
