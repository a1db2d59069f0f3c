"""A WebSocket client of one person, which records every frame that arrives."""

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import count
from typing import Any, Self, cast

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

PROTOCOL = "baton.v1"
REPLY_WITHIN = 10.0
"""Seconds."""

Frame = dict[str, Any]


class WebSocketClient:
    """Connects at once. Raises `websockets.exceptions.InvalidStatus` if the server refuses."""

    def __init__(
        self,
        url: str,
        ticket: str,
        origin: str | None,
        *,
        protocols: Sequence[str] | None = None,
    ) -> None:
        offered = protocols if protocols is not None else (PROTOCOL, ticket)
        opening = connect(
            url,
            origin=cast(Origin | None, origin),
            subprotocols=[Subprotocol(name) for name in offered] or None,
            compression=None,
            proxy=None,
            open_timeout=10,
            close_timeout=2,
        )
        self._open = ExitStack()
        self._connection = self._open.enter_context(opening)
        self.protocol = self._connection.subprotocol
        self.arrived: list[tuple[float, Frame]] = []
        self._news = threading.Condition()
        self._ids = count(1)
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    @property
    def frames(self) -> list[Frame]:
        with self._news:
            return [frame for _, frame in self.arrived]

    @property
    def events(self) -> list[Frame]:
        return [frame for frame in self.frames if "event" in frame]

    def entries(self, conversation_id: str) -> list[Frame]:
        """The pushed entries of a conversation, in order of arrival."""
        events = (e for e in self.events if e["event"] == "entry")
        return [e["entry"] for e in events if e["conversation_id"] == conversation_id]

    def ask(self, action: str, **fields: object) -> Frame:
        """Sends a frame and returns its reply."""
        own = f"frame-{next(self._ids)}"
        self.send(json.dumps({"id": own, "action": action, **fields}))
        return self.wait_for(lambda frame: frame.get("reply_to") == own, REPLY_WITHIN)

    def do(self, action: str, **fields: object) -> Frame:
        """Sends a frame that must succeed and returns the result."""
        reply = self.ask(action, **fields)
        assert reply["ok"], reply
        result: Frame = reply["result"]
        return result

    def send(self, raw: str | bytes) -> None:
        self._connection.send(raw)

    def frame(self, number: int, seconds: float) -> Frame:
        """The frame that arrives at this position, counted from 0."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.arrived) > number, seconds):
                raise AssertionError(f"Not within {seconds:g} s; came: {self.arrived}")
            return self.arrived[number][1]

    def wait_for(self, fits: Callable[[Frame], object], seconds: float) -> Frame:
        """The first frame that fits, among those that have arrived or arrive in time."""
        return self.moment_of(fits, seconds)[1]

    def moment_of(self, fits: Callable[[Frame], object], seconds: float) -> tuple[float, Frame]:
        """Like `wait_for`, with the time of arrival in seconds of the monotonic clock."""
        deadline, looked_at = time.monotonic() + seconds, 0
        with self._news:
            while True:
                for moment, frame in self.arrived[looked_at:]:
                    if fits(frame):
                        return moment, frame
                looked_at = len(self.arrived)
                if not self._news.wait(max(0.0, deadline - time.monotonic())):
                    raise AssertionError(f"Not within {seconds:g} s; came: {self.arrived}")

    def close_code(self, within: float) -> int | None:
        """Waits for the server to close the connection; None if it stays open."""
        self._reading.join(within)
        return self._connection.close_code if not self._reading.is_alive() else None

    def cut(self) -> None:
        """The cable is pulled: no closing handshake, no goodbye."""
        self._connection.socket.shutdown(socket.SHUT_RDWR)
        self._reading.join(REPLY_WITHIN)

    def close(self) -> None:
        self._open.close()
        self._reading.join(REPLY_WITHIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        try:
            for raw in self._connection:
                with self._news:
                    self.arrived.append((time.monotonic(), json.loads(raw)))
                    self._news.notify_all()
        except ConnectionClosed:
            pass
